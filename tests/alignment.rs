//! The engine as a trainer of language models, on the CPU: instructions followed, rewards learnt from rankings, and a
//! policy that is aligned with a reward.

use std::{cell::RefCell, rc::Rc};

use lectern::{
    engine::Engine,
    error::{BadRequestReason, LecternError},
    library::{DiskFolder, MemoryFolder},
    progress::CancelToken,
    protocol::{
        AlignOptions, AlignStep, Continuation, ContinueOptions, DeviceChoice, Ending, Event,
        Format, InstructOptions, InstructStep, Instruction, Quantization, Ranking, Raters, Request,
        Rewarded, Source, Tuned,
    },
    quantization::Fit,
};
use pollster::block_on;

const DECODER: &str = "web/models/stories-en-gpt2";
const ENCODER: &str = "web/models/stories-en-bert";

/// The events of a request; `on_event` may cancel it.
fn ask_with(
    engine: &Engine,
    request: Request,
    on_event: impl Fn(&Event, &CancelToken) + 'static,
) -> Vec<Event> {
    let events = Rc::new(RefCell::new(Vec::new()));
    let cancel = CancelToken::default();
    let (sink, token) = (Rc::clone(&events), cancel.clone());
    let emit = Rc::new(move |event| {
        on_event(&event, &token);
        sink.borrow_mut().push(event);
    });
    let last = block_on(engine.answer(request, None, &cancel, emit));
    let mut events = events.take();
    assert!(last.is_final() && events.iter().all(|event| !event.is_final()));
    events.push(last);
    events
}

fn ask(engine: &Engine, request: Request) -> Vec<Event> {
    ask_with(engine, request, |_, _| ())
}

fn last(events: &[Event]) -> &Event {
    events.last().expect("at least the final event")
}

fn load(engine: &Engine, folder: &str) -> u32 {
    let request = Request::load(Source::Files, Quantization::AsStored, DeviceChoice::Cpu);
    let folder = Rc::new(DiskFolder::new(folder));
    let cancel = CancelToken::default();
    match block_on(engine.answer(request, Some(folder), &cancel, Rc::new(|_| ()))) {
        Event::Loaded { info } => info.model,
        other => panic!("{other:?}"),
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.into()).collect()
}

const OPENINGS: [&str; 6] =
    ["One day,", "In the garden,", "At the park,", "They went to", "After lunch,", "On the hill,"];
const TASTE: [&str; 6] = ["he", "she", "they", "was", "very", "girl"];

fn continued(engine: &Engine, model: u32) -> (u32, Vec<Vec<Continuation>>) {
    let options =
        ContinueOptions { tokens: 10, taste: texts(&TASTE), ..ContinueOptions::default() };
    let request = Request::Continue { model, texts: texts(&OPENINGS), options };
    match ask(engine, request).pop() {
        Some(Event::Continued { continuations, written }) => (continuations, written),
        other => panic!("{other:?}"),
    }
}

fn raters(rankings: usize) -> Raters {
    Raters { taste: texts(&TASTE), rankings, ..Raters::default() }
}

fn rewarded(
    engine: &Engine,
    continuations: u32,
    rankings: Vec<Ranking>,
    raters: Raters,
) -> Rewarded {
    let request = Request::Reward { continuations, rankings, raters, l2: 0.01 };
    match ask(engine, request).pop() {
        Some(Event::Rewarded { rewarded }) => rewarded,
        other => panic!("{other:?}"),
    }
}

fn refused(engine: &Engine, request: Request) -> BadRequestReason {
    match ask(engine, request).pop() {
        Some(Event::Error { error: LecternError::BadRequest { reason }, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_reward_follows_a_ranking_and_its_shares_say_why() {
    let engine = Engine::new();
    let (continuations, written) = continued(&engine, load(&engine, DECODER));
    assert_eq!((written.len(), written[0].len()), (OPENINGS.len(), 4));
    let order = vec![2, 0, 3, 1];
    let ranking = Ranking { text: 1, order: order.clone() };
    let found = rewarded(&engine, continuations, vec![ranking.clone()], Raters::default());
    assert_eq!((found.rankings, found.pairs, found.right), (vec![ranking], 6, 1.0));
    let reward = |index: usize| found.shares[1][index].iter().sum::<f32>();
    assert!(order.is_sorted_by(|a, b| reward(*a) > reward(*b)));
    for (texts, shares) in written.iter().zip(&found.shares) {
        for (text, shares) in texts.iter().zip(shares) {
            assert_eq!(text.tokens.len(), shares.len());
        }
    }
}

#[test]
fn raters_rank_what_people_did_not_and_some_of_them_by_chance() {
    let engine = Engine::new();
    let (continuations, written) = continued(&engine, load(&engine, DECODER));
    let own = Ranking { text: 2, order: vec![3, 2, 1, 0] };
    let found = rewarded(&engine, continuations, vec![own.clone()], raters(4));
    let ranked: Vec<usize> = found.rankings.iter().map(|it| it.text).collect();
    assert_eq!((&found.rankings[0], ranked), (&own, vec![2, 0, 1, 3]));
    for Ranking { text, order } in &found.rankings[1..] {
        let worth = |index: usize| written[*text][index].worth;
        assert!(order.is_sorted_by(|a, b| worth(*a) >= worth(*b)), "text {text}");
    }
    assert!(found.tested.is_some_and(|share| (0.0..=1.0).contains(&share)));
    let noisy = Raters { noise: 1.0, ..raters(4) };
    let noisy = rewarded(&engine, continuations, Vec::new(), noisy);
    assert_ne!(noisy.rankings, rewarded(&engine, continuations, Vec::new(), raters(4)).rankings);
}

#[test]
fn what_is_no_ranking_is_refused() {
    let engine = Engine::new();
    let model = load(&engine, DECODER);
    let (continuations, _) = continued(&engine, model);
    let reason = |rankings: Vec<Ranking>, raters| {
        let request = Request::Reward { continuations, rankings, raters, l2: 0.01 };
        refused(&engine, request)
    };
    assert_eq!(reason(Vec::new(), Raters::default()), BadRequestReason::NoExamples);
    for (text, order) in
        [(0, vec![0, 1, 2]), (1, vec![0, 1, 1, 2]), (2, vec![0, 1, 2, 4]), (6, vec![0, 1, 2, 3])]
    {
        let found = reason(vec![Ranking { text, order }], Raters::default());
        assert_eq!(found, BadRequestReason::NotARanking { text });
    }
    let noise = Raters { noise: 1.5, ..raters(2) };
    assert!(matches!(reason(Vec::new(), noise), BadRequestReason::Option { .. }));
    let options = ContinueOptions::default();
    let nothing = Request::Continue { model, texts: Vec::new(), options: options.clone() };
    assert_eq!(refused(&engine, nothing), BadRequestReason::NoExamples);
    let empty = Request::Continue { model, texts: texts(&[""]), options };
    assert_eq!(refused(&engine, empty), BadRequestReason::EmptyText);
    let unknown =
        Request::Align { reward: model, texts: Vec::new(), options: AlignOptions::default() };
    assert_eq!(refused(&engine, unknown), BadRequestReason::NoSuchModel { model });
    let encoder = load(&engine, ENCODER);
    let options = ContinueOptions::default();
    let request = Request::Continue { model: encoder, texts: texts(&OPENINGS), options };
    assert!(matches!(
        last(&ask(&engine, request)),
        Event::Error { error: LecternError::MissingHead { .. }, .. }
    ));
}

/// Few iterations that learn much.
fn quick() -> AlignOptions {
    AlignOptions { iterations: 5, rate: 1e-3, ..AlignOptions::default() }
}

fn alignment(reward: u32, options: AlignOptions) -> Request {
    let options = AlignOptions { tokens: 8, rollouts: 2, taste: texts(&TASTE), ..options };
    Request::Align { reward, texts: texts(&OPENINGS[..4]), options }
}

fn align_steps<'a>(events: &'a [Event]) -> Vec<&'a AlignStep> {
    let step = |event: &'a Event| match event {
        Event::AlignStep { step } => Some(step),
        _ => None,
    };
    events.iter().filter_map(step).collect()
}

fn tuned(events: &[Event]) -> &Tuned {
    match last(events) {
        Event::Tuned { tuned } => tuned,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_policy_moves_from_its_reference_towards_the_reward_and_is_a_model() {
    let engine = Engine::new();
    let (continuations, _) = continued(&engine, load(&engine, DECODER));
    let reward = rewarded(&engine, continuations, Vec::new(), raters(6)).reward;
    let options = AlignOptions { beta: 0.0, ..quick() };
    let events = ask(&engine, alignment(reward, options.clone()));
    let steps = align_steps(&events);
    assert_eq!(steps.iter().map(|it| it.step).collect::<Vec<_>>(), (0..=5).collect::<Vec<_>>());
    let (first, end) = (steps[0], steps[5]);
    assert!(first.divergence.abs() < 1e-4, "the reference itself: {}", first.divergence);
    assert!(end.divergence > 0.05 && end.reward > first.reward + 0.2, "{first:?} {end:?}");
    assert_eq!((end.by_position.len(), end.samples.len()), (8, 3));
    let sample = &end.samples[1];
    assert_eq!(sample.opening, OPENINGS[1]);
    assert!((f64::from(sample.shares.iter().sum::<f32>()) - sample.reward).abs() < 1e-4);
    assert_eq!(tuned(&events).ending, Ending::Complete);

    let again = ask(&engine, alignment(reward, options.clone()));
    assert_eq!(align_steps(&again), steps, "the same seed gives the same curve");
    let options = AlignOptions { seed: 2, iterations: 0, ..options };
    let other = ask(&engine, alignment(reward, options));
    assert_ne!(align_steps(&other)[0].reward, first.reward);

    // It writes, and it opens elsewhere.
    let model = tuned(&events).info.model;
    continued(&engine, model);
    let files = ask(&engine, Request::ModelFiles { model });
    let Event::ModelFiles { config, tokenizer } = last(&files) else { panic!("{files:?}") };
    let fit = Fit::default();
    let request = Request::Export { model, format: Format::Safetensors, scheme: None, fit };
    let pieces = ask(&engine, request);
    let bytes = pieces.iter().filter_map(|event| match event {
        Event::FilePiece { bytes, .. } => Some(bytes.to_vec()),
        _ => None,
    });
    let files = [
        ("config.json".to_owned(), config.clone().into_bytes()),
        ("tokenizer.json".to_owned(), tokenizer.clone().into_bytes()),
        ("model.safetensors".to_owned(), bytes.flatten().collect()),
    ];
    let request = Request::load(Source::Files, Quantization::AsStored, DeviceChoice::Cpu);
    let folder = Rc::new(MemoryFolder::new("aligned", files));
    let cancel = CancelToken::default();
    let opened = block_on(Engine::new().answer(request, Some(folder), &cancel, Rc::new(|_| ())));
    assert!(matches!(opened, Event::Loaded { .. }), "{opened:?}");
    assert_eq!(last(&ask(&engine, Request::Dispose { model })), &Event::Done);
    let options = ContinueOptions::default();
    let gone = Request::Continue { model, texts: texts(&OPENINGS), options };
    assert_eq!(refused(&engine, gone), BadRequestReason::NoSuchModel { model });
}

#[test]
fn a_price_of_distance_keeps_a_policy_near() {
    let engine = Engine::new();
    let (continuations, _) = continued(&engine, load(&engine, DECODER));
    let reward = rewarded(&engine, continuations, Vec::new(), raters(6)).reward;
    let [free, held] = [0.0, 2.0].map(|beta| {
        let options = AlignOptions { beta, ..quick() };
        let events = ask(&engine, alignment(reward, options));
        align_steps(&events).last().expect("steps").divergence
    });
    assert!(held < 0.7 * free, "{held} with a price, {free} without");
}

#[test]
fn an_alignment_that_is_stopped_or_diverges_says_so_and_keeps_a_model() {
    let engine = Engine::new();
    let (continuations, _) = continued(&engine, load(&engine, DECODER));
    let reward = rewarded(&engine, continuations, Vec::new(), raters(6)).reward;
    let events = ask_with(&engine, alignment(reward, AlignOptions::default()), |event, cancel| {
        if matches!(event, Event::AlignStep { step } if step.step == 1) {
            cancel.cancel();
        }
    });
    assert_eq!((tuned(&events).ending, align_steps(&events).len()), (Ending::Stopped, 2));
    continued(&engine, tuned(&events).info.model);
    let options = AlignOptions { rate: 1e30, ..AlignOptions::default() };
    let events = ask(&engine, alignment(reward, options));
    assert_eq!(tuned(&events).ending, Ending::Diverged);
    continued(&engine, tuned(&events).info.model);
    for options in [
        AlignOptions { beta: -1.0, ..AlignOptions::default() },
        AlignOptions { rate: f64::NAN, ..AlignOptions::default() },
        AlignOptions { epochs: 0, ..AlignOptions::default() },
    ] {
        let found = refused(&engine, alignment(reward, options));
        assert!(matches!(found, BadRequestReason::Option { .. }), "{found:?}");
    }
}

fn lessons() -> Vec<Instruction> {
    let pairs = [
        ("What does a cat say?", "A cat says meow."),
        ("When do we sleep?", "We sleep at night."),
        ("What colour is grass?", "Grass is green."),
        ("Where do fish live?", "Fish live in water."),
    ];
    let lesson = |(instruction, response): (&str, &str)| Instruction {
        instruction: instruction.into(),
        response: response.into(),
    };
    pairs.map(lesson).into()
}

#[test]
fn instructions_are_followed_and_answers_end() {
    let engine = Engine::new();
    let model = load(&engine, DECODER);
    let options = InstructOptions {
        rate: 1e-3,
        steps: 20,
        batch: 4,
        tokens: 12,
        ..InstructOptions::default()
    };
    let (examples, tests) = (lessons(), lessons());
    let events = ask(&engine, Request::Instruct { model, examples, tests, options });
    let steps: Vec<&InstructStep> = events
        .iter()
        .filter_map(|event| match event {
            Event::InstructStep { step } => Some(step),
            _ => None,
        })
        .collect();
    assert_eq!(steps.len(), 21);
    let (first, end) = (steps[0], steps[20]);
    let share = |step: &InstructStep| step.answers.iter().filter(|it| it.is_ended).count();
    assert!(share(first) < share(end), "{:?} {:?}", first.answers, end.answers);
    assert!(end.test_loss < first.test_loss.map(|loss| loss / 2.0), "{first:?} {end:?}");
    assert_eq!(tuned(&events).ending, Ending::Complete);
    continued(&engine, tuned(&events).info.model);
}

#[test]
fn answers_go_on_from_what_is_put_into_the_models_mouth() {
    let engine = Engine::new();
    let model = load(&engine, DECODER);
    let measured = |prefill: &str| {
        let options = InstructOptions {
            steps: 0,
            tokens: 8,
            prefill: prefill.into(),
            ..InstructOptions::default()
        };
        let (examples, tests) = (lessons(), lessons());
        let events = ask(&engine, Request::Instruct { model, examples, tests, options });
        assert_eq!((tuned(&events).ending, events.len()), (Ending::Complete, 2));
        match &events[0] {
            Event::InstructStep { step } => (step.test_loss, step.answers.clone()),
            other => panic!("{other:?}"),
        }
    };
    let (loss, own) = measured("");
    let (same_loss, prefilled) = measured("Once upon a time");
    assert_eq!(loss, same_loss, "the answers that are learnt stay as they are");
    assert_eq!(own.len(), prefilled.len());
    assert!(own.iter().zip(&prefilled).all(|(own, prefilled)| own.text != prefilled.text));
    assert!(prefilled[0].text.starts_with(','), "{prefilled:?}");
}

#[test]
fn fine_tuning_stops_and_refuses_what_it_cannot_learn() {
    let engine = Engine::new();
    let model = load(&engine, DECODER);
    let request =
        |examples, options| Request::Instruct { model, examples, tests: Vec::new(), options };
    let events =
        ask_with(&engine, request(lessons(), InstructOptions::default()), |event, cancel| {
            if matches!(event, Event::InstructStep { step } if step.step == 2) {
                cancel.cancel();
            }
        });
    assert_eq!((tuned(&events).ending, events.len()), (Ending::Stopped, 4));
    let none = request(Vec::new(), InstructOptions::default());
    assert_eq!(refused(&engine, none), BadRequestReason::NoExamples);
    let options = InstructOptions { rate: 0.0, ..InstructOptions::default() };
    let found = refused(&engine, request(lessons(), options));
    assert!(matches!(found, BadRequestReason::Option { .. }));
    let encoder = Request::Instruct {
        model: load(&engine, ENCODER),
        examples: lessons(),
        tests: Vec::new(),
        options: InstructOptions::default(),
    };
    assert!(matches!(last(&ask(&engine, encoder)), Event::Error { .. }));
}
