//! The built-in ELMos: what the two readers know of a text, what they cannot know, and what is learnt from their layers.

use std::{cell::RefCell, fs, rc::Rc};

use lectern::{
    engine::Engine,
    error::{BadRequestReason, LecternError},
    library::DiskFolder,
    progress::CancelToken,
    protocol::{
        Ability, DeviceChoice, Ending, Event, MixtureLearnt, MixtureOptions, ModelInfo,
        Quantization, Reading, Request, Source,
    },
    view_model::WordTask,
};
use pollster::block_on;

fn ask(engine: &Engine, request: Request, folder: Option<&str>) -> (Vec<Event>, Event) {
    let events = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&events);
    let emit = Rc::new(move |event| sink.borrow_mut().push(event));
    let folder = folder.map(|path| Rc::new(DiskFolder::new(path)) as _);
    let last = block_on(engine.answer(request, folder, &CancelToken::default(), emit));
    (events.take(), last)
}

fn load(engine: &Engine, name: &str, device: DeviceChoice) -> ModelInfo {
    let request = Request::load(Source::Files, Quantization::AsStored, device);
    match ask(engine, request, Some(&format!("web/models/{name}"))).1 {
        Event::Loaded { info } => info,
        other => panic!("{name}: {other:?}"),
    }
}

fn read(engine: &Engine, model: u32, text: &str) -> Reading {
    match ask(engine, Request::Read { model, text: text.into(), count: 3 }, None).1 {
        Event::Read { reading } => *reading,
        other => panic!("{text}: {other:?}"),
    }
}

/// The vector of a word in a layer.
fn vector<'a>(reading: &'a Reading, layer: usize, word: &str) -> &'a [f32] {
    let at = reading.words.iter().position(|it| it.text == word).expect("the word");
    &reading.layers[layer][at * reading.size..][..reading.size]
}

#[test]
fn a_reader_knows_nothing_of_what_comes_after() {
    for (name, first, second, word) in [
        (
            "stories-en-elmo",
            "He went to the bank of the river.",
            "He went to the bank and asked for money.",
            "bank",
        ),
        ("stories-ru-elmo", "Мальчик взял лист бумаги.", "Мальчик взял лист с дерева.", "лист"),
    ] {
        let engine = Engine::new();
        let info = load(&engine, name, DeviceChoice::Cpu);
        assert_eq!(info.abilities, [Ability::Read]);
        assert!(info.weight_bytes < 3_000_000, "{name}: {} bytes", info.weight_bytes);
        let [first, second] = [first, second].map(|text| read(&engine, info.model, text));
        let half = info.hidden_size / 2;
        for layer in 0..=info.layers {
            let [a, b] = [&first, &second].map(|it| vector(it, layer, word));
            assert_eq!(a[..half], b[..half], "{name}, layer {layer}: forward, bit by bit");
            assert_eq!(a[half..] == b[half..], layer == 0, "{name}, layer {layer}: backward");
        }
    }
}

#[test]
fn the_readers_expect_words_that_fit() {
    let engine = Engine::new();
    let info = load(&engine, "stories-en-elmo", DeviceChoice::Cpu);
    let text = "Once upon a time, there was a little girl named Lily.";
    let reading = read(&engine, info.model, text);
    let words: Vec<&str> = reading.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words[..6], ["Once", "upon", "a", "time", ",", "there"]);
    assert!(reading.words.iter().all(|word| word.is_known));
    let steps = words.len() + 1;
    for reader in [&reading.forward, &reading.backward] {
        assert_eq!(reader.layers.iter().map(Vec::len).collect::<Vec<_>>(), [steps; 2]);
        assert_eq!(reader.likely.len(), steps);
        let gates = reader.layers.iter().flatten().flat_map(|it| [it.input, it.forget, it.output]);
        assert!(gates.into_iter().all(|gate| gate > 0.0 && gate < 1.0));
    }
    // After «Once» comes «upon»; before the full stop at the end, from the right, nothing but the end is known.
    assert_eq!(reading.forward.likely[1][0].text, "upon");
    assert_eq!(reading.backward.likely[1][0].text, "Once");
    let strange = read(&engine, info.model, "The zorbifex slept.");
    assert_eq!(strange.words.iter().map(|it| it.is_known).collect::<Vec<_>>()[..2], [true, false]);
    assert!(strange.layers.iter().all(|layer| layer.iter().all(|x| x.is_finite())));
}

/// Start and end of each word.
fn spans(text: &str) -> Vec<[usize; 2]> {
    let start =
        |word: &str| text[..word.as_ptr() as usize - text.as_ptr() as usize].encode_utf16().count();
    let span = |word: &str| [start(word), start(word) + word.encode_utf16().count()];
    text.split(' ').map(span).collect()
}

fn influence(engine: &Engine, model: u32, text: &str, word: usize, instead: &[&str]) -> Event {
    let instead = instead.iter().map(|it| (*it).to_owned()).collect();
    let (text, words) = (text.to_owned(), spans(text));
    ask(engine, Request::Influence { model, text, words, word, instead }, None).1
}

#[test]
fn a_readers_memory_of_a_word_fades_and_attentions_does_not() {
    let sentences = [
        (
            "en",
            "One day the old king saw a big bird in the tree and ran to the house because he wanted to tell his friends about it.",
            4,
            ["girl", "dog", "robot", "farmer"],
        ),
        (
            "ru",
            "Однажды старый король увидел на дереве большую птицу и побежал домой, потому что хотел рассказать об этом своим друзьям.",
            2,
            ["медведь", "мальчик", "робот", "трактор"],
        ),
    ];
    for (language, text, word, instead) in sentences {
        let engine = Engine::new();
        let changes = |name: &str| {
            let info = load(&engine, &format!("stories-{language}-{name}"), DeviceChoice::Cpu);
            match influence(&engine, info.model, text, word, &instead) {
                Event::Influence { layers } => {
                    assert_eq!(layers.len(), info.layers + 1);
                    layers
                }
                other => panic!("{name}: {other:?}"),
            }
        };
        let (elmo, bert) = (changes("elmo"), changes("bert"));
        let others = |it: &(usize, &f32)| it.0 != word;
        assert!(elmo[0].iter().enumerate().filter(others).all(|(_, it)| *it == 0.0), "{language}");
        let mean = |changes: &[f32], from: usize| {
            changes[word + from..word + from + 5].iter().sum::<f32>() / 5.0
        };
        let (reader, attention) = (elmo.last().expect("layers"), bert.last().expect("layers"));
        let fades = |changes: &[f32]| mean(changes, 11) / mean(changes, 2);
        println!("{language}: {:.2} ELMo, {:.2} BERT", fades(reader), fades(attention));
        assert!(fades(reader) < 0.75 && fades(reader) < fades(attention) - 0.2, "{language}");
        // The backward reader comes to the words before it after it.
        assert!(reader[..word].iter().all(|it| *it > 0.0));
    }
}

#[test]
fn a_word_that_is_not_there_cannot_be_replaced() {
    let engine = Engine::new();
    let model = load(&engine, "stories-en-elmo", DeviceChoice::Cpu).model;
    let refused = |words: &[[usize; 2]], word: usize, instead: &[&str]| {
        let instead = instead.iter().map(|it| (*it).to_owned()).collect();
        let (text, words) = ("A big dog".to_owned(), words.to_vec());
        match ask(&engine, Request::Influence { model, text, words, word, instead }, None).1 {
            Event::Error { error: LecternError::BadRequest { reason }, .. } => reason,
            other => panic!("{other:?}"),
        }
    };
    let no_word = |start, end| BadRequestReason::NoWord { start, end };
    assert_eq!(refused(&[[2, 5]], 1, &["cat"]), no_word(0, 0));
    assert_eq!(refused(&[[2, 5], [6, 40]], 0, &["cat"]), no_word(6, 40));
    assert_eq!(refused(&[[5, 2]], 0, &["cat"]), no_word(5, 2));
    assert_eq!(refused(&[[1, 2]], 0, &["cat"]), no_word(1, 2));
    assert_eq!(refused(&[[2, 5]], 0, &[]), BadRequestReason::EmptyText);
    assert_eq!(refused(&[[2, 5]], 0, &[" "]), BadRequestReason::EmptyText);
    let decoder = load(&engine, "stories-en-gpt2", DeviceChoice::Cpu).model;
    let found = influence(&engine, decoder, "A big dog", 1, &["small"]);
    assert!(matches!(found, Event::Error { error: LecternError::MissingHead { .. }, .. }));
}

#[test]
fn both_devices_read_alike() {
    let engine = Engine::new();
    let [cpu, gpu] = [DeviceChoice::Cpu, DeviceChoice::Gpu]
        .map(|device| load(&engine, "stories-en-elmo", device).model);
    let text = "The dog ran to the river and saw a big fish.";
    let [cpu, gpu] = [cpu, gpu].map(|model| read(&engine, model, text));
    for (layer, (a, b)) in cpu.layers.iter().zip(&gpu.layers).enumerate() {
        let largest = a.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
        let difference =
            a.iter().zip(b.iter()).fold(0.0f32, |most, (a, b)| most.max((a - b).abs()));
        assert!(difference < 2e-3 * largest, "layer {layer}: {difference} of {largest}");
    }
}

fn task(name: &str) -> WordTask {
    let file = fs::read_to_string(format!("web/lessons/{name}.txt")).expect("a task");
    match name.starts_with("parts") {
        true => WordTask::parts(&file),
        false => WordTask::meanings(&file),
    }
    .expect("a task")
}

fn learn(engine: &Engine, model: u32, task: &WordTask, options: MixtureOptions) -> MixtureLearnt {
    let WordTask { texts, examples, tests, classes } = task.clone();
    let classes = classes.len();
    let request = Request::LearnMixture { model, texts, examples, tests, classes, options };
    let (steps, last) = ask(engine, request, None);
    let Event::MixtureLearnt { learnt } = last else { panic!("{last:?}") };
    let losses: Vec<f64> = (steps.iter())
        .filter_map(|event| match event {
            Event::MixtureStep { step } => Some(step.loss),
            _ => None,
        })
        .collect();
    assert!(losses.len() > 10 && losses[losses.len() - 1] < 0.7 * losses[0], "{losses:?}");
    assert_eq!(learnt.ending, Ending::Complete);
    learnt
}

#[test]
fn a_mixture_learns_and_context_tells_what_a_word_alone_does_not() {
    for language in ["en", "ru"] {
        let engine = Engine::new();
        let elmo = load(&engine, &format!("stories-{language}-elmo"), DeviceChoice::Cpu).model;
        let bert = load(&engine, &format!("stories-{language}-bert"), DeviceChoice::Cpu).model;
        for (name, model) in
            [("parts", elmo), ("meanings", elmo), ("parts", bert), ("meanings", bert)]
        {
            let task = task(&format!("{name}-{language}"));
            let learnt = learn(&engine, model, &task, MixtureOptions::default());
            let MixtureLearnt { mixture, alone, reading_seconds, seconds, .. } = &learnt;
            println!(
                "{language} {name} model {model}: alone {alone:.3?}, mixture {:.3} ({:.2?}, γ {:.2}), {reading_seconds:.2} + {seconds:.2} s",
                mixture.accuracy, mixture.shares, mixture.gamma
            );
            let best = alone[1..].iter().copied().fold(0.0, f64::max);
            assert!(best > alone[0] + 0.02, "{language} {name}: {alone:?}");
            assert!(mixture.accuracy > alone[0], "{language} {name}: {learnt:?}");
        }
    }
}

#[test]
fn a_strong_penalty_keeps_the_shares_equal() {
    let engine = Engine::new();
    let model = load(&engine, "stories-en-elmo", DeviceChoice::Cpu).model;
    let task = task("meanings-en");
    let spread = |l2: f64| {
        let options = MixtureOptions { l2, ..MixtureOptions::default() };
        let shares = learn(&engine, model, &task, options).mixture.shares;
        shares.iter().map(|share| (share - 1.0 / 3.0).abs()).fold(0.0, f64::max)
    };
    let [strong, weak] = [1.0, 0.001].map(spread);
    assert!(strong < 0.02 && weak > 2.0 * strong, "{strong} {weak}");
}

#[test]
fn what_cannot_be_read_is_said() {
    let engine = Engine::new();
    let model = load(&engine, "stories-en-elmo", DeviceChoice::Cpu).model;
    let error = |request| match ask(&engine, request, None).1 {
        Event::Error { error, .. } => error,
        other => panic!("{other:?}"),
    };
    let empty = error(Request::Read { model, text: "  ".into(), count: 3 });
    assert_eq!(empty, LecternError::bad_request(BadRequestReason::EmptyText));
    for request in [
        Request::Generate { model, prompt: "a".into(), options: Default::default() },
        Request::FillMask { model, text: "a".into(), top_k: 1 },
        Request::Inspect {
            model,
            text: "a".into(),
            pair: None,
            attentions: true,
            hidden_states: true,
            logits: true,
        },
    ] {
        assert!(matches!(error(request), LecternError::MissingHead { .. }));
    }
    let bert = load(&engine, "stories-en-bert", DeviceChoice::Cpu).model;
    let request = Request::Read { model: bert, text: "a".into(), count: 3 };
    assert!(matches!(error(request), LecternError::MissingHead { .. }));
    let mut task = task("meanings-en");
    task.examples[0].start += 1;
    let WordTask { texts, examples, tests, classes } = task;
    let (classes, options) = (classes.len(), MixtureOptions::default());
    let request = Request::LearnMixture { model, texts, examples, tests, classes, options };
    let LecternError::BadRequest { reason } = error(request) else { panic!("a bad request") };
    assert!(matches!(reason, BadRequestReason::NoWord { .. }));
}
