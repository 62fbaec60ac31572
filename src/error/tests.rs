//! Every error, formatted in both languages and serialized.

use std::collections::BTreeSet;

use super::{
    Language, LecternError,
    described::{Described, Field, FieldType, camel_case},
    sentence::key,
    *,
};

/// Names that Russian sentences may have two of in a row: programs, formats, commands.
const NAMES: [&str; 12] = [
    "Git", "LFS", "git", "lfs", "pull", "Hugging", "Face", "Hub", "GGUF", "JSON", "WebGPU", "BERT",
];

/// Adds the keys of the sentences of an error and its reasons.
fn keys(it: &dyn Described, found: &mut BTreeSet<String>) {
    found.insert(key(it));
    for (_, field) in it.fields() {
        if let Field::Inner(inner) = field {
            keys(inner, found);
        }
    }
}

fn sentences(language: &str) -> Map<String, Value> {
    let text = std::fs::read_to_string(format!("locales/{language}/errors.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Pairs of consecutive words in Latin letters that are not names.
fn foreign(sentence: &str) -> Vec<String> {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let is_word = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        // A word with a dot, an underscore or a digit is the name of a file, a key or a scheme.
        let is_plain = bare.chars().all(|c| c.is_ascii_alphabetic());
        bare.len() > 1 && is_plain && !NAMES.contains(&bare)
    };
    let pairs = words.windows(2).filter(|pair| pair.iter().all(|word| is_word(word)));
    pairs.map(|pair| pair.join(" ")).collect()
}

#[test]
fn every_error_has_a_sentence_in_every_language() {
    let mut used = BTreeSet::new();
    for error in LecternError::samples() {
        keys(&error, &mut used);
        Refusal::samples().iter().for_each(|it| keys(it, &mut used));
        for language in [Language::En, Language::Ru] {
            let message = error.message(language);
            let unfilled = ["{{", "}}", "  ", "()", "null"].map(|mark| message.contains(mark));
            assert_eq!(unfilled, [false; 5], "{error:?}: {message}");
            assert!(!message.ends_with(['.', ':', ' ']), "{error:?}: {message}");
        }
    }
    assert!(used.len() > 130, "{}", used.len());
    for language in ["en", "ru"] {
        let mut written: BTreeSet<String> = sentences(language).keys().cloned().collect();
        assert!(written.remove("units") && written.remove("decimalMark"));
        let missing: Vec<_> = used.difference(&written).collect();
        let unused: Vec<_> = written.difference(&used).collect();
        assert!(missing.is_empty(), "{language} lacks {missing:?}");
        assert!(unused.is_empty(), "{language} has {unused:?} for nothing");
    }
}

#[test]
fn the_placeholders_of_a_sentence_are_fields_of_its_error() {
    fn check(it: &dyn Described, english: &Map<String, Value>) {
        let fields = it.fields();
        let known: Vec<String> = fields.iter().map(|(name, _)| camel_case(name)).collect();
        let sentence = english[&key(it)].as_str().unwrap();
        for placeholder in sentence.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")) {
            let name = placeholder.0.split(',').next().unwrap().trim().to_owned();
            assert!(known.contains(&name), "{sentence:?} names {name}; there are {known:?}");
        }
        for (_, field) in &fields {
            if let Field::Inner(inner) = field {
                check(*inner, english);
            }
        }
    }
    let english = sentences("en");
    LecternError::samples().iter().for_each(|error| check(error, &english));
}

#[test]
fn russian_sentences_are_russian() {
    for error in LecternError::samples() {
        let message = error.message(Language::Ru);
        assert_eq!(foreign(&message), Vec::<String>::new(), "{message}");
        let is_russian = |c: char| matches!(c, 'а'..='я' | 'ё');
        assert!(message.chars().filter(|c| is_russian(*c)).count() > 5, "{message}");
    }
    assert_eq!(foreign("файл config.json: missing field `n_embd`"), ["missing field"]);
}

#[test]
fn every_reason_is_russian_by_itself() {
    for (key, sentence) in sentences("ru") {
        let sentence = sentence.as_str().unwrap();
        let literals = sentence.split("{{").map(|rest| rest.split("}}").last().unwrap_or_default());
        let text = literals.collect::<Vec<_>>().join("…");
        assert_eq!(foreign(&text), Vec::<String>::new(), "{key}: {sentence}");
        let is_other = key == "decimalMark" || matches!(sentence, "{{ detail }}" | "{{ reason }}");
        let is_russian = sentence.chars().any(|c| matches!(c, 'А'..='я' | 'ё'));
        assert!(is_other || is_russian, "{key}: {sentence}");
    }
}

#[test]
fn an_error_crosses_the_worker_boundary_whole() {
    for error in LecternError::samples() {
        let json = serde_json::to_value(&error).unwrap();
        assert_eq!(serde_json::from_value::<LecternError>(json).unwrap(), error);
    }
    let error = LecternError::ShapeMismatch {
        tensor: "wte.weight".into(),
        expected: vec![50257, 768],
        found: vec![1, 2],
    };
    let json = serde_json::to_value(&error).unwrap();
    assert_eq!(json["shapeMismatch"]["tensor"], "wte.weight");
    let truncated = BadFileReason::Truncated { received: 1_234_567, missing: 2 };
    let error = LecternError::bad_file("model.safetensors", truncated);
    let json = serde_json::to_value(&error).unwrap();
    let reason = serde_json::json!({ "kind": "truncated", "received": 1_234_567, "missing": 2 });
    assert_eq!(json["badFile"]["reason"], reason);
    assert_eq!(serde_json::to_value(LecternError::InUse).unwrap(), "inUse");
}

#[test]
fn integers_that_javascript_sends_as_floats_are_read() {
    let json =
        serde_json::json!({ "outOfMemory": { "what": { "kind": "answer" }, "bytes": 1e19 } });
    let error: LecternError = serde_json::from_value(json).unwrap();
    let expected =
        LecternError::OutOfMemory { what: MemoryUse::Answer, bytes: 10_000_000_000_000_000_000 };
    assert_eq!(error, expected);
    for damaged in ["{}", "\"nothing\"", "{\"badFile\":{\"file\":\"a\"}}", "7"] {
        assert!(serde_json::from_str::<LecternError>(damaged).is_err(), "{damaged}");
    }
}

#[test]
fn a_sentence_has_its_parts_as_people_read_them() {
    let truncated = BadFileReason::Truncated { received: 1_234_567, missing: 2 };
    let error = LecternError::bad_file("model.safetensors", truncated);
    let english = error.message(Language::En);
    assert!(english.starts_with("model.safetensors is damaged"), "{english}");
    assert!(english.contains("1.2\u{a0}MB") && english.contains("2\u{a0}B"), "{english}");
    let russian = error.message(Language::Ru);
    assert!(russian.contains("повреждён") && russian.contains("1,2\u{a0}МБ"), "{russian}");

    let mismatch = LecternError::ShapeMismatch {
        tensor: "w".into(),
        expected: vec![50257, 768],
        found: vec![1],
    };
    assert!(mismatch.message(Language::En).contains("[50257, 768]"));

    let option = LecternError::bad_option("topP", 2.5, Allowed::Between { least: 0.0, most: 1.0 });
    let [english, russian] = [Language::En, Language::Ru].map(|it| option.message(it));
    for expected in ["topP", "2.5", "0", "1"] {
        assert!(english.contains(expected) && russian.contains(expected), "{english}, {russian}");
    }
    assert!(!english.contains("0.0"), "{english}");
}

#[test]
fn a_refusal_of_the_hub_has_a_sentence_of_its_own() {
    let refusal = |url: &str, status| LecternError::HttpStatus { url: url.into(), status };
    let hub = "https://huggingface.co/a/b/resolve/main/config.json";
    assert!(refusal(hub, 401).message(Language::En).contains("gated"));
    assert!(refusal(hub, 403).message(Language::Ru).contains("закрытая"));
    assert_eq!(foreign(&refusal(hub, 403).message(Language::Ru)), Vec::<String>::new());
    assert_eq!(refusal(hub, 500).to_string(), format!("the server answered 500 for {hub}"));
    assert!(!refusal("https://example.org/", 403).to_string().contains("gated"));
}

#[test]
fn a_detail_that_is_empty_takes_no_colon() {
    let silent = InternalReason::EngineStopped { detail: String::new() };
    let message = LecternError::Internal { reason: silent }.message(Language::En);
    assert!(!message.ends_with(": ") && !message.ends_with(':'), "{message}");
}

#[test]
fn an_error_gets_the_name_of_its_file_once() {
    let error = LecternError::bad_file("", BadFileReason::NotGguf);
    let named = error.in_file("a.gguf");
    assert_eq!(named, LecternError::bad_file("a.gguf", BadFileReason::NotGguf));
    assert_eq!(named.clone().in_file("b.gguf"), named);
    assert_eq!(LecternError::InUse.in_file("a"), LecternError::InUse);
}

#[test]
fn numbers_beyond_javascripts_cross_as_the_nearest_float() {
    let error = LecternError::bad_file("m", BadFileReason::HeaderTooLong { length: u64::MAX });
    let json = serde_json::to_value(&error).unwrap();
    assert_eq!(json["badFile"]["reason"]["length"], serde_json::json!(u64::MAX as f64));
    let small = LecternError::bad_file("m", BadFileReason::HeaderTooLong { length: 1 << 40 });
    let json = serde_json::to_value(&small).unwrap();
    assert_eq!(json["badFile"]["reason"]["length"], serde_json::json!(1u64 << 40));
    assert_eq!(serde_json::from_value::<LecternError>(json).unwrap(), small);
}

#[test]
fn errors_are_declared_for_typescript_as_they_are_sent() {
    let declared = include_str!("../../web/protocol.d.ts");
    fn check(value: &Value, declared: &str) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Value::String(kind) if name == KIND => {
                            assert!(declared.contains(&format!("\"kind\": \"{kind}\"")), "{kind}");
                        }
                        value => {
                            let spellings = [format!("{name}: "), format!("\"{name}\": ")];
                            assert!(spellings.iter().any(|it| declared.contains(it)), "{name}");
                            check(value, declared);
                        }
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| check(item, declared)),
            _ => {}
        }
    }
    for error in LecternError::samples() {
        match serde_json::to_value(&error).unwrap() {
            Value::String(code) => assert!(declared.contains(&format!("\"{code}\"")), "{code}"),
            sent => check(&sent, declared),
        }
    }
}
