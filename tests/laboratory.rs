//! The requests of the quantization laboratory, on the CPU: perplexity, matrices, comparison of schemes.

use std::{cell::RefCell, rc::Rc};

use lectern::{
    engine::Engine,
    error::LecternError,
    library::DiskFolder,
    progress::CancelToken,
    protocol::{
        DeviceChoice, Event, GenerateOptions, Keep, Quantization, Request, Source, TensorInfo,
        TensorStudy, Window,
    },
    quantization::{Fit, Scheme},
};
use pollster::block_on;

const STORIES: &str = "web/models/stories-en-gpt2";
const ASYMMETRIC: Scheme = Scheme::Int4Asymmetric { group: 32 };

fn ask(engine: &Engine, request: Request) -> (Vec<Event>, Event) {
    let events = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&events);
    let emit = Rc::new(move |event| sink.borrow_mut().push(event));
    let folder: Rc<dyn lectern::checkpoint::Folder> = Rc::new(DiskFolder::new(STORIES));
    let last = block_on(engine.answer(request, Some(folder), &CancelToken::default(), emit));
    (events.take(), last)
}

fn load(engine: &Engine, quantization: Quantization, fit: Fit, keep: Keep) -> u32 {
    let (source, device) = (Source::Files, DeviceChoice::Cpu);
    match ask(engine, Request::Load { source, quantization, fit, keep, device, store: true }).1 {
        Event::Loaded { info } => info.model,
        other => panic!("{other:?}"),
    }
}

fn plain(engine: &Engine, quantization: Quantization) -> u32 {
    load(engine, quantization, Fit::Range, Keep::default())
}

/// The beginning of the stories that the model was not trained on.
fn text() -> String {
    let text = std::fs::read_to_string("web/texts/stories-en-valid.txt").expect("the text");
    text.chars().take(6_000).collect()
}

fn perplexity(engine: &Engine, model: u32, text: &str) -> f64 {
    match ask(engine, Request::Perplexity { model, text: text.into(), reference: None }).1 {
        Event::Perplexity { perplexity, is_complete: true, .. } => perplexity,
        other => panic!("{other:?}"),
    }
}

fn tensors(engine: &Engine, model: u32) -> Vec<TensorInfo> {
    match ask(engine, Request::Tensors { model }).1 {
        Event::Tensors { tensors } => tensors,
        other => panic!("{other:?}"),
    }
}

fn study(engine: &Engine, model: u32, tensor: &str, scheme: Scheme) -> TensorStudy {
    let window = Some(Window { row: 3, column: 120, rows: 4, columns: 100 });
    let (fit, tensor) = (Fit::Range, tensor.to_owned());
    let request =
        Request::StudyTensor { model, tensor, scheme, fit, bars: 50, map: [32, 48], window };
    match ask(engine, request).1 {
        Event::TensorStudied { study } => study,
        other => panic!("{other:?}"),
    }
}

#[test]
fn perplexity_is_that_of_the_tokens_one_by_one() {
    let engine = Engine::new();
    let model = plain(&engine, Quantization::AsStored);
    // Shorter than the context: one window, equal to a single run.
    let text = "Once upon a time there was a king who had three daughters.";
    let inspect = Request::Inspect {
        model,
        text: text.into(),
        pair: None,
        attentions: false,
        hidden_states: false,
        logits: true,
    };
    let Event::Inspected { tokens, logits, .. } = ask(&engine, inspect).1 else {
        panic!("inspect")
    };
    let width = logits.len() / tokens.len();
    let negative_log_likelihood: f64 = tokens[1..]
        .iter()
        .zip(logits.chunks_exact(width))
        .map(|(token, logits)| {
            let sum: f64 = logits.iter().map(|&logit| f64::from(logit).exp()).sum();
            sum.ln() - f64::from(logits[token.id as usize])
        })
        .sum();
    let expected = (negative_log_likelihood / (tokens.len() - 1) as f64).exp();
    let found = perplexity(&engine, model, text);
    assert!((found / expected - 1.0).abs() < 1e-5, "{found}, expected {expected}");
}

#[test]
fn eight_bits_cost_less_than_a_hundredth_and_four_less_than_a_twentieth() {
    let engine = Engine::new();
    let text = text();
    let exact = perplexity(&engine, plain(&engine, Quantization::AsStored), &text);
    assert!((5.0..12.0).contains(&exact), "the model predicts stories: {exact}");
    for (quantization, most) in [(Quantization::Int8, 1.01), (Quantization::Int4, 1.05)] {
        let found = perplexity(&engine, plain(&engine, quantization), &text);
        println!("{quantization:?}: perplexity {found:.2}, f32 {exact:.2}");
        assert!(found < most * exact, "{quantization:?}: {found}, f32 {exact}");
    }
}

#[test]
fn one_distribution_is_compared_with_anothers() {
    let engine = Engine::new();
    let (exact, coarse) =
        (plain(&engine, Quantization::AsStored), plain(&engine, Quantization::Int4));
    let prompt = "Once upon a time";
    let last_logits = |model| {
        let inspect = Request::Inspect {
            model,
            text: prompt.into(),
            pair: None,
            attentions: false,
            hidden_states: false,
            logits: true,
        };
        match ask(&engine, inspect).1 {
            Event::Inspected { tokens, logits, .. } => {
                logits[(tokens.len() - 1) * logits.len() / tokens.len()..].to_vec()
            }
            other => panic!("{other:?}"),
        }
    };
    let softmax = |logits: Vec<f32>| -> Vec<f64> {
        let exp: Vec<f64> = logits.iter().map(|&logit| f64::from(logit).exp()).collect();
        let sum: f64 = exp.iter().sum();
        exp.iter().map(|x| x / sum).collect()
    };
    let (p, q) = (softmax(last_logits(exact)), softmax(last_logits(coarse)));
    let expected: f64 = p.iter().zip(&q).map(|(p, q)| p * (p / q).ln()).sum();
    let write = |model, prompt: &str| {
        let options = GenerateOptions { max_new_tokens: 3, seed: Some(1), ..Default::default() };
        let (events, _) = ask(&engine, Request::Generate { model, prompt: prompt.into(), options });
        match &events[0] {
            Event::Prompt { tokens } => tokens.len(),
            other => panic!("{other:?}"),
        }
    };
    let position = write(exact, prompt);
    assert_eq!(write(coarse, prompt), position);
    let compare = |reference| {
        let (model, temperature, count) = (coarse, 1.0, 5);
        let request = Request::Candidates { model, position, temperature, count, reference };
        ask(&engine, request).1
    };
    match compare(Some(exact)) {
        Event::Candidates { divergence: Some(found), .. } => {
            assert!(
                expected > 1e-6 && (found / expected - 1.0).abs() < 1e-3,
                "{found}, {expected}"
            );
        }
        other => panic!("{other:?}"),
    }
    match compare(Some(coarse)) {
        Event::Candidates { divergence, .. } => assert_eq!(divergence, Some(0.0)),
        other => panic!("{other:?}"),
    }
    assert!(matches!(compare(None), Event::Candidates { divergence: None, .. }));
    // Different texts before the token cannot be compared.
    write(exact, "The king had three");
    let error = compare(Some(exact));
    assert!(
        matches!(error, Event::Error { error: LecternError::BadRequest { .. }, .. }),
        "{error:?}"
    );
}

#[test]
fn a_model_is_compared_with_another_one() {
    let engine = Engine::new();
    let (exact, coarse) =
        (plain(&engine, Quantization::AsStored), plain(&engine, Quantization::Int4));
    let compare = |model| {
        let request = Request::Perplexity { model, text: text(), reference: Some(exact) };
        let (progress, last) = ask(&engine, request);
        assert!(progress.iter().all(|event| matches!(event, Event::TokensScored { .. })));
        match last {
            Event::Perplexity { perplexity, comparison: Some(comparison), .. } => {
                (perplexity, comparison)
            }
            other => panic!("{other:?}"),
        }
    };
    let (own, same) = compare(exact);
    assert_eq!((same.mean_divergence, same.agreement), (0.0, 1.0));
    assert!((same.reference_perplexity / own - 1.0).abs() < 1e-9);
    let (_, other) = compare(coarse);
    println!("int4 beside f32: {other:?}");
    assert!(other.mean_divergence > 0.0 && other.mean_divergence < 0.1);
    assert!(other.agreement > 0.8 && other.agreement < 1.0);
    assert!((other.reference_perplexity / own - 1.0).abs() < 1e-9);
}

#[test]
fn what_is_kept_in_more_bits_is_kept() {
    let engine = Engine::new();
    let keep = Keep { embedding: true, query_key_value: true, layers: vec![2] };
    let model = load(&engine, Quantization::Scheme(ASYMMETRIC), Fit::LeastSquares, keep);
    for tensor in tensors(&engine, model) {
        let is_kept = tensor.name == "wte"
            || tensor.name.ends_with("c_attn")
            || tensor.name.starts_with("h.2.");
        let expected = if is_kept { Scheme::Int8Channel } else { ASYMMETRIC };
        assert_eq!(tensor.scheme, Some(expected), "{}", tensor.name);
    }
    let keep = Keep { layers: vec![0], ..Keep::default() };
    let model = load(&engine, Quantization::Int8, Fit::Range, keep);
    let kept = tensors(&engine, model);
    assert_eq!(kept[1].scheme, None);
    assert_eq!(kept[5].scheme, Some(Scheme::Int8Channel));
}

#[test]
fn a_matrix_is_studied_and_all_are_ranked() {
    let engine = Engine::new();
    let model = plain(&engine, Quantization::AsStored);
    let all = tensors(&engine, model);
    assert_eq!(all.len(), 1 + 6 * 4);
    let name = "h.1.mlp.c_fc";
    let info = all.iter().find(|info| info.name == name).expect("the matrix");
    let found = study(&engine, model, name, ASYMMETRIC);
    let count = info.rows * info.columns;
    for histogram in [&found.before, &found.after, &found.errors] {
        assert_eq!(histogram.counts.iter().sum::<u32>() as usize, count);
    }
    assert_eq!((found.map_shape, found.map.len()), ([32, 48], 32 * 48));
    let worst = found.map.iter().copied().fold(0.0, f32::max);
    assert!((f64::from(worst) / found.figures.maximum - 1.0).abs() < 1e-6);
    let window = found.window.expect("the window");
    // The window is cut off at the matrix's right end.
    assert_eq!((window.window.rows, window.window.columns), (4, info.columns - 120));
    assert_eq!(window.values.len(), 4 * (info.columns - 120));
    for ((x, dequantized), stored) in
        window.values.iter().zip(window.dequantized.iter()).zip(window.stored.iter())
    {
        assert!((0..16).contains(stored));
        assert!(f64::from((x - dequantized).abs()) <= found.figures.maximum);
    }

    let compare = |scheme| {
        let request = Request::CompareSchemes { model, scheme, fit: Fit::Range };
        match ask(&engine, request).1 {
            Event::SchemesCompared { tensors } => tensors,
            other => panic!("{other:?}"),
        }
    };
    let (four, eight) = (compare(ASYMMETRIC), compare(Scheme::Int8Channel));
    let same = four.iter().find(|it| it.tensor.name == name).expect("the matrix");
    assert!((same.figures.rms / found.figures.rms - 1.0).abs() < 1e-9);
    for (four, eight) in four.iter().zip(&eight) {
        assert!(four.figures.rms > eight.figures.rms && four.bytes < eight.bytes);
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let engine = Engine::new();
    let model = plain(&engine, Quantization::AsStored);
    let fit = Fit::Range;
    let studied = |tensor: &str, bars| {
        let tensor = tensor.to_owned();
        let map = [8, 8];
        Request::StudyTensor { model, tensor, scheme: ASYMMETRIC, fit, bars, map, window: None }
    };
    let requests = [
        studied("h.9.attn", 10),
        studied("wte", 0),
        studied("wte", usize::MAX),
        Request::Perplexity { model, text: String::new(), reference: None },
        Request::Perplexity { model, text: text(), reference: Some(77) },
        Request::Tensors { model: 77 },
    ];
    for request in requests {
        let (_, last) = ask(&engine, request);
        let Event::Error { error: LecternError::BadRequest { .. }, .. } = last else {
            panic!("{last:?}")
        };
    }
}
