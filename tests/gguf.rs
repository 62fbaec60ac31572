//! Models written to files and read back, through the engine, on the CPU; and reference cases of GGUF files.

mod support;

use std::{path::Path, rc::Rc};

use lectern::{
    checkpoint::Folder,
    engine::Engine,
    error::LecternError,
    library::{DiskFolder, MemoryFolder},
    protocol::{Event, Filling, Format, GenerateOptions, Quantization, Request},
    quantization::{Fit, PackedMatrix, Scheme},
};
use support::{
    assert_close, cases,
    files::{ask, export, folder_with, load, logits, matrices, models, try_export, try_load},
    ids, json, tensors,
};

const STORIES_BERT: &str = "web/models/stories-en-bert";

#[test]
fn a_file_of_floats_gives_the_same_logits_bit_by_bit() {
    for (case, text) in models() {
        let engine = Engine::new();
        let original = load(&engine, DiskFolder::new(&case));
        let expected = logits(&engine, original.model, &text);
        for format in [Format::Gguf, Format::Safetensors] {
            let file = export(&engine, original.model, format, None);
            let again = load(&engine, folder_with(file, format, &case));
            assert_eq!(
                logits(&engine, again.model, &text),
                expected,
                "{} {format:?}",
                case.display()
            );
            assert_eq!(again.abilities, original.abilities);
            assert_eq!(again.parameters, original.parameters);
            assert_eq!((again.context, again.vocabulary), (original.context, original.vocabulary));
            assert_eq!(again.architecture, original.architecture);
            assert_eq!(again.mask_token, original.mask_token);
        }
    }
}

#[test]
fn half_precision_and_eight_bits_stay_near() {
    for case in cases("gpt2") {
        let text = json(&case)["text"].as_str().unwrap().to_owned();
        let engine = Engine::new();
        let original = load(&engine, DiskFolder::new(&case));
        let expected = tensors(&case).get("logits").1.to_vec();
        for (scheme, tolerance) in [(Scheme::F16, 2e-2), (Scheme::Q8_0, 2e-2)] {
            let file = export(&engine, original.model, Format::Gguf, Some(scheme));
            let again = load(&engine, folder_with(file, Format::Gguf, &case));
            let found = logits(&engine, again.model, &text);
            let what = format!("{} {scheme}", case.display());
            let worst = assert_close(&what, &found[..expected.len()], &expected, tolerance);
            println!("{what}: largest difference {worst:e}");
        }
    }
}

#[test]
fn what_is_written_is_read_and_run_bit_by_bit() {
    for (case, text) in models() {
        let engine = Engine::new();
        let original = load(&engine, DiskFolder::new(&case));
        let ggufs = [Scheme::Q8_0, Scheme::Q4_0, Scheme::Q4_1].map(|it| (Format::Gguf, it));
        let all = Scheme::ALL.map(|scheme| (Format::Safetensors, scheme));
        for (format, scheme) in ggufs.into_iter().chain(all) {
            let what = format!("{} {format:?} {scheme}", case.display());
            let file = export(&engine, original.model, format, Some(scheme));
            // Quantization at export and at loading give the same model.
            let quantization = Quantization::Scheme(scheme);
            let folder = Rc::new(DiskFolder::new(&case));
            let direct = try_load(&engine, folder, quantization).unwrap();
            if format == Format::Safetensors || original.hidden_size.is_multiple_of(32) {
                assert!(!matrices(&file, format).is_empty() || scheme == Scheme::F16, "{what}");
                assert_eq!(export(&engine, direct.model, format, None), file, "{what}");
            }
            let again = load(&engine, folder_with(file.clone(), format, &case));
            if format == Format::Safetensors && scheme != Scheme::F16 {
                let expected = logits(&engine, direct.model, &text);
                assert_eq!(logits(&engine, again.model, &text), expected, "{what}");
                assert_eq!(again.weight_bytes, direct.weight_bytes, "{what}");
            }
            // A quantized model is written unchanged.
            if scheme != Scheme::F16
                && (format == Format::Safetensors || original.hidden_size.is_multiple_of(32))
            {
                let rewritten = export(&engine, again.model, format, None);
                assert_eq!(matrices(&rewritten, format), matrices(&file, format), "{what}");
            }
        }
    }
}

#[test]
fn rows_that_do_not_end_with_a_block_are_floats() {
    for case in cases("bert") {
        let engine = Engine::new();
        let original = load(&engine, DiskFolder::new(&case));
        if original.hidden_size.is_multiple_of(32) {
            continue;
        }
        let text = "the king went to the sea";
        let expected = logits(&engine, original.model, text);
        let file = export(&engine, original.model, Format::Gguf, Some(Scheme::Q8_0));
        // The second half of a feed-forward network may be wide enough.
        let hidden = original.hidden_size;
        assert!(matrices(&file, Format::Gguf).iter().all(|(_, matrix)| matrix.columns != hidden));
        let again = load(&engine, folder_with(file, Format::Gguf, &case));
        assert_close("floats", &logits(&engine, again.model, text), &expected, 2e-2);
    }
}

fn fillings(engine: &Engine, model: u32) -> Vec<Filling> {
    let text = "the [MASK] lived in a castle".into();
    match ask(engine, Request::FillMask { model, text, top_k: 5 }, None).1 {
        Event::Filled { fillings, .. } => fillings,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_masked_head_goes_along() {
    let engine = Engine::new();
    // The file's own integers, with a scale for each row, have no form in GGUF.
    let folder = Rc::new(DiskFolder::new(STORIES_BERT));
    let original = try_load(&engine, folder, Quantization::F16).unwrap();
    let expected = fillings(&engine, original.model);
    for format in [Format::Gguf, Format::Safetensors] {
        let file = export(&engine, original.model, format, None);
        let folder = Rc::new(folder_with(file, format, STORIES_BERT.as_ref()));
        let again = try_load(&engine, folder, Quantization::F16).unwrap();
        assert_eq!(fillings(&engine, again.model), expected);
    }
    let file = export(&engine, original.model, Format::Gguf, Some(Scheme::Q8_0));
    assert!(file.len() < original.parameters as usize * 3 / 2);
    let again = load(&engine, folder_with(file, Format::Gguf, STORIES_BERT.as_ref()));
    let first = |fillings: &[Filling]| fillings[0].candidates[0].id;
    assert_eq!(first(&fillings(&engine, again.model)), first(&expected));
}

#[test]
fn another_scheme_than_the_files_is_quantized_from_its_values() {
    for case in cases("gpt2") {
        let engine = Engine::new();
        let original = load(&engine, DiskFolder::new(&case));
        let file = export(&engine, original.model, Format::Gguf, Some(Scheme::Q8_0));
        let folder: Rc<dyn Folder> = Rc::new(folder_with(file.clone(), Format::Gguf, &case));
        let asymmetric = Scheme::Int4Asymmetric { group: 32 };
        let quantization = Quantization::Scheme(asymmetric);
        let again = try_load(&engine, Rc::clone(&folder), quantization).unwrap();
        let found =
            matrices(&export(&engine, again.model, Format::Safetensors, None), Format::Safetensors);
        let stored = matrices(&file, Format::Gguf);
        assert_eq!(found.len(), stored.len());
        for ((name, found), (_, stored)) in found.iter().zip(&stored) {
            let expected = PackedMatrix::quantize(
                &stored.dequantize(),
                stored.rows,
                stored.columns,
                asymmetric,
            );
            assert_eq!(found, &expected, "{name}");
        }
        // A GGUF file cannot hold this scheme; the error lists those that it can.
        let error = try_export(&engine, again.model, Format::Gguf, None).unwrap_err();
        assert!(error.to_string().contains("q4_0"), "{error}");
    }
}

#[test]
fn a_folder_with_one_gguf_file_is_that_model() {
    for case in cases("gpt2") {
        let engine = Engine::new();
        let original = load(&engine, DiskFolder::new(&case));
        let file = export(&engine, original.model, Format::Gguf, None);
        let several = ["a.gguf", "b.gguf"].map(|name| (name.to_owned(), file.clone()));
        let several = MemoryFolder::new("several", several);
        let error = try_load(&engine, Rc::new(several), Quantization::AsStored).unwrap_err();
        assert!(matches!(error, LecternError::BadRequest { .. }), "{error}");

        let path = std::env::temp_dir().join(format!("lectern-{}.gguf", std::process::id()));
        std::fs::write(&path, &file).unwrap();
        let info = load(&engine, DiskFolder::new(&path));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(info.name, path.file_stem().unwrap().to_str().unwrap());
        let cut =
            MemoryFolder::new("cut", [("a.gguf".to_owned(), file[..file.len() / 2].to_vec())]);
        let error = try_load(&engine, Rc::new(cut), Quantization::AsStored).unwrap_err();
        assert!(matches!(error, LecternError::BadFile { .. }), "{error}");
    }
}

/// A model's greedy continuation.
fn continued(engine: &Engine, model: u32, prompt: &str, tokens: usize) -> Vec<u32> {
    let options =
        GenerateOptions { max_new_tokens: tokens, temperature: 0.0, ..GenerateOptions::default() };
    let request = Request::Generate { model, prompt: prompt.into(), options };
    let token = |event| match event {
        Event::Token { token, .. } => Some(token.id),
        _ => None,
    };
    ask(engine, request, None).0.into_iter().filter_map(token).collect()
}

/// A GPT-2 of Q4_0 matrices and a Q6_K embedding, in two files.
const Q6_K: &str = "tests/fixtures/cases-gguf/q4_0-split";
const FIRST_SHARD: &str = "m-00001-of-00002.gguf";

#[test]
fn q6_k_is_run_and_written_as_it_is() {
    let engine = Engine::new();
    let original = load(&engine, DiskFolder::new(Q6_K));
    let expected = logits(&engine, original.model, "Once up");
    let embedding = |file: &[u8], format: Format| -> PackedMatrix {
        let all = matrices(file, format).into_iter();
        let mut super_blocks = all.filter(|(_, matrix)| matrix.scheme == Scheme::Q6_K);
        super_blocks.next().expect("an embedding").1
    };
    let stored = std::fs::read(Path::new(Q6_K).join(FIRST_SHARD)).unwrap();
    let stored = embedding(&stored, Format::Gguf);
    assert_eq!((stored.rows, stored.columns), (original.vocabulary, 256));
    for format in [Format::Gguf, Format::Safetensors] {
        let file = export(&engine, original.model, format, None);
        assert_eq!(embedding(&file, format), stored, "{format:?}");
        if format == Format::Gguf {
            let again = load(&engine, folder_with(file, format, Q6_K.as_ref()));
            assert_eq!(logits(&engine, again.model, "Once up"), expected);
            assert_eq!(again.weight_bytes, original.weight_bytes);
        }
    }
    // Ten bits a value in memory.
    let Event::Tensors { tensors } =
        ask(&engine, Request::Tensors { model: original.model }, None).1
    else {
        panic!("no tensors")
    };
    let kept = tensors.iter().find(|tensor| tensor.scheme == Some(Scheme::Q6_K)).unwrap();
    assert_eq!(kept.bytes, (stored.rows * 256 * 10 / 8) as u64);
}

#[test]
fn nothing_is_quantized_to_q6_k() {
    let engine = Engine::new();
    let folder: Rc<dyn Folder> = Rc::new(DiskFolder::new(Q6_K));
    let quantization = Quantization::Scheme(Scheme::Q6_K);
    let refused = |error: LecternError| assert!(matches!(error, LecternError::BadRequest { .. }));
    refused(try_load(&engine, Rc::clone(&folder), quantization).unwrap_err());
    // Its values can be quantized to every other scheme.
    let model = try_load(&engine, folder, Quantization::Int4).unwrap().model;
    refused(try_export(&engine, model, Format::Gguf, Some(Scheme::Q6_K)).unwrap_err());
    let (fit, scheme) = (Fit::Range, Scheme::Q6_K);
    let study = Request::StudyTensor {
        model,
        tensor: "wte.weight".into(),
        scheme,
        fit,
        bars: 3,
        map: [2, 2],
        window: None,
    };
    for request in [Request::CompareSchemes { model, scheme, fit }, study] {
        match ask(&engine, request, None).1 {
            Event::Error { error, .. } => refused(error),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_sharded_model_is_loaded_by_its_first_shard() {
    let engine = Engine::new();
    let path = |shard: &str| DiskFolder::new(Path::new(Q6_K).join(shard));
    let whole = load(&engine, DiskFolder::new(Q6_K));
    let by_first = load(&engine, path(FIRST_SHARD));
    assert_eq!(by_first.name, "m");
    assert_eq!(by_first.parameters, whole.parameters);
    let second = "m-00002-of-00002.gguf";
    let error = try_load(&engine, Rc::new(path(second)), Quantization::AsStored).unwrap_err();
    assert!(error.to_string().contains("part 2 of 2"), "{error}");
    let first = std::fs::read(Path::new(Q6_K).join(FIRST_SHARD)).unwrap();
    let alone = MemoryFolder::new("alone", [(FIRST_SHARD.to_owned(), first)]);
    let error = try_load(&engine, Rc::new(alone), Quantization::AsStored).unwrap_err();
    assert_eq!(error, LecternError::NotFound { file: second.into() });
    // The model loaded before is still usable.
    assert_eq!(continued(&engine, by_first.model, "Once", 3).len(), 3);
}

/// Reference cases with GGUF files: `expected.safetensors` beside them has the `logits` of the `text` in
/// `expected.json`, which may have its `ids`, and the tolerance of each file under `tolerances`.
#[test]
fn the_logits_of_reference_files_are_the_references() {
    for case in cases("gguf") {
        let (expected, tensors) = (json(&case), tensors(&case));
        let logits_expected = tensors.get("logits").1;
        let text = expected["text"].as_str().expect("text");
        let names = DiskFolder::new(&case).list().unwrap();
        let files: Vec<_> = names.iter().filter(|name| name.ends_with(".gguf")).collect();
        assert!(!files.is_empty(), "{} has no GGUF file", case.display());
        for name in files {
            let engine = Engine::new();
            let model = load(&engine, DiskFolder::new(case.join(name))).model;
            let is_float = name.to_ascii_lowercase().contains("f32");
            let tolerance = expected["tolerances"][name].as_f64();
            let tolerance = tolerance.unwrap_or(if is_float { 1e-4 } else { 2e-2 }) as f32;
            let found = logits(&engine, model, text);
            let what = format!("{} {name}", case.display());
            assert_close(&what, &found[..logits_expected.len()], logits_expected, tolerance);
            if !expected["ids"].is_null() {
                let request = Request::Inspect {
                    model,
                    text: text.into(),
                    pair: None,
                    attentions: false,
                    hidden_states: false,
                    logits: false,
                };
                let Event::Inspected { tokens, .. } = ask(&engine, request, None).1 else {
                    panic!("{what}")
                };
                let found: Vec<u32> = tokens.iter().map(|token| token.id).collect();
                assert_eq!(found, ids(&expected["ids"]), "{what}");
            }
        }
    }
}
