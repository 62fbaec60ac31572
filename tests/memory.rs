//! Memory: a model that does not fit is refused before its weights are read, models loaded before stay usable, and
//! disposed models are freed.

mod support;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use lectern::{
    checkpoint::{Folder, PieceSink, is_weights},
    engine::Engine,
    error::{LecternError, Result},
    fuzz::Allocations,
    library::{DiskFolder, MemoryFolder},
    progress::{CancelToken, Transfer},
    protocol::{
        DeviceChoice, Event, Format, GenerateOptions, ModelInfo, Quantization, Request, Source,
        StopReason,
    },
    quantization::Scheme,
};
use pollster::block_on;
use serde_json::{Value, json};
use support::files::{ask, export, load};

#[global_allocator]
static ALLOCATOR: Allocations = Allocations;

const STORIES: &str = "web/models/stories-en-gpt2";
/// The memory limit in a browser: 4 GiB of addresses, minus the engine's own share.
const BROWSER: u64 = (4 << 30) - (256 << 20);

fn gpt2_xl() -> Value {
    json!({
        "model_type": "gpt2", "n_embd": 1600, "n_head": 25, "n_layer": 48, "n_positions": 1024,
        "vocab_size": 50257,
    })
}

fn minilm() -> Value {
    json!({
        "model_type": "bert", "hidden_size": 384, "num_attention_heads": 12, "num_hidden_layers": 6,
        "intermediate_size": 1536, "max_position_embeddings": 512, "vocab_size": 30522,
        "type_vocab_size": 2,
    })
}

fn random(engine: &Engine, config: Value, quantization: Quantization) -> Result<ModelInfo> {
    let source = Source::Random { config, seed: 1 };
    let request = Request::load(source, quantization, DeviceChoice::Cpu);
    outcome(ask(engine, request, None).1)
}

fn outcome(event: Event) -> Result<ModelInfo> {
    match event {
        Event::Loaded { info } => Ok(info),
        Event::Error { error, .. } => Err(error),
        other => panic!("{other:?}"),
    }
}

/// The bytes in an out-of-memory error.
fn refused(result: Result<ModelInfo>) -> u64 {
    match result {
        Err(LecternError::OutOfMemory { bytes, .. }) => bytes,
        other => panic!("{other:?}"),
    }
}

fn writes(engine: &Engine, model: u32) {
    let options = GenerateOptions { max_new_tokens: 3, ..GenerateOptions::default() };
    let request = Request::Generate { model, prompt: "Once".into(), options };
    let (_, last) = ask(engine, request, None);
    assert!(matches!(last, Event::Generated { reason: StopReason::MaxNewTokens, .. }), "{last:?}");
}

#[test]
fn gpt2_xl_in_floats_is_refused_at_once_and_the_model_before_goes_on() {
    let engine = Engine::with_memory_limit(BROWSER);
    let stories = load(&engine, DiskFolder::new(STORIES));
    let start = Instant::now();
    let needed = refused(random(&engine, gpt2_xl(), Quantization::AsStored));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    // 1.56 billion weights.
    assert!((6_200_000_000..7_500_000_000).contains(&needed), "{needed}");
    writes(&engine, stories.model);
}

#[test]
fn sizes_beyond_all_addresses_are_refused() {
    for engine in [Engine::new(), Engine::with_memory_limit(BROWSER)] {
        let mut config = gpt2_xl();
        config["vocab_size"] = 4_000_000.into();
        config["n_embd"] = 4_000_000.into();
        config["n_inner"] = 4_000_000.into();
        config["n_head"] = 40_000.into();
        for quantization in [Quantization::AsStored, Quantization::Int4] {
            assert!(refused(random(&engine, config.clone(), quantization)) > 1 << 40);
        }
    }
}

/// A server's model without its weights, which notes a request for them.
struct Server {
    files: MemoryFolder,
    asked_for_weights: Cell<bool>,
}

#[async_trait(?Send)]
impl Folder for Server {
    fn name(&self) -> &str {
        "openai-community/gpt2-xl"
    }

    async fn stream(&self, file: &str, transfer: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        if is_weights(file) {
            self.asked_for_weights.set(true);
        }
        self.files.stream(file, transfer, sink).await
    }
}

fn server(config: &Value) -> Rc<Server> {
    let tokenizer = std::fs::read("tests/fixtures/tokenizer-gpt2/tokenizer.json").unwrap();
    let files = [
        ("config.json".to_owned(), config.to_string().into_bytes()),
        ("tokenizer.json".to_owned(), tokenizer),
    ];
    let files = MemoryFolder::new("server", files);
    Rc::new(Server { files, asked_for_weights: Cell::new(false) })
}

#[test]
fn a_servers_model_is_refused_before_its_weights_are_asked_for() {
    let engine = Engine::with_memory_limit(BROWSER);
    let from = |quantization| {
        let server = server(&gpt2_xl());
        let request = Request::load(Source::Files, quantization, DeviceChoice::Cpu);
        let result = outcome(ask(&engine, request, Some(server.clone())).1);
        (result, server.asked_for_weights.get())
    };
    let (result, asked) = from(Quantization::AsStored);
    refused(result);
    assert!(!asked);
    // A model that fits is refused only because its weights are missing.
    for quantization in [Quantization::Int8, Quantization::Int4, Quantization::Scheme(Scheme::Q4_0)]
    {
        let (result, asked) = from(quantization);
        assert!(matches!(result, Err(LecternError::NotFound { .. })), "{result:?}");
        assert!(asked);
    }
}

#[test]
fn a_quantized_file_counts_with_its_quantized_size() {
    let unlimited = Engine::new();
    let config = json!({
        "model_type": "gpt2", "n_embd": 512, "n_head": 8, "n_layer": 4, "n_positions": 64,
        "vocab_size": 600,
    });
    let plain = random(&unlimited, config.clone(), Quantization::AsStored).unwrap();
    let tokenizer = std::fs::read("tests/fixtures/gpt2-tiny-random/tokenizer.json").unwrap();
    for (format, scheme) in
        [(Format::Gguf, Scheme::Q4_0), (Format::Safetensors, Scheme::Int8Channel)]
    {
        let file = export(&unlimited, plain.model, format, Some(scheme));
        let floats = export(&unlimited, plain.model, Format::Safetensors, None);
        let folder = |file: Vec<u8>, format| match format {
            Format::Gguf => MemoryFolder::new("m", [("m.gguf".to_owned(), file)]),
            Format::Safetensors => MemoryFolder::new(
                "m",
                [
                    ("config.json".to_owned(), config.to_string().into_bytes()),
                    ("tokenizer.json".to_owned(), tokenizer.clone()),
                    ("model.safetensors".to_owned(), file),
                ],
            ),
        };
        // Enough memory for the integers, but not for floats.
        let engine = Engine::with_memory_limit((64 << 20) + plain.weight_bytes / 2);
        let load = |folder| {
            let request = Request::load(Source::Files, Quantization::AsStored, DeviceChoice::Cpu);
            outcome(ask(&engine, request, Some(Rc::new(folder))).1)
        };
        let info = load(folder(file, format)).unwrap();
        assert_eq!(info.quantization.to_string(), scheme.to_string());
        refused(load(folder(floats, Format::Safetensors)));
    }
}

#[test]
fn models_share_the_limit_and_disposed_ones_are_freed() {
    let engine = Engine::with_memory_limit(3 * (64 << 20) + 250_000_000);
    let load = || random(&engine, minilm(), Quantization::AsStored);
    let first = load().unwrap();
    load().unwrap();
    refused(load());
    ask(&engine, Request::Dispose { model: first.model }, None);
    load().unwrap();
}

#[test]
fn an_estimate_is_near_the_memory_of_a_load() {
    let measured = |config: Value, quantization| {
        let engine = Engine::new();
        let before = Allocations::begin();
        let info = random(&engine, config, quantization).unwrap();
        let peak = Allocations::peak() - before;
        (peak as u64, info)
    };
    let small = json!({
        "model_type": "gpt2", "n_embd": 768, "n_head": 12, "n_layer": 3, "n_positions": 256,
        "vocab_size": 20000,
    });
    for config in [small, minilm()] {
        for quantization in [
            Quantization::AsStored,
            Quantization::Int8,
            Quantization::Int4,
            Quantization::Scheme(Scheme::Int8MinMax),
        ] {
            let (peak, info) = measured(config.clone(), quantization);
            let cache = info.cache_bytes_per_token * info.context as u64;
            let limits = [peak.saturating_sub(32 << 20), peak + cache + (96 << 20)];
            let engines = limits.map(Engine::with_memory_limit);
            let outcomes = engines.map(|engine| random(&engine, config.clone(), quantization));
            let what = format!("{quantization:?} {} at a peak of {peak}", info.architecture);
            assert!(outcomes[0].is_err(), "{what}: accepted with less");
            assert!(outcomes[1].is_ok(), "{what}: refused with more: {:?}", outcomes[1]);
        }
    }
}

#[test]
fn twenty_loads_and_disposals_leave_nothing() {
    let engine = Engine::new();
    let mut held = Vec::new();
    for _ in 0..20 {
        let info = random(&engine, minilm(), Quantization::AsStored).unwrap();
        let texts = vec!["a b c".to_owned()];
        let request = Request::Embed { model: info.model, texts, options: Default::default() };
        let (_, last) = ask(&engine, request, None);
        assert!(matches!(last, Event::Embedded { .. }));
        ask(&engine, Request::Dispose { model: info.model }, None);
        held.push(Allocations::begin());
    }
    println!("held after each: {held:?}");
    let growth = held[19].saturating_sub(held[1]);
    assert!(growth < 200_000, "{growth} bytes more than after the second one: {held:?}");
}

#[test]
fn a_load_that_ends_early_gives_its_memory_back() {
    let engine = Engine::with_memory_limit((2 * (64 << 20)) + 100_000_000);
    let cancel = CancelToken::default();
    cancel.cancel();
    let source = Source::Random { config: minilm(), seed: 1 };
    let request = Request::load(source, Quantization::AsStored, DeviceChoice::Cpu);
    let events = Rc::new(RefCell::new(0));
    let emit = Rc::new(move |_| *events.borrow_mut() += 1);
    for _ in 0..3 {
        let last = block_on(engine.answer(request.clone(), None, &cancel, emit.clone()));
        assert!(matches!(outcome(last), Err(LecternError::Cancelled)));
    }
    random(&engine, minilm(), Quantization::AsStored).unwrap();
}
