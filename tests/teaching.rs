//! The engine as a trainer, on the CPU: classifiers taught, an encoder distilled, tiny students side by side.

use std::{
    cell::{Cell, RefCell},
    pin::pin,
    rc::Rc,
};

use futures_lite::future::poll_once;

use lectern::{
    checkpoint::Folder,
    engine::Engine,
    error::{BadRequestReason, LecternError},
    library::{DiskFolder, MemoryFolder},
    progress::CancelToken,
    protocol::{
        DeviceChoice, DistilOptions, DistilStep, Ending, Event, Example, Format, Lane,
        LearningCurve, ModelInfo, Quantization, Request, Source, StudentsOptions, StudentsStep,
        Taught, TeachOptions, TeachStep,
    },
};
use pollster::block_on;
use serde_json::Value;

const ENCODER: &str = "web/models/stories-en-bert";
const STORIES: &str = "web/texts/stories-en-valid.txt";

/// The events of a request; `on_event` may cancel it.
fn ask_with(
    engine: &Engine,
    request: Request,
    folder: Option<Rc<dyn Folder>>,
    on_event: impl Fn(&Event, &CancelToken) + 'static,
) -> Vec<Event> {
    let events = Rc::new(RefCell::new(Vec::new()));
    let cancel = CancelToken::default();
    let (sink, token) = (Rc::clone(&events), cancel.clone());
    let emit = Rc::new(move |event| {
        on_event(&event, &token);
        sink.borrow_mut().push(event);
    });
    let last = block_on(engine.answer(request, folder, &cancel, emit));
    let mut events = events.take();
    assert!(last.is_final() && events.iter().all(|event| !event.is_final()));
    events.push(last);
    events
}

fn ask(engine: &Engine, request: Request, folder: Option<Rc<dyn Folder>>) -> Vec<Event> {
    ask_with(engine, request, folder, |_, _| ())
}

fn last(events: Vec<Event>) -> Event {
    events.into_iter().next_back().expect("at least the final event")
}

fn load_from(engine: &Engine, folder: Rc<dyn Folder>) -> ModelInfo {
    let request = Request::load(Source::Files, Quantization::AsStored, DeviceChoice::Cpu);
    match last(ask(engine, request, Some(folder))) {
        Event::Loaded { info } => info,
        other => panic!("{other:?}"),
    }
}

fn load(engine: &Engine) -> u32 {
    load_from(engine, Rc::new(DiskFolder::new(ENCODER))).model
}

/// A built-in task: so many examples a class, the tests, and the names of the classes.
fn task(name: &str, count: usize) -> (Vec<Example>, Vec<Example>, Vec<String>) {
    let text = std::fs::read_to_string(format!("web/texts/teaching/{name}.jsonl")).expect("a task");
    let rows: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let field = |row: &Value, name: &str| row[name].as_str().expect("a text").to_owned();
    let mut classes: Vec<String> = rows.iter().map(|row| field(row, "label")).collect();
    classes.sort();
    classes.dedup();
    let (mut examples, mut tests) = (Vec::new(), Vec::new());
    let mut taken = vec![0; classes.len()];
    for row in &rows {
        let label = classes.iter().position(|class| *class == row["label"]).expect("a class");
        let example = Example { text: field(row, "text"), label };
        if row["split"] == "test" {
            tests.push(example);
        } else if taken[label] < count {
            taken[label] += 1;
            examples.push(example);
        }
    }
    (examples, tests, classes)
}

fn teach(model: Option<u32>, name: &str, count: usize, options: TeachOptions) -> Request {
    let (examples, tests, classes) = task(name, count);
    Request::Teach { model, examples, tests, classes: classes.len(), options }
}

fn taught(events: &[Event]) -> &Taught {
    match events.last() {
        Some(Event::Taught { taught }) => taught,
        other => panic!("{other:?}"),
    }
}

fn steps<'a>(events: &'a [Event]) -> Vec<&'a TeachStep> {
    let step = |event: &'a Event| match event {
        Event::TeachStep { step } => Some(step),
        _ => None,
    };
    events.iter().filter_map(step).collect()
}

#[test]
fn a_pre_trained_encoder_needs_fewer_labels_than_a_count_of_words() {
    let engine = Engine::new();
    let model = load(&engine);
    let (examples, tests, classes) = task("topics-en", 75);
    let request = Request::LearningCurves {
        model,
        examples,
        tests,
        classes: classes.len(),
        sizes: vec![1, 4, 16],
        draws: 5,
        seed: 1,
    };
    let Event::LearningCurves { curves } = last(ask(&engine, request, None)) else {
        panic!("curves")
    };
    let mean = |lane: Lane| -> Vec<f64> {
        let curve = curves.iter().find(|curve| curve.lane == lane).expect("a curve");
        let LearningCurve { accuracies, .. } = curve;
        accuracies.iter().map(|draws| draws.iter().sum::<f64>() / draws.len() as f64).collect()
    };
    let (words, features) = (mean(Lane::Words), mean(Lane::Features));
    println!("words {words:?}, features {features:?}");
    assert!(features[2] > features[0] && words[2] > words[0]);
    assert!(features[1] > words[1], "{features:?} {words:?}");
}

#[test]
fn classes_are_taught_at_once_and_classify_new_texts() {
    let engine = Engine::new();
    let model = load(&engine);
    for (lane, handle) in [(Lane::Words, None), (Lane::Features, Some(model))] {
        let options = TeachOptions { lane, ..TeachOptions::default() };
        let events = ask(&engine, teach(handle, "topics-en", 75, options), None);
        let taught = taught(&events);
        println!("{taught:?}");
        assert_eq!((taught.ending, taught.model, events.len()), (Ending::Complete, None, 1));
        assert!(taught.trained > 0.8 && taught.accuracy.expect("tests") > 0.6, "{taught:?}");
        let texts = vec!["The dog barks at the cat.".into(), "Soup with bread and cheese.".into()];
        let request = Request::Classify { classifier: taught.classifier, texts };
        let Event::Classified { probabilities } = last(ask(&engine, request, None)) else {
            panic!("classes")
        };
        // Animals, food, science, travel.
        assert_eq!(probabilities.len(), 8);
        assert!((probabilities[..4].iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(probabilities[5] > 0.25, "{:?}", probabilities.0);
    }
}

#[test]
fn an_encoder_learns_with_its_head_and_stays_a_model() {
    let engine = Engine::new();
    let model = load(&engine);
    let options =
        TeachOptions { lane: Lane::FineTuning, rate: 5e-4, steps: 10, ..TeachOptions::default() };
    let events = ask(&engine, teach(Some(model), "topics-en", 4, options.clone()), None);
    let found = taught(&events);
    println!("{found:?}");
    let steps = steps(&events);
    assert_eq!(steps.len(), 11);
    assert!(steps[10].loss < steps[1].loss);
    let kept: Vec<f64> =
        steps.iter().filter_map(|step| Some(step.measured.as_ref()?.kept)).collect();
    assert!((kept[0] - 1.0).abs() < 1e-6 && kept.last().expect("measured") < &0.999, "{kept:?}");
    assert_eq!(found.trained, 1.0);
    // The same seed gives the same training.
    let again = ask(&engine, teach(Some(model), "topics-en", 4, options), None);
    assert_eq!(taught(&again).accuracy, found.accuracy);
    let loss = |events: &[Event]| self::steps(events)[10].loss;
    assert_eq!(loss(&again), loss(&events));
    // It still fills masks, with its own new weights.
    let student = found.model.expect("an encoder");
    let request = Request::FillMask { model: student, text: "The [MASK] ran.".into(), top_k: 3 };
    assert!(matches!(last(ask(&engine, request, None)), Event::Filled { .. }));
}

#[test]
fn a_rate_a_hundred_times_too_high_ends_at_chance_and_forgets() {
    let engine = Engine::new();
    let model = load(&engine);
    let options =
        TeachOptions { lane: Lane::FineTuning, rate: 5e-2, steps: 12, ..TeachOptions::default() };
    let events = ask(&engine, teach(Some(model), "sentiment-en", 8, options), None);
    let found = taught(&events);
    let kept =
        steps(&events).iter().filter_map(|step| Some(step.measured.as_ref()?.kept)).next_back();
    println!("{found:?} {kept:?}");
    assert!(found.ending == Ending::Diverged || found.accuracy.expect("tests") < 0.65);
    assert!(kept.is_none_or(|kept| kept < 0.3), "{kept:?}");
}

#[test]
fn an_encoder_that_begins_with_nothing_learns_its_examples() {
    let engine = Engine::new();
    let model = load(&engine);
    let options =
        TeachOptions { lane: Lane::SmallEncoder, rate: 1e-3, steps: 40, ..TeachOptions::default() };
    let events = ask(&engine, teach(Some(model), "topics-en", 4, options), None);
    let found = taught(&events);
    println!("{found:?}");
    assert!(found.trained > 0.8 && found.model.is_none());
}

#[test]
fn a_training_that_is_stopped_keeps_what_it_learned() {
    let engine = Engine::new();
    let model = load(&engine);
    let options = TeachOptions { lane: Lane::FineTuning, steps: 500, ..TeachOptions::default() };
    let request = teach(Some(model), "sentiment-en", 8, options);
    let events = ask_with(&engine, request, None, |event, cancel| {
        if matches!(event, Event::TeachStep { step } if step.step == 3) {
            cancel.cancel();
        }
    });
    let found = taught(&events);
    assert_eq!((found.ending, steps(&events).len()), (Ending::Stopped, 4));
    let texts = vec!["I like it.".into()];
    let request = Request::Classify { classifier: found.classifier, texts };
    assert!(matches!(last(ask(&engine, request, None)), Event::Classified { .. }));
}

#[test]
fn a_training_keeps_what_it_learned_whenever_it_is_stopped() {
    let engine = Engine::new();
    let model = load(&engine);
    let mut endings = Vec::new();
    // Between two breaks of the work: in a step, after it, while its texts are read.
    for breaks in 0..40 {
        let options = TeachOptions { lane: Lane::FineTuning, steps: 2, ..TeachOptions::default() };
        let (examples, mut tests, classes) = task("sentiment-en", 2);
        tests.truncate(24);
        let classes = classes.len();
        let request = Request::Teach { model: Some(model), examples, tests, classes, options };
        let (cancel, has_begun) = (CancelToken::default(), Rc::new(Cell::new(false)));
        let begun = Rc::clone(&has_begun);
        let emit = Rc::new(move |_| begun.set(true));
        let mut work = pin!(engine.answer(request, None, &cancel, emit));
        let (mut passed, mut is_done) = (0, None);
        while is_done.is_none() {
            is_done = block_on(poll_once(&mut work));
            if has_begun.get() && passed == breaks {
                cancel.cancel();
            }
            passed += usize::from(has_begun.get());
        }
        match is_done {
            Some(Event::Taught { taught }) => endings.push(taught.ending),
            other => panic!("stopped after {breaks} breaks: {other:?}"),
        }
    }
    assert!(endings.contains(&Ending::Stopped) && endings.contains(&Ending::Complete));
}

#[test]
fn what_cannot_be_taught_is_refused() {
    let engine = Engine::new();
    let example = |label| Example { text: "a".into(), label };
    let reason = |examples: Vec<Example>, classes| {
        let options = TeachOptions { lane: Lane::Words, ..TeachOptions::default() };
        let tests = Vec::new();
        let request = Request::Teach { model: None, examples, tests, classes, options };
        match last(ask(&engine, request, None)) {
            Event::Error { error: LecternError::BadRequest { reason }, .. } => reason,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reason(Vec::new(), 2), BadRequestReason::NoExamples);
    assert_eq!(reason(vec![example(0)], 1), BadRequestReason::NoExamples);
    assert!(matches!(reason(vec![example(2)], 2), BadRequestReason::Option { .. }));
    let lanes = [Lane::Features, Lane::FineTuning, Lane::SmallEncoder];
    for lane in lanes {
        let options = TeachOptions { lane, ..TeachOptions::default() };
        let request = teach(None, "topics-en", 1, options);
        assert!(matches!(last(ask(&engine, request, None)), Event::Error { .. }), "{lane:?}");
    }
}

fn distil_steps<'a>(events: &'a [Event]) -> Vec<&'a DistilStep> {
    let step = |event: &'a Event| match event {
        Event::DistilStep { step } => Some(step),
        _ => None,
    };
    events.iter().filter_map(step).collect()
}

#[test]
fn a_student_of_half_the_layers_is_a_model_that_opens_elsewhere() {
    let engine = Engine::new();
    let model = load(&engine);
    let stories = std::fs::read_to_string(STORIES).expect("stories");
    let texts: Vec<String> =
        stories.lines().filter(|it| it.len() > 40).take(120).map(str::to_owned).collect();
    let options = DistilOptions { steps: 12, tokens: 256, ..DistilOptions::default() };
    let probe = "The [MASK] barked at the cat.".to_owned();
    let request = Request::Distil { model, texts, probe, options };
    let events = ask(&engine, request, None);
    let steps = distil_steps(&events);
    assert_eq!(steps.len(), 13);
    println!("{:?} … {:?}", steps[1], steps[12]);
    let mean = |steps: &[&DistilStep]| {
        steps.iter().map(|step| step.loss).sum::<f64>() / steps.len() as f64
    };
    assert!(mean(&steps[9..]) < mean(&steps[1..3]));
    assert_eq!(steps[12].probe.len(), 1);
    let Event::Loaded { info } = last(events) else { panic!("a student") };
    assert_eq!(info.layers, 3);
    // Its files are a model of their own.
    let Event::ModelFiles { config, tokenizer } =
        last(ask(&engine, Request::ModelFiles { model: info.model }, None))
    else {
        panic!("files")
    };
    let export = Request::Export {
        model: info.model,
        format: Format::Safetensors,
        scheme: None,
        fit: Default::default(),
    };
    let pieces = ask(&engine, export, None).into_iter().filter_map(|event| match event {
        Event::FilePiece { bytes, .. } => Some(bytes.0),
        _ => None,
    });
    let weights: Vec<u8> = pieces.flatten().collect();
    let files = [
        ("config.json", config.into_bytes()),
        ("tokenizer.json", tokenizer.into_bytes()),
        ("model.safetensors", weights),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes));
    let other = Engine::new();
    let opened = load_from(&other, Rc::new(MemoryFolder::new("student", files)));
    assert_eq!((opened.layers, opened.parameters), (3, info.parameters));
    let ask_both = |engine: &Engine, model| {
        let text = "The [MASK] barked at the cat.".to_owned();
        last(ask(engine, Request::FillMask { model, text, top_k: 3 }, None))
    };
    assert_eq!(ask_both(&engine, info.model), ask_both(&other, opened.model));
}

#[test]
fn of_two_tiny_students_only_one_knows_the_word_that_neither_saw() {
    let engine = Engine::new();
    for (lesson, hidden) in [("gaps-en", 6), ("gaps-ru", 4)] {
        let folder: Rc<dyn Folder> = Rc::new(DiskFolder::new("web/lessons"));
        let options =
            StudentsOptions { hidden: Some(hidden), steps: 400, ..StudentsOptions::default() };
        let request = Request::Students { lesson: lesson.into(), options };
        let events = ask(&engine, request, Some(folder));
        let Some(Event::Lesson { words, gaps, shown }) = events.first() else { panic!("a lesson") };
        assert_eq!(words.len(), 24);
        assert!(*gaps > 2000 && shown.len() > 20, "{gaps} {}", shown.len());
        assert!(matches!(
            events.last(),
            Some(Event::StudentsTaught { ending: Ending::Complete, .. })
        ));
        let step = events.iter().rev().find_map(|event| match event {
            Event::StudentsStep { step } => Some(step),
            _ => None,
        });
        let StudentsStep { students, .. } = step.expect("a step");
        let [hard, soft] =
            [0, 1].map(|index: usize| students[index].hidden.expect("a word is hidden"));
        println!(
            "{lesson}: {:?} {hard:?}, {soft:?}; {} {}",
            words[hidden], students[0].accuracy, students[1].accuracy
        );
        assert!(hard[0] < 0.01 && hard[1] == 0.0, "{hard:?}");
        assert!(soft[0] > 0.05 && soft[2] > 0.2, "{soft:?}");
    }
    let folder: Rc<dyn Folder> = Rc::new(DiskFolder::new("web/lessons"));
    let request =
        Request::Students { lesson: "gaps-xx".into(), options: StudentsOptions::default() };
    let missing = last(ask(&engine, request, Some(folder)));
    assert!(matches!(missing, Event::Error { error: LecternError::NotFound { .. }, .. }));
}
