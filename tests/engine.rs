//! The engine with decoders, on the CPU: requests in, events out, as in the worker.

use std::{cell::RefCell, rc::Rc};

use lectern::{
    engine::Engine,
    error::LecternError,
    library::{DiskFolder, MemoryFolder},
    progress::CancelToken,
    protocol::{
        DeviceChoice, Event, GenerateOptions, ModelInfo, Quantization, Request, Source, StopReason,
    },
};
use pollster::block_on;

const STORIES: &str = "web/models/stories-en-gpt2";

/// The events of a request in order; the last one is final.
fn ask(
    engine: &Engine,
    request: Request,
    folder: Option<Rc<dyn lectern::checkpoint::Folder>>,
) -> Vec<Event> {
    let events = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&events);
    let emit = Rc::new(move |event| sink.borrow_mut().push(event));
    let last = block_on(engine.answer(request, folder, &CancelToken::default(), emit));
    let mut events = events.take();
    assert!(last.is_final() && events.iter().all(|event| !event.is_final()));
    events.push(last);
    events
}

fn last(events: Vec<Event>) -> Event {
    events.into_iter().next_back().expect("at least the final event")
}

fn load(engine: &Engine, quantization: Quantization) -> ModelInfo {
    let device = DeviceChoice::Cpu;
    let request = Request::load(Source::Files, quantization, device);
    match last(ask(engine, request, Some(Rc::new(DiskFolder::new(STORIES))))) {
        Event::Loaded { info } => info,
        other => panic!("{other:?}"),
    }
}

fn generate(engine: &Engine, model: u32, prompt: &str, options: GenerateOptions) -> Vec<Event> {
    ask(engine, Request::Generate { model, prompt: prompt.into(), options }, None)
}

fn finished(events: Vec<Event>) -> (StopReason, String) {
    match last(events) {
        Event::Generated { reason, text, .. } => (reason, text),
        other => panic!("{other:?}"),
    }
}

fn seeded(seed: u32) -> GenerateOptions {
    GenerateOptions { max_new_tokens: 20, seed: Some(seed), ..GenerateOptions::default() }
}

#[test]
fn what_streams_is_the_text_and_a_seed_decides_it() {
    let engine = Engine::new();
    for quantization in
        [Quantization::AsStored, Quantization::F16, Quantization::Int8, Quantization::Int4]
    {
        let model = load(&engine, quantization).model;
        let events = generate(&engine, model, "Once upon a time", seeded(3));
        let streamed: String = events
            .iter()
            .map(|event| match event {
                Event::Token { delta, .. } | Event::Generated { delta, .. } => delta.as_str(),
                _ => "",
            })
            .collect();
        let tokens = events.iter().filter(|event| matches!(event, Event::Token { .. })).count();
        let (reason, text) = finished(events);
        assert_eq!((reason, tokens), (StopReason::MaxNewTokens, 20));
        assert_eq!(streamed, text);
        assert_eq!(finished(generate(&engine, model, "Once upon a time", seeded(3))).1, text);
        assert_ne!(finished(generate(&engine, model, "Once upon a time", seeded(4))).1, text);
    }
}

#[test]
fn a_stop_text_ends_the_text_and_is_not_part_of_it() {
    let engine = Engine::new();
    let model = load(&engine, Quantization::AsStored).model;
    let (_, whole) = finished(generate(&engine, model, "Once upon a time", seeded(3)));
    let stop: String = whole.chars().skip(20).take(4).collect();
    let options = GenerateOptions { stop: vec![stop.clone()], ..seeded(3) };
    let (reason, text) = finished(generate(&engine, model, "Once upon a time", options));
    assert_eq!(reason, StopReason::StopText);
    assert_eq!(Some(text.as_str()), whole.split(&stop).next());
}

#[test]
fn a_full_context_ends_the_text_and_a_longer_prompt_is_refused() {
    let engine = Engine::new();
    let info = load(&engine, Quantization::Int8);
    let options = GenerateOptions { max_new_tokens: 10_000, temperature: 0.0, ..seeded(1) };
    let events = generate(&engine, info.model, &"the king ".repeat(120), options.clone());
    let tokens = events.iter().filter(|event| matches!(event, Event::Token { .. })).count();
    let Some(Event::Prompt { tokens: prompt }) = events.first() else { panic!("no prompt") };
    assert_eq!(prompt.len() + tokens, info.context);
    assert_eq!(finished(events).0, StopReason::ContextFull);
    let refused = last(generate(&engine, info.model, &"the king ".repeat(300), options));
    assert!(matches!(refused, Event::Error { error: LecternError::ContextFull { .. }, .. }));
}

#[test]
fn candidates_are_those_the_token_came_from_and_attention_is_a_triangle() {
    let engine = Engine::new();
    let info = load(&engine, Quantization::AsStored);
    let options = GenerateOptions { candidates: 5, temperature: 0.7, ..seeded(5) };
    let events = generate(&engine, info.model, "The king said", options);
    let Some(Event::Prompt { tokens: prompt }) = events.first() else { panic!("no prompt") };
    let Event::Token { candidates: live, .. } = &events[4] else { panic!("no fourth token") };
    let request = Request::Candidates {
        model: info.model,
        position: prompt.len() + 3,
        temperature: 0.7,
        count: 5,
        reference: None,
    };
    let Event::Candidates { candidates, .. } = last(ask(&engine, request, None)) else { panic!() };
    for (a, b) in live.iter().zip(&candidates) {
        assert_eq!(a.id, b.id);
        assert!((a.probability - b.probability).abs() < 1e-5);
    }
    let request = Request::Attention { model: info.model, layer: 1, head: 2 };
    let Event::Attention { tokens, weights } = last(ask(&engine, request, None)) else { panic!() };
    assert_eq!(tokens.len(), prompt.len() + 20);
    for (row, weights) in weights.chunks_exact(tokens.len()).enumerate() {
        assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(weights[row + 1..].iter().all(|weight| *weight == 0.0));
    }
}

#[test]
fn a_broken_model_is_refused_and_the_one_before_goes_on() {
    let engine = Engine::new();
    let info = load(&engine, Quantization::Int8);
    let read =
        |file: &str| std::fs::read(format!("{STORIES}/{file}")).expect("a file of the model");
    let whole = [("config.json", read("config.json")), ("tokenizer.json", read("tokenizer.json"))];
    let weights = read("model.safetensors");
    let with = |file: &str, bytes: Vec<u8>| {
        let mut files: Vec<(String, Vec<u8>)> =
            whole.iter().map(|(name, bytes)| (String::from(*name), bytes.clone())).collect();
        files.push(("model.safetensors".into(), weights.clone()));
        files.retain(|(name, _)| name != file);
        files.push((file.into(), bytes));
        let request = Request::load(Source::Files, Quantization::AsStored, DeviceChoice::Cpu);
        match last(ask(&engine, request, Some(Rc::new(MemoryFolder::new("broken", files))))) {
            Event::Error { error, .. } => error,
            other => panic!("{file}: {other:?}"),
        }
    };
    let is_bad = |error| matches!(error, LecternError::BadFile { .. });
    assert!(is_bad(with("model.safetensors", weights[..weights.len() - 5].to_vec())));
    assert!(is_bad(with("model.safetensors", b"<!doctype html>".to_vec())));
    assert!(is_bad(with("config.json", b"<!doctype html>".to_vec())));
    assert!(is_bad(with("tokenizer.json", b"{}".to_vec())));
    let config = String::from_utf8(read("config.json")).expect("text");
    let narrower = config.replace("\"n_embd\": 192", "\"n_embd\": 96").into_bytes();
    assert!(matches!(with("config.json", narrower), LecternError::ShapeMismatch { .. }));
    let deeper = config.replace("\"n_layer\": 6", "\"n_layer\": 7").into_bytes();
    let Err(LecternError::MissingTensor { looked_for, .. }) =
        Err::<(), _>(with("config.json", deeper))
    else {
        panic!("a seventh layer is missing")
    };
    assert!(looked_for.len() > 1);
    let mut not_a_number = weights.clone();
    let end = not_a_number.len();
    not_a_number[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(matches!(with("model.safetensors", not_a_number), LecternError::NotFinite { .. }));

    let (reason, _) = finished(generate(&engine, info.model, "Once", seeded(1)));
    assert_eq!(reason, StopReason::MaxNewTokens);
}

#[test]
fn cancelling_ends_a_generation_with_what_there_is() {
    let engine = Engine::new();
    let model = load(&engine, Quantization::AsStored).model;
    let cancel = CancelToken::default();
    let stop = cancel.clone();
    let count = Rc::new(RefCell::new(0));
    let emit = Rc::new(move |event| {
        if let Event::Token { .. } = event {
            *count.borrow_mut() += 1;
            if *count.borrow() == 3 {
                stop.cancel();
            }
        }
    });
    let request = Request::Generate { model, prompt: "Once".into(), options: seeded(1) };
    let event = block_on(engine.answer(request, None, &cancel, emit));
    let Event::Generated { reason, stats, .. } = event else { panic!("{event:?}") };
    assert_eq!((reason, stats.new_tokens), (StopReason::Cancelled, 3));
}
