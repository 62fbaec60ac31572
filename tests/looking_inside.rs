//! Inspection of attention and hidden states through the engine: layer by layer, in chunks, cancelled at any moment,
//! and with the same values as in one run.

mod support;

use std::{
    future::Future,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use lectern::{
    engine::Engine,
    error::LecternError,
    progress::CancelToken,
    protocol::{
        DeviceChoice, Event, GenerateOptions, ModelInfo, Quantization, Request, Source, StopReason,
    },
};
use serde_json::{Value, json};
use support::{assert_close, files::ask};

fn gpt2(layers: usize, hidden: usize) -> Value {
    json!({
        "model_type": "gpt2", "n_embd": hidden, "n_head": hidden / 64, "n_layer": layers,
        "n_positions": 1024, "vocab_size": 50257, "eos_token_id": 50256,
    })
}

fn bert(layers: usize, hidden: usize) -> Value {
    json!({
        "model_type": "bert", "hidden_size": hidden, "num_attention_heads": hidden / 64,
        "num_hidden_layers": layers, "intermediate_size": 4 * hidden, "vocab_size": 2000,
        "max_position_embeddings": 512, "type_vocab_size": 2,
    })
}

fn random(engine: &Engine, config: Value, quantization: Quantization) -> ModelInfo {
    let request =
        Request::load(Source::Random { config, seed: 1 }, quantization, DeviceChoice::Cpu);
    match ask(engine, request, None).1 {
        Event::Loaded { info } => info,
        other => panic!("{other:?}"),
    }
}

/// Generates a text of so many tokens.
fn generated(engine: &Engine, model: u32, tokens: usize) {
    let options = GenerateOptions { max_new_tokens: 1, temperature: 0.0, ..Default::default() };
    let prompt = "a".repeat(tokens - 1);
    let (_, last) = ask(engine, Request::Generate { model, prompt, options }, None);
    assert!(matches!(last, Event::Generated { .. }), "{last:?}");
}

/// The CPU time of this thread on Linux, so that other processes do not count; elsewhere the time since `start`.
fn computed(start: Instant) -> Duration {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = statistics.split(' ').next().and_then(|first| first.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Runs a request and calls `turn` whenever the engine yields; returns the last event, the longest computation between
/// two turns, and the number of turns.
fn ask_in_turns(
    engine: &Engine,
    request: Request,
    mut turn: impl FnMut(usize, &CancelToken),
) -> (Event, Duration, usize) {
    let cancel = CancelToken::default();
    let mut answer = pin!(engine.answer(request, None, &cancel, Rc::new(|_| ())));
    let (mut longest, mut turns, start) = (Duration::ZERO, 0, Instant::now());
    loop {
        let before = computed(start);
        let polled = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        longest = longest.max(computed(start) - before);
        if let Poll::Ready(event) = polled {
            return (event, longest, turns);
        }
        turn(turns, &cancel);
        turns += 1;
    }
}

fn weights(event: Event) -> Vec<f32> {
    match event {
        Event::Attention { weights, .. } => weights.0,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_for_attention_yields_and_is_cancelled_there() {
    let engine = Engine::new();
    for (config, is_decoder) in [(gpt2(4, 768), true), (bert(4, 768), false)] {
        let model = random(&engine, config, Quantization::Int8).model;
        if is_decoder {
            generated(&engine, model, 300);
        } else {
            let request = inspect(model, &"a ".repeat(400), [false; 3]);
            let Event::Inspected { tokens, .. } = ask(&engine, request, None).1 else { panic!() };
            assert_eq!(tokens.len(), 402);
        }
        let click = Request::Attention { model, layer: 3, head: 0 };
        for last_turn in [0, 2] {
            let stop = |turn: usize, cancel: &CancelToken| {
                if turn == last_turn {
                    cancel.cancel();
                }
            };
            let (event, _, turns) = ask_in_turns(&engine, click.clone(), stop);
            let is_cancelled = matches!(event, Event::Error { error: LecternError::Cancelled, .. });
            assert!(is_cancelled, "{event:?}");
            assert_eq!(turns, last_turn + 1, "it ends at the next step");
        }
        // The cancellations leave the text intact.
        let (event, _, turns) = ask_in_turns(&engine, click, |_, _| ());
        assert!(turns > 2, "{turns} turns");
        for (row, weights) in
            weights(event).chunks_exact(if is_decoder { 300 } else { 402 }).enumerate()
        {
            assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-4, "row {row}");
        }
    }
}

#[test]
fn the_lower_the_layer_the_less_is_run_and_the_next_head_is_there_at_once() {
    let engine = Engine::new();
    let model = random(&engine, gpt2(8, 512), Quantization::Int8).model;
    generated(&engine, model, 200);
    let click = |layer, head| {
        let request = Request::Attention { model, layer, head };
        let start = Instant::now();
        let before = computed(start);
        let (event, _, turns) = ask_in_turns(&engine, request, |_, _| ());
        (weights(event), turns, computed(start) - before)
    };
    let (low, low_turns, low_time) = click(0, 1);
    let (_, high_turns, high_time) = click(7, 1);
    assert!(low_turns < high_turns, "{low_turns} turns and {high_turns}");
    assert!(3 * low_time < high_time, "{low_time:?} and {high_time:?}");
    let (other, turns, time) = click(7, 2);
    assert_eq!(turns, 0, "another head of the same layer");
    assert!(10 * time < high_time, "{time:?} and {high_time:?}");
    assert!(other.iter().zip(&low).any(|(a, b)| a != b));
    // A new text is run again.
    generated(&engine, model, 150);
    assert_eq!(click(7, 2).0.len(), 150 * 150);
}

fn inspect(model: u32, text: &str, [attentions, hidden_states, logits]: [bool; 3]) -> Request {
    let text = text.to_owned();
    Request::Inspect { model, text, pair: None, attentions, hidden_states, logits }
}

#[test]
fn a_long_text_in_chunks_gives_the_attention_of_a_click_and_of_single_requests() {
    let engine = Engine::new();
    let model = random(&engine, gpt2(3, 128), Quantization::AsStored).model;
    let text: String = ('a'..='z').cycle().take(300).collect();
    let Event::Inspected { attentions, hidden_states, logits, tokens, .. } =
        ask(&engine, inspect(model, &text, [true; 3]), None).1
    else {
        panic!("not inspected")
    };
    assert_eq!((tokens.len(), attentions.len(), hidden_states.len()), (300, 3, 4));
    assert_eq!(logits.len(), 300 * 50257);
    // A generation of one more token has the same first 300 rows.
    let options = GenerateOptions { max_new_tokens: 1, temperature: 0.0, ..Default::default() };
    ask(&engine, Request::Generate { model, prompt: text.clone(), options }, None);
    for (layer, attention) in attentions.iter().enumerate() {
        for head in 0..2 {
            let request = Request::Attention { model, layer, head };
            let clicked = weights(ask(&engine, request, None).1);
            let first: Vec<f32> =
                clicked.chunks_exact(301).take(300).flat_map(|row| &row[..300]).copied().collect();
            let expected = &attention[head * 300 * 300..(head + 1) * 300 * 300];
            assert_close(&format!("layer {layer}, head {head}"), &first, expected, 1e-5);
        }
    }
    let alone = |outputs| ask(&engine, inspect(model, &text, outputs), None).1;
    let Event::Inspected { attentions: only, .. } = alone([true, false, false]) else { panic!() };
    assert_eq!(only, attentions);
    let Event::Inspected { hidden_states: only, .. } = alone([false, true, false]) else {
        panic!()
    };
    assert_eq!(only, hidden_states);
    let Event::Inspected { logits: only, .. } = alone([false, false, true]) else { panic!() };
    assert_eq!(only, logits);
}

#[test]
fn inspecting_is_cancelled_on_the_way() {
    let engine = Engine::new();
    for config in [gpt2(6, 512), bert(6, 512)] {
        let model = random(&engine, config, Quantization::Int8).model;
        let request = inspect(model, &"a ".repeat(200), [false, true, false]);
        let stop = |_: usize, cancel: &CancelToken| cancel.cancel();
        let (event, _, turns) = ask_in_turns(&engine, request, stop);
        assert!(matches!(event, Event::Error { error: LecternError::Cancelled, .. }));
        assert_eq!(turns, 1);
    }
}

#[test]
fn answers_that_no_browser_could_take_are_refused_without_wrapping() {
    let engine = Engine::new();
    let mut config = bert(2, 64);
    config["num_attention_heads"] = 64.into();
    config["max_position_embeddings"] = 65535.into();
    config["vocab_size"] = 100.into();
    let model = random(&engine, config, Quantization::AsStored).model;
    // 2 · 64 · 40002² values.
    let request = inspect(model, &"a ".repeat(40_000), [true, false, false]);
    match ask(&engine, request, None).1 {
        Event::Error { error: LecternError::OutOfMemory { bytes, .. }, .. } => {
            assert_eq!(bytes, 4 * 2 * 64 * 40_002 * 40_002);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_that_was_cancelled_while_it_waited_leaves_the_finished_text() {
    let engine = Engine::new();
    let model = random(&engine, gpt2(2, 128), Quantization::Int8).model;
    generated(&engine, model, 50);
    let cancel = CancelToken::default();
    cancel.cancel();
    let options = GenerateOptions { seed: Some(1), ..Default::default() };
    let request = Request::Generate { model, prompt: "b".into(), options };
    let last = pollster::block_on(engine.answer(request, None, &cancel, Rc::new(|_| ())));
    let Event::Generated { reason, text, stats, .. } = last else { panic!("{last:?}") };
    assert_eq!((reason, text.as_str(), stats.new_tokens), (StopReason::Cancelled, "", 0));
    let click = Request::Attention { model, layer: 1, head: 0 };
    assert_eq!(weights(ask(&engine, click, None).1).len(), 50 * 50);
}

#[test]
fn a_prompt_is_cancelled_between_layers_and_its_tokens_are_dropped() {
    let engine = Engine::new();
    let model = random(&engine, gpt2(4, 768), Quantization::Int8).model;
    let options = GenerateOptions { max_new_tokens: 5, seed: Some(1), ..Default::default() };
    let request = Request::Generate { model, prompt: "a".repeat(200), options };
    // The third turn is between layers of the first chunk.
    let stop = |turn: usize, cancel: &CancelToken| {
        if turn == 2 {
            cancel.cancel();
        }
    };
    let (event, _, _) = ask_in_turns(&engine, request, stop);
    let Event::Generated { reason, stats, .. } = event else { panic!("{event:?}") };
    assert_eq!((reason, stats.new_tokens), (StopReason::Cancelled, 0));
    // Tokens that were not run are not in the text.
    let request =
        Request::Candidates { model, position: 1, temperature: 1.0, count: 1, reference: None };
    let event = ask(&engine, request, None).1;
    assert!(matches!(event, Event::Error { error: LecternError::BadRequest { .. }, .. }));
    generated(&engine, model, 20);
}

/// The longest delay of a cancellation: `cargo test --test looking_inside -- --ignored --nocapture`.
#[test]
#[ignore = "measures GPT-2 small's and BERT base's shapes"]
fn a_click_at_512_tokens_can_be_cancelled_within_100_milliseconds() {
    let engine = Engine::new();
    let model = random(&engine, gpt2(12, 768), Quantization::Int8).model;
    generated(&engine, model, 512);
    let request = Request::Attention { model, layer: 11, head: 0 };
    let (_, decoder, turns) = ask_in_turns(&engine, request, |_, _| ());
    println!("attention in GPT-2 small, int8: at most {decoder:?} between two of {turns} turns");
    let text = "a".repeat(512);
    let (_, inspected, turns) =
        ask_in_turns(&engine, inspect(model, &text, [true, true, false]), |_, _| ());
    println!("inspect: at most {inspected:?} between two of {turns} turns");
    let mut config = bert(12, 768);
    config["vocab_size"] = 30522.into();
    let model = random(&engine, config, Quantization::Int8).model;
    let text = "a ".repeat(510);
    let (_, encoder, turns) = ask_in_turns(&engine, inspect(model, &text, [false; 3]), |_, _| ());
    println!("BERT base, int8, 512 tokens: at most {encoder:?} between two of {turns} turns");
    assert!(decoder < Duration::from_millis(100), "{decoder:?}");
}
