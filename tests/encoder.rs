//! The engine with encoders, on the CPU: requests in, events out, as in the worker.

mod support;

use std::{cell::RefCell, path::Path, rc::Rc};

use lectern::{
    checkpoint::Folder,
    engine::Engine,
    error::{Head, LecternError},
    library::{DiskFolder, MemoryFolder},
    progress::CancelToken,
    protocol::{
        Ability, DeviceChoice, EmbedOptions, Event, GenerateOptions, Layers, ModelInfo, Occurrence,
        Pooling, PoolingMode, Quantization, Request, Source,
    },
};
use pollster::block_on;
use support::cases;

/// The events of a request in order; the last one is final.
fn ask(engine: &Engine, request: Request, folder: Option<Rc<dyn Folder>>) -> Vec<Event> {
    let events = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&events);
    let emit = Rc::new(move |event| sink.borrow_mut().push(event));
    let last = block_on(engine.answer(request, folder, &CancelToken::default(), emit));
    let mut events = events.take();
    assert!(last.is_final() && events.iter().all(|event| !event.is_final()));
    events.push(last);
    events
}

fn answer(engine: &Engine, request: Request) -> Event {
    ask(engine, request, None).pop().expect("a final event")
}

fn error(event: Event) -> LecternError {
    match event {
        Event::Error { error, .. } => error,
        other => panic!("no error: {other:?}"),
    }
}

fn load_from(engine: &Engine, folder: Rc<dyn Folder>, quantization: Quantization) -> Event {
    let device = DeviceChoice::Cpu;
    let request = Request::load(Source::Files, quantization, device);
    ask(engine, request, Some(folder)).pop().expect("a final event")
}

fn load(engine: &Engine, folder: &Path) -> ModelInfo {
    match load_from(engine, Rc::new(DiskFolder::new(folder)), Quantization::AsStored) {
        Event::Loaded { info } => info,
        other => panic!("{other:?}"),
    }
}

fn bert(engine: &Engine) -> ModelInfo {
    load(engine, &cases("bert")[0])
}

fn embed(engine: &Engine, model: u32, texts: &[String], options: EmbedOptions) -> Event {
    answer(engine, Request::Embed { model, texts: texts.to_vec(), options })
}

fn vectors(event: Event) -> (Vec<f32>, usize) {
    match event {
        Event::Embedded { vectors, size, .. } => (vectors.0, size),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_models_abilities_are_listed() {
    let engine = Engine::new();
    let info = bert(&engine);
    assert_eq!(info.abilities, [Ability::Embed, Ability::FillMask, Ability::NextSentence]);
    assert_eq!(info.mask_token.as_deref(), Some("[MASK]"));
    assert_eq!(info.architecture, "bert");
    let info = load(&engine, &cases("distilbert")[0]);
    assert_eq!(info.abilities, [Ability::Embed, Ability::FillMask]);
    let info = load(&engine, Path::new("web/models/stories-en-gpt2"));
    assert_eq!(info.abilities, [Ability::Generate]);
}

#[test]
fn a_missing_head_is_an_error_and_the_engine_goes_on() {
    let engine = Engine::new();
    let distilbert = load(&engine, &cases("distilbert")[0]).model;
    let gpt2 = load(&engine, Path::new("web/models/stories-en-gpt2")).model;
    let missing = |event| match error(event) {
        LecternError::MissingHead { head, .. } => head,
        other => panic!("{other:?}"),
    };
    let (first, second) = (String::from("the king"), String::from("the queen"));
    let next = Request::NextSentence { model: distilbert, first: first.clone(), second };
    assert_eq!(missing(answer(&engine, next)), Head::NextSentence);
    let options = GenerateOptions::default();
    let generate = Request::Generate { model: distilbert, prompt: first.clone(), options };
    assert_eq!(missing(answer(&engine, generate)), Head::Decoder);
    let embedding = embed(&engine, gpt2, std::slice::from_ref(&first), EmbedOptions::default());
    assert_eq!(missing(embedding), Head::Encoder);
    let (vectors, size) = vectors(embed(&engine, distilbert, &[first], EmbedOptions::default()));
    assert_eq!(vectors.len(), size);
}

#[test]
fn many_texts_come_in_batches_with_progress_and_one_at_a_time_gives_the_same() {
    let engine = Engine::new();
    let model = bert(&engine).model;
    let texts: Vec<String> =
        (0..150).map(|index| "the golden bird ".repeat(1 + index % 9)).collect();
    let options = EmbedOptions { normalize: Some(true), ..EmbedOptions::default() };
    let request = Request::Embed { model, texts: texts.clone(), options: options.clone() };
    let mut events = ask(&engine, request, None);
    let (all, size) = vectors(events.pop().expect("a final event"));
    let done: Vec<usize> = events
        .iter()
        .map(|event| match event {
            Event::TextsDone { done, total: 150 } => *done,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(done.len() > 1 && done.is_sorted() && done.last() == Some(&150), "{done:?}");
    for index in [0, 8, 77, 149] {
        let text = &texts[index..=index];
        let (alone, _) = vectors(embed(&engine, model, text, options.clone()));
        support::assert_close("alone", &alone, &all[index * size..(index + 1) * size], 1e-5);
    }
}

#[test]
fn a_cancelled_request_ends_between_two_batches() {
    let engine = Engine::new();
    let model = bert(&engine).model;
    let texts = vec!["the wolf waited by the castle ".repeat(5); 200];
    let cancel = CancelToken::default();
    let stop = cancel.clone();
    let emit = Rc::new(move |_| stop.cancel());
    let request = Request::Embed { model, texts, options: EmbedOptions::default() };
    let event = block_on(engine.answer(request, None, &cancel, emit));
    assert_eq!(error(event), LecternError::Cancelled);
}

#[test]
fn long_texts_are_cut_and_the_number_of_cut_tokens_is_given() {
    let engine = Engine::new();
    let info = bert(&engine);
    let texts = ["the ".repeat(3 * info.context), "the king".into()];
    let Event::Embedded { tokens, cut, .. } =
        embed(&engine, info.model, &texts, EmbedOptions::default())
    else {
        panic!("no vectors");
    };
    assert_eq!(tokens[0], info.context);
    assert_eq!(cut, [3 * info.context + 2 - info.context, 0]);
    let shorter = EmbedOptions { max_tokens: Some(10), ..EmbedOptions::default() };
    let Event::Embedded { tokens, .. } = embed(&engine, info.model, &texts, shorter) else {
        panic!("no vectors");
    };
    assert_eq!(tokens[0], 10);
    for nonsense in [0, 2, info.context + 1, usize::MAX] {
        let options = EmbedOptions { max_tokens: Some(nonsense), ..EmbedOptions::default() };
        let event = embed(&engine, info.model, &texts, options);
        assert!(matches!(error(event), LecternError::BadRequest { .. }));
    }
}

#[test]
fn a_word_is_found_where_it_stands() {
    let engine = Engine::new();
    let info = bert(&engine);
    let text = "🙂 король идёт в лес, the king";
    let at = |start: usize, end: usize| Request::EmbedWords {
        model: info.model,
        occurrences: vec![Occurrence { text: text.into(), start, end }],
        layers: Layers::Concatenation { layers: (0..=info.layers as i32).collect() },
    };
    let start = text.encode_utf16().count() - "king".len();
    let (king, size) = vectors(answer(&engine, at(start, start + 4)));
    assert_eq!(size, (info.layers + 1) * info.hidden_size);
    let (other, _) = vectors(answer(&engine, at(3, 9)));
    assert_ne!(king, other);
    for (start, end) in [(500, 504), (4, 4), (9, 3)] {
        let event = answer(&engine, at(start, end));
        assert!(matches!(error(event), LecternError::BadRequest { .. }), "{start}..{end}");
    }
}

#[test]
fn masks_are_filled_and_then_attention_can_be_seen() {
    let engine = Engine::new();
    let info = bert(&engine);
    let model = info.model;
    let before = answer(&engine, Request::Attention { model, layer: 0, head: 0 });
    assert!(matches!(error(before), LecternError::BadRequest { .. }));
    let text = "the [MASK] walked to the [MASK]".into();
    let Event::Filled { tokens, fillings, cut: 0 } =
        answer(&engine, Request::FillMask { model, text, top_k: 4 })
    else {
        panic!("not filled");
    };
    assert_eq!(fillings.len(), 2);
    for filling in &fillings {
        assert_eq!(tokens[filling.position].text, "[MASK]");
        assert_eq!(filling.candidates.len(), 4);
        let shares: Vec<f32> = filling.candidates.iter().map(|it| it.probability).collect();
        assert!(shares.is_sorted_by(|a, b| a >= b) && shares.iter().sum::<f32>() <= 1.0);
    }
    let layer = info.layers - 1;
    let Event::Attention { tokens: seen, weights } =
        answer(&engine, Request::Attention { model, layer, head: info.heads - 1 })
    else {
        panic!("no attention");
    };
    assert_eq!((seen.len(), weights.len()), (tokens.len(), tokens.len() * tokens.len()));
    for row in weights.chunks(tokens.len()) {
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
    assert!(weights[tokens.len() - 1] > 0.0, "the first token sees the last");
    let event = answer(&engine, Request::Attention { model, layer: info.layers, head: 0 });
    assert!(matches!(error(event), LecternError::BadRequest { .. }));
    let none = Request::FillMask { model, text: "no mask here".into(), top_k: 4 };
    assert!(matches!(error(answer(&engine, none)), LecternError::BadRequest { .. }));
}

#[test]
fn settings_of_a_sentence_encoder_are_read() {
    let case = &cases("bert")[0];
    let read = |file: &str| std::fs::read(case.join(file)).unwrap();
    let load_with = |extra: Vec<(&str, &[u8])>| {
        let mut files: Vec<(String, Vec<u8>)> = ["config.json", "model.safetensors", "vocab.txt"]
            .map(|file| (file.to_owned(), read(file)))
            .into();
        files.extend(extra.iter().map(|(name, bytes)| (name.to_string(), bytes.to_vec())));
        let folder = Rc::new(MemoryFolder::new("test", files));
        match load_from(&Engine::new(), folder, Quantization::Int8) {
            Event::Loaded { info } => (info.pooling, info.context),
            other => panic!("{other:?}"),
        }
    };
    let (pooling, positions) = load_with(vec![]);
    assert_eq!(pooling, Pooling::default());
    let settings = load_with(vec![
        ("1_Pooling/config.json", br#"{"pooling_mode_cls_token": true}"#),
        ("sentence_bert_config.json", br#"{"max_seq_length": 20}"#),
    ]);
    assert_eq!(settings, (PoolingMode::Cls.into(), 20));
    // Invalid settings, or a server's front page, count as missing.
    let nonsense = load_with(vec![
        ("1_Pooling/config.json", b"<!doctype html>"),
        ("sentence_bert_config.json", br#"{"max_seq_length": 0}"#),
    ]);
    assert_eq!(nonsense, (Pooling::default(), positions));
}

#[test]
fn a_tokenizer_that_does_not_fit_is_refused() {
    let case = &cases("bert")[0];
    let read = |file: &str| std::fs::read(case.join(file)).unwrap();
    let mut vocabulary = read("vocab.txt");
    vocabulary.extend(b"onemore\n");
    let files = [
        ("config.json", read("config.json")),
        ("model.safetensors", read("model.safetensors")),
        ("vocab.txt", vocabulary),
    ];
    let files = files.map(|(name, bytes)| (name.to_owned(), bytes));
    let event = load_from(
        &Engine::new(),
        Rc::new(MemoryFolder::new("test", files)),
        Quantization::AsStored,
    );
    assert!(matches!(error(event), LecternError::BadFile { .. }));
}
