//! Models written to files and read back, through the engine, on the CPU; and reference cases of GGUF files.

mod support;

use std::rc::Rc;

use lectern::{
    checkpoint::Folder,
    engine::Engine,
    error::LecternError,
    library::{DiskFolder, MemoryFolder},
    protocol::{Event, Filling, Format, Quantization, Request},
    quantization::{PackedMatrix, Scheme},
};
use support::{
    Tensors, assert_close, cases,
    files::{ask, export, folder_with, load, logits, matrices, models, try_export, try_load},
    fixtures, ids, json,
};

const TALES_BERT: &str = "web/models/tales-bert";

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
        let expected = Tensors::read(&case).get("logits").1.to_vec();
        for (scheme, tolerance) in [(Scheme::Half, 2e-2), (Scheme::Q8_0, 2e-2)] {
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
            // Quantized now, or while it is loaded: the same model.
            let quantization = Quantization::Scheme(scheme);
            let folder = Rc::new(DiskFolder::new(&case));
            let direct = try_load(&engine, folder, quantization).unwrap();
            if format == Format::Safetensors || original.hidden_size.is_multiple_of(32) {
                assert!(!matrices(&file, format).is_empty() || scheme == Scheme::Half, "{what}");
                assert_eq!(export(&engine, direct.model, format, None), file, "{what}");
            }
            let again = load(&engine, folder_with(file.clone(), format, &case));
            if format == Format::Safetensors && scheme != Scheme::Half {
                let expected = logits(&engine, direct.model, &text);
                assert_eq!(logits(&engine, again.model, &text), expected, "{what}");
                assert_eq!(again.weight_bytes, direct.weight_bytes, "{what}");
            }
            // Run as it is, it is written as it was.
            if scheme != Scheme::Half
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
    let original = load(&engine, DiskFolder::new(TALES_BERT));
    let expected = fillings(&engine, original.model);
    for format in [Format::Gguf, Format::Safetensors] {
        let file = export(&engine, original.model, format, None);
        let again = load(&engine, folder_with(file, format, TALES_BERT.as_ref()));
        assert_eq!(fillings(&engine, again.model), expected);
    }
    let file = export(&engine, original.model, Format::Gguf, Some(Scheme::Q8_0));
    assert!(file.len() < original.parameters as usize * 3 / 2);
    let again = load(&engine, folder_with(file, Format::Gguf, TALES_BERT.as_ref()));
    let first = |fillings: &[Filling]| fillings[0].candidates[0].id;
    assert_eq!(first(&fillings(&engine, again.model)), first(&expected));
}

#[test]
fn another_scheme_than_the_files_is_made_of_its_values() {
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
        // A GGUF file cannot hold these, and says what it can.
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

/// Reference cases that hold GGUF files: `expected.safetensors` beside them has the `logits` of the `text` in
/// `expected.json`, which may say its `ids`, and the tolerance of each file under `tolerances`.
#[test]
fn the_logits_of_reference_files_are_the_references() {
    let has_cases = std::fs::read_dir(fixtures()).unwrap().any(|entry| {
        entry
            .unwrap()
            .file_name()
            .to_str()
            .is_some_and(|name| name.split('-').next() == Some("gguf"))
    });
    // The project's own cases hold one; others need not.
    if !has_cases && std::env::var_os("LECTERN_FIXTURES").is_some() {
        return;
    }
    for case in cases("gguf") {
        let (expected, tensors) = (json(&case), Tensors::read(&case));
        let logits_expected = tensors.get("logits").1;
        let text = expected["text"].as_str().expect("text");
        let names = DiskFolder::new(&case).list().unwrap();
        for name in names.iter().filter(|name| name.ends_with(".gguf")) {
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
