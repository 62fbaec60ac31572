use serde_json::{Value, json};

use super::*;
use crate::{
    error::Language,
    protocol::{
        EmbedOptions, GenerateOptions, Keep, Layers, Occurrence, Pooling, Request, Source, Window,
    },
};

/// A request of every type that has options, all of them given.
fn requests() -> Vec<Request> {
    let (model, scheme, fit, text) = (1, Scheme::Q8_0, Fit::LeastSquares, String::from("a text"));
    let mixture = Layers::Mixture { scalars: vec![0.5, -1.0], gamma: 2.0 };
    let embed = |layers: Layers| Request::Embed {
        model,
        texts: vec![text.clone()],
        options: EmbedOptions {
            pooling: Pooling::new(vec![PoolingMode::Max, PoolingMode::LastToken]),
            normalize: Some(true),
            layers,
            prompt: Some("query: ".into()),
            prompt_name: Some("query".into()),
            max_tokens: Some(5),
        },
    };
    let words = |layers: Layers| Request::EmbedWords {
        model,
        occurrences: vec![Occurrence { text: text.clone(), start: 0, end: 1 }],
        layers,
    };
    let load = |source: Source, quantization: Quantization| Request::Load {
        source,
        quantization,
        fit,
        keep: Keep { embedding: true, query_key_value: true, layers: vec![0, 3] },
        device: DeviceChoice::Cpu,
        store: false,
    };
    let hub = || Source::Hub { id: "a/b".into(), revision: Some("main".into()) };
    vec![
        Request::Device { device: DeviceChoice::Auto },
        load(hub(), Quantization::Int4),
        load(Source::BuiltIn { name: "stories-en-gpt2".into() }, Quantization::F16),
        load(Source::Url { base: "https://a/".into() }, Quantization::Scheme(Scheme::Int8MinMax)),
        load(Source::Random { config: json!({}), seed: u32::MAX }, Quantization::AsStored),
        load(Source::Files, Quantization::Int8),
        Request::KeepModel { source: hub() },
        Request::KeepModel { source: Source::BuiltIn { name: "stories-en-gpt2".into() } },
        Request::KeepModel { source: Source::Url { base: "https://a/".into() } },
        Request::KeepModel { source: Source::Random { config: json!({}), seed: 0 } },
        Request::VerifyModel { key: "a".into() },
        Request::ForgetModel { key: "a".into() },
        Request::Generate {
            model,
            prompt: text.clone(),
            options: GenerateOptions {
                seed: Some(7),
                stop: vec![".".into()],
                ..GenerateOptions::default()
            },
        },
        embed(Layers::One { layer: -1 }),
        embed(mixture.clone()),
        embed(Layers::Sum { layers: vec![-1, 2] }),
        embed(Layers::Concatenation { layers: vec![0] }),
        words(Layers::One { layer: 0 }),
        words(mixture),
        words(Layers::Sum { layers: vec![-1] }),
        Request::FillMask { model, text: text.clone(), top_k: 5 },
        Request::NextSentence { model, first: text.clone(), second: text.clone() },
        Request::Inspect {
            model,
            text: text.clone(),
            pair: Some(text.clone()),
            attentions: true,
            hidden_states: true,
            logits: false,
        },
        Request::Perplexity { model, text, reference: Some(2) },
        Request::StudyTensor {
            model,
            tensor: "wte".into(),
            scheme,
            fit,
            bars: 10,
            map: [2, 3],
            window: Some(Window { row: 0, column: 1, rows: 2, columns: 3 }),
        },
        Request::CompareSchemes { model, scheme, fit },
        Request::Export { model, format: Format::Safetensors, scheme: Some(scheme), fit },
    ]
}

fn given(request: &Value) -> Given {
    serde_json::from_value(request.clone()).unwrap()
}

#[test]
fn what_is_right_is_not_refused_and_every_rule_is_of_an_option_that_there_is() {
    let mut unused: Vec<(String, &str)> = Vec::new();
    let mut used = Vec::new();
    for request in requests() {
        let json = serde_json::to_value(&request).unwrap();
        assert_eq!(wrong_option(&given(&json)), None, "{json}");
        let kind = json["type"].as_str().unwrap().to_owned();
        for (path, ..) in rules(&kind) {
            let is_there = !given(&json).at(path).is_empty();
            if is_there { &mut used } else { &mut unused }.push((kind.clone(), path));
        }
    }
    assert!(used.len() > 60);
    unused.retain(|rule| !used.contains(rule));
    assert!(unused.is_empty(), "{unused:?}");
}

/// A request of that type with another value at a path.
fn with(kind: &str, path: &str, value: Value) -> Value {
    let pointer = format!("/{}", path.replace('.', "/").replace('*', "0"));
    let all = requests().into_iter().map(|request| serde_json::to_value(&request).unwrap());
    let mut found = all.filter(|json| json["type"] == kind && json.pointer(&pointer).is_some());
    let mut json = found.next().unwrap_or_else(|| panic!("{kind} {path}"));
    *json.pointer_mut(&pointer).unwrap() = value;
    json
}

#[test]
fn a_wrong_option_is_named_with_what_was_given_and_what_may_be() {
    let whole = |most| Allowed::WholeBetween { least: 0, most };
    let counts = || whole(u64::from(u32::MAX));
    for (kind, path, value, option, shown, allowed) in [
        ("generate", "options.maxNewTokens", json!(2.5), "maxNewTokens", "2.5", counts()),
        ("generate", "options.maxNewTokens", json!(-1), "maxNewTokens", "-1", counts()),
        ("generate", "options.maxNewTokens", json!("0.5"), "maxNewTokens", "\"0.5\"", counts()),
        ("generate", "options.maxNewTokens", json!(null), "maxNewTokens", "null", counts()),
        ("generate", "options.topK", json!(-1), "topK", "-1", counts()),
        ("generate", "options.topK", json!([50]), "topK", "[50]", counts()),
        (
            "generate",
            "options.temperature",
            json!("0.5"),
            "temperature",
            "\"0.5\"",
            Allowed::AtLeast { least: 0.0 },
        ),
        (
            "generate",
            "options.topP",
            json!(true),
            "topP",
            "true",
            Allowed::Between { least: 0.0, most: 1.0 },
        ),
        ("generate", "options.stop", json!("."), "stop", "\".\"", Allowed::Texts),
        ("generate", "options.seed", json!(4_294_967_296u64), "seed", "4294967296", counts()),
        ("generate", "prompt", json!(5), "prompt", "5", Allowed::Text),
        ("fillMask", "topK", json!(2.5), "topK", "2.5", counts()),
        ("fillMask", "text", json!(null), "text", "null", Allowed::Text),
        ("embed", "options.maxTokens", json!("8"), "maxTokens", "\"8\"", counts()),
        ("embed", "options.layers.layer", json!(0.5), "layer", "0.5", Allowed::Whole),
        ("embed", "options.layers.layers", json!([1, "2"]), "layer", "[1, \"2\"]", {
            Allowed::WholeNumbers
        }),
        ("embed", "texts", json!(["a", 5]), "texts", "[\"a\", 5]", Allowed::Texts),
        ("embed", "options.prompt", json!(7), "prompt", "7", Allowed::Text),
        ("embed", "options.normalize", json!("yes"), "normalize", "\"yes\"", Allowed::Flag),
        ("embedWords", "occurrences.*.start", json!(-3), "start", "-3", counts()),
        ("load", "keep.layers", json!([-1]), "keep.layers", "[-1]", Allowed::Counts),
        ("damage", "scheme", json!("int3"), "scheme", "\"int3\"", Scheme::allowed()),
        ("damage", "scheme", json!({ "bits": 4 }), "scheme", "{ bits }", Scheme::allowed()),
        ("studyTensor", "window.rows", json!(1.5), "window.rows", "1.5", counts()),
    ] {
        let request = with(kind, path, value);
        assert!(serde_json::from_value::<Request>(request.clone()).is_err(), "{request}");
        let error = wrong_option(&given(&request)).unwrap_or_else(|| panic!("{request}"));
        assert_eq!(error, LecternError::bad_option(option, shown, allowed), "{request}");
        for language in [Language::En, Language::Ru] {
            let message = error.message(language);
            assert!(message.contains(option) && message.contains(shown), "{message}");
        }
    }
}

#[test]
fn what_is_not_there_is_named_and_the_rest_is_said_in_serdes_words() {
    let detail = |request: &Value| serde_json::from_value::<Request>(request.clone()).unwrap_err();
    let read = |request: &Value| unreadable(Some(&given(request)), &detail(request).to_string());
    let without_id = json!({ "type": "load", "source": { "type": "hub" } });
    let missing = BadRequestReason::MissingField { field: "id".into() };
    assert_eq!(read(&without_id), LecternError::bad_request(missing));
    let unknown = json!({ "type": "sing" });
    let LecternError::BadRequest { reason: BadRequestReason::Unreadable { detail } } =
        read(&unknown)
    else {
        panic!("{:?}", read(&unknown))
    };
    assert!(detail.contains("sing"), "{detail}");
    assert!(matches!(unreadable(None, "a function"), LecternError::BadRequest { .. }));
}

#[test]
fn names_that_are_not_known_are_answered_with_those_that_are() {
    for (kind, path, known) in [
        ("load", "quantization", "int4-g64-asymmetric"),
        ("load", "quantization", "native"),
        ("load", "fit", "leastSquares"),
        ("load", "device", "gpu"),
        ("load", "source.type", "hub"),
        ("export", "format", "safetensors"),
        ("export", "scheme", "q4_1"),
    ] {
        let request = with(kind, path, json!("best"));
        assert!(serde_json::from_value::<Request>(request.clone()).is_err(), "{request}");
        let Some(LecternError::BadRequest {
            reason: BadRequestReason::Option { allowed: Allowed::OneOf { names }, .. },
        }) = wrong_option(&given(&request))
        else {
            panic!("{request}")
        };
        assert!(names.iter().any(|name| name == known), "{names:?}");
    }
}

#[test]
fn a_pooling_is_a_name_or_a_list_of_names() {
    for wrong in [json!("best"), json!([]), json!(["cls", 1]), json!(vec!["mean"; 7])] {
        let request = with("embed", "options.pooling", wrong);
        assert!(serde_json::from_value::<Request>(request.clone()).is_err(), "{request}");
        let Some(LecternError::BadRequest {
            reason: BadRequestReason::Option { option, allowed: Allowed::SomeOf { names }, .. },
        }) = wrong_option(&given(&request))
        else {
            panic!("{request}")
        };
        assert!(option == "pooling" && names.iter().any(|name| name == "lastToken"), "{names:?}");
    }
}

#[test]
fn numbers_are_shown_as_javascript_writes_them() {
    for (number, shown) in [
        (f64::NAN, "NaN"),
        (f64::INFINITY, "Infinity"),
        (f64::NEG_INFINITY, "-Infinity"),
        (1e12, "1000000000000"),
        (1e30, "1e30"),
        (0.1, "0.1"),
    ] {
        assert_eq!(Given::Number(number).to_string(), shown);
    }
    let long = Given::Text("ы".repeat(1_000_000)).to_string();
    assert!(long.ends_with('…') && long.chars().count() < 80);
    assert!(!is_allowed(&Given::Number(f64::NAN), &Allowed::Number));
    assert!(!is_allowed(&Given::Number(1e12), &count()));
}
