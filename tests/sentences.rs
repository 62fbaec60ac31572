//! Folders of sentence-transformers against the results of sentence-transformers, on the CPU.

mod support;

use std::{
    path::{Path, PathBuf},
    rc::Rc,
};

use lectern::{
    engine::Engine,
    error::LecternError,
    library::{DiskFolder, MemoryFolder},
    protocol::{
        EmbedOptions, Event, Format, Layers, ModelInfo, PoolingMode, Quantization, Request,
    },
};
use serde_json::{Value, from_value, json, to_value};
use support::{
    assert_close, cases, files,
    files::{ask, export, load, try_export, try_load},
    ids, json as expected_json, tensors,
};

fn texts(expected: &Value) -> Vec<String> {
    from_value(expected["texts"].clone()).expect("texts")
}

fn embed(engine: &Engine, info: &ModelInfo, texts: &[String], options: Value) -> Vec<f32> {
    let options: EmbedOptions = from_value(options).expect("options");
    match ask(engine, Request::Embed { model: info.model, texts: texts.into(), options }, None).1 {
        Event::Embedded { vectors, size, .. } => {
            assert_eq!(vectors.len(), size * texts.len());
            vectors.0
        }
        other => panic!("{other:?}"),
    }
}

/// The model of a case: a folder, or a GGUF file in it.
fn model_of(case: &Path) -> DiskFolder {
    let mut entries = std::fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path());
    let file = entries.find(|path| path.extension().is_some_and(|ending| ending == "gguf"));
    DiskFolder::new(file.unwrap_or_else(|| case.to_owned()))
}

/// The files of a case, by their paths.
fn files_of(case: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![case.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(case).unwrap().to_str().unwrap().to_owned();
            files.push((name, std::fs::read(path).unwrap()));
        }
    }
    files
}

fn memory(files: Vec<(String, Vec<u8>)>) -> MemoryFolder {
    MemoryFolder::new("test", files)
}

/// The folder of a case with one file replaced or added.
fn with_file(case: &Path, name: &str, content: &str) -> MemoryFolder {
    let mut files = files_of(case);
    files.retain(|(other, _)| other != name);
    files.push((name.to_owned(), content.as_bytes().to_vec()));
    memory(files)
}

/// One of the project's own cases, independent of `LECTERN_FIXTURES`.
fn own_case(name: &str) -> PathBuf {
    Path::new("tests/fixtures").join(name)
}

#[test]
fn the_vectors_are_those_of_sentence_transformers() {
    for case in cases("sentences") {
        let (expected, tensors) = (expected_json(&case), tensors(&case));
        let engine = Engine::new();
        let info = load(&engine, model_of(&case));
        let at = |what: &str| format!("{}: {what}", case.display());
        let settings = [
            ("pooling", to_value(&info.pooling).unwrap()),
            ("normalized", json!(info.normalized)),
            ("size", json!(info.embedding_size)),
            ("context", json!(info.context)),
            ("prompts", json!(info.prompts)),
            ("default_prompt_name", json!(info.default_prompt_name)),
        ];
        // Cases from elsewhere may lack some settings.
        for (key, found) in settings {
            assert_eq!(Some(&found), expected.get(key).or(Some(&found)), "{}", at(key));
        }
        let texts = texts(&expected);
        for (text, expected) in texts.iter().zip(expected["ids"].as_array().into_iter().flatten()) {
            let request = Request::Inspect {
                model: info.model,
                text: text.clone(),
                pair: None,
                attentions: false,
                hidden_states: false,
                logits: false,
            };
            let Event::Inspected { tokens, .. } = ask(&engine, request, None).1 else {
                panic!("{}", at("no tokens"));
            };
            let found: Vec<u32> = tokens.iter().map(|token| token.id).collect();
            assert_eq!(found, ids(expected), "{}", at(text));
        }
        let tolerance = expected["tolerance"].as_f64().unwrap_or(1e-4) as f32;
        for (run, options) in expected["runs"].as_array().unwrap().iter().enumerate() {
            let found = embed(&engine, &info, &texts, options.clone());
            let name = format!("embeddings.{run}");
            let worst = assert_close(&at(&name), &found, tensors.get(&name).1, tolerance);
            println!("{}: largest difference {worst:e}", at(&name));
        }
    }
}

#[test]
fn a_written_model_makes_the_same_vectors_or_is_refused() {
    for case in cases("sentences") {
        let texts = texts(&expected_json(&case));
        let engine = Engine::new();
        let info = load(&engine, DiskFolder::new(&case));
        let original = embed(&engine, &info, &texts, json!({}));
        // The other files are the original ones.
        let weights = export(&engine, info.model, Format::Safetensors, None);
        let mut files = files_of(&case);
        let original_weights = files.iter_mut().find(|(name, _)| {
            name == "model.safetensors" || name == "0_Transformer/model.safetensors"
        });
        original_weights.expect("the weights").1 = weights;
        let again = load(&engine, memory(files));
        let found = embed(&engine, &again, &texts, json!({}));
        assert_close(&format!("{}: safetensors", case.display()), &found, &original, 1e-5);
        let has_head = info.embedding_size != info.pooling.modes().len() * info.hidden_size
            || case.join("2_Dense").is_dir()
            || case.join("2_LayerNorm").is_dir();
        match try_export(&engine, info.model, Format::Gguf, None) {
            Ok(file) => {
                assert!(!has_head, "{}: the Dense layer was lost", case.display());
                let again = load(&engine, files::folder_with(file, Format::Gguf, &case));
                assert_eq!(again.pooling, info.pooling);
                assert_eq!((again.normalized, again.context), (info.normalized, info.context));
                let found = embed(&engine, &again, &texts, json!({}));
                assert_close(&format!("{}: GGUF", case.display()), &found, &original, 1e-5);
            }
            Err(error) => {
                assert!(has_head, "{}: {error}", case.display());
                assert!(matches!(error, LecternError::BadRequest { .. }), "{error}");
            }
        }
    }
}

#[test]
fn a_dense_layer_is_the_last_layers() {
    let case = own_case("sentences-labse");
    let engine = Engine::new();
    let info = load(&engine, DiskFolder::new(&case));
    let texts = texts(&expected_json(&case));
    let sized = |options: Value| embed(&engine, &info, &texts, options).len() / texts.len();
    let first = to_value(Layers::One { layer: 1 }).unwrap();
    let last = to_value(Layers::One { layer: info.layers as i32 }).unwrap();
    assert_eq!(sized(json!({})), info.embedding_size);
    assert_eq!(sized(json!({ "layers": last })), info.embedding_size);
    assert_eq!(sized(json!({ "layers": first })), info.hidden_size);
    assert_eq!(sized(json!({ "pooling": ["mean", "max"] })), 2 * info.hidden_size);
    // Every pooling of the same size passes the Dense layer.
    assert_eq!(sized(json!({ "pooling": "max" })), info.embedding_size);
}

#[test]
fn unsupported_and_damaged_folders_are_refused() {
    let case = own_case("sentences-labse");
    let refusal = |name: &str, content: &str| {
        let folder = Rc::new(with_file(&case, name, content));
        try_load(&Engine::new(), folder, Quantization::AsStored).expect_err(name)
    };
    let modules = |class: &str| {
        json!([
            { "idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer" },
            { "idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling" },
            { "idx": 2, "name": "2", "path": "2_Dense", "type": class },
        ])
        .to_string()
    };
    let named = |error: LecternError, what: &str| match error {
        LecternError::UnsupportedModel { .. } => {
            assert!(error.to_string().contains(what), "{error}");
        }
        other => panic!("{other:?}"),
    };
    named(refusal("modules.json", &modules("sentence_transformers.models.CNN")), "models.CNN");
    named(refusal("1_Pooling/config.json", r#"{"pooling_mode": "attention"}"#), "attention");
    let sparse = r#"{"model_type": "SparseEncoder"}"#;
    named(refusal("config_sentence_transformers.json", sparse), "SparseEncoder");
    // An XLM-R tokenizer beside valid settings.
    let unigram = r#"{"model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0]]}}"#;
    named(refusal("tokenizer.json", unigram), "Unigram");
    let damaged = [
        ("modules.json", r#"{"0": "Transformer"}"#),
        (
            "modules.json",
            r#"[{"type": "sentence_transformers.models.Transformer", "path": "../x"}"#,
        ),
        ("1_Pooling/config.json", r#"{"word_embedding_dimension": 384}"#),
        ("1_Pooling/config.json", "nonsense"),
        ("2_Dense/config.json", r#"{"in_features": 3, "out_features": 3}"#),
        ("2_Dense/model.safetensors", "nonsense"),
    ];
    for (name, content) in damaged {
        let error = refusal(name, content);
        assert!(matches!(&error, LecternError::BadFile { .. }), "{name}: {error:?}");
    }
    let mut files = files_of(&case);
    files.retain(|(name, _)| name != "2_Dense/model.safetensors");
    let missing = try_load(&Engine::new(), Rc::new(memory(files)), Quantization::AsStored);
    let Err(LecternError::NotFound { file }) = missing else { panic!("{missing:?}") };
    assert!(
        file.contains("2_Dense/model.safetensors, ") && file.contains("2_Dense/pytorch_model.bin")
    );
}

#[test]
fn the_folder_of_the_pooling_is_the_one_that_modules_json_names() {
    let case = own_case("sentences-all-minilm-l6");
    let modules = json!([
        { "path": "", "type": "sentence_transformers.models.Transformer" },
        { "path": "my_pooling", "type": "sentence_transformers.models.Pooling" },
    ]);
    let mut files = files_of(&case);
    files.retain(|(name, _)| name != "modules.json");
    files.push(("modules.json".into(), modules.to_string().into_bytes()));
    files.push(("my_pooling/config.json".into(), br#"{"pooling_mode": "lasttoken"}"#.to_vec()));
    let info = load(&Engine::new(), memory(files.clone()));
    assert_eq!(info.pooling, PoolingMode::LastToken.into());
    assert!(!info.normalized);
    // Without modules.json the usual folder is read.
    files.retain(|(name, _)| name != "modules.json" && name != "1_Pooling/config.json");
    files.push(("1_Pooling/config.json".into(), br#"{"pooling_mode": "max"}"#.to_vec()));
    let info = load(&Engine::new(), memory(files));
    assert_eq!(info.pooling, PoolingMode::Max.into());
}

#[test]
fn a_prompt_that_is_not_there_is_an_error_and_the_model_goes_on() {
    let case = &cases("sentences")[0];
    let engine = Engine::new();
    let info = load(&engine, DiskFolder::new(case));
    let texts = texts(&expected_json(case));
    let options: EmbedOptions = from_value(json!({ "promptName": "no such prompt" })).unwrap();
    let request = Request::Embed { model: info.model, texts: texts.clone(), options };
    let Event::Error { error, .. } = ask(&engine, request, None).1 else { panic!("no error") };
    assert!(matches!(error, LecternError::BadRequest { .. }), "{error:?}");
    assert!(!embed(&engine, &info, &texts, json!({ "prompt": "the " })).is_empty());
}
