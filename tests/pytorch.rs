//! Models saved by PyTorch, through the engine on the CPU.

mod support;

use std::{collections::BTreeMap, path::Path, rc::Rc};

use lectern::{
    engine::Engine,
    error::{LecternError, UnsupportedReason},
    library::{DiskFolder, MemoryFolder},
    protocol::Quantization,
};
use support::{
    files::{load, logits, models, try_load},
    pytorch::StateDict,
};

/// A model's folder with other weights.
fn with(case: &Path, weights: &[(&str, Vec<u8>)]) -> MemoryFolder {
    let others = ["config.json", "tokenizer.json", "vocab.txt"].into_iter();
    let others =
        others.filter_map(|name| Some((name.to_owned(), std::fs::read(case.join(name)).ok()?)));
    let weights = weights.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone()));
    MemoryFolder::new("saved", others.chain(weights).collect::<Vec<_>>())
}

/// A case's weights, with the tied head that transformers saves too.
fn state_dict(case: &Path) -> StateDict {
    let weights = std::fs::read(case.join("model.safetensors")).expect("model.safetensors");
    let config: serde_json::Value =
        serde_json::from_slice(&std::fs::read(case.join("config.json")).unwrap()).unwrap();
    let state = StateDict::new(&weights, &[]);
    let (head, embedding) = match config["model_type"].as_str() {
        Some("gpt2") => ("lm_head.weight", "wte.weight"),
        Some("distilbert") => ("vocab_projector.weight", "word_embeddings.weight"),
        _ => ("cls.predictions.decoder.weight", "word_embeddings.weight"),
    };
    let has_head = state.names().any(|name| name == head);
    let embedding = state.names().find(|name| name.ends_with(embedding)).expect("an embedding");
    if has_head || config["tie_word_embeddings"] == false {
        return StateDict::new(&weights, &[]);
    }
    StateDict::new(&weights, &[(head, embedding)])
}

#[test]
fn a_model_in_pytorchs_files_gives_the_same_numbers() {
    for (case, text) in models() {
        let engine = Engine::new();
        let info = load(&engine, DiskFolder::new(&case));
        let expected = logits(&engine, info.model, &text);
        let state = state_dict(&case);
        for (format, bytes) in [("zip", state.zip()), ("legacy", state.legacy())] {
            let folder = with(&case, &[("pytorch_model.bin", bytes)]);
            let saved = load(&engine, folder);
            assert_eq!(saved.parameters, info.parameters, "{format} of {}", case.display());
            assert_eq!(saved.abilities, info.abilities, "{format} of {}", case.display());
            let found = logits(&engine, saved.model, &text);
            assert_eq!(found, expected, "{format} of {}", case.display());
        }
    }
}

#[test]
fn shards_are_found_by_their_index() {
    let (case, text) = models().swap_remove(0);
    let engine = Engine::new();
    let whole = load(&engine, DiskFolder::new(&case)).model;
    let files = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"];
    let halves = state_dict(&case).halves();
    let names = halves
        .iter()
        .zip(files)
        .flat_map(|(half, file)| half.names().map(move |name| (name, file)));
    let map: BTreeMap<_, _> = names.collect();
    let index = serde_json::json!({ "metadata": { "total_size": 1 }, "weight_map": map });
    let [first, second] = &halves;
    let sharded = with(
        &case,
        &[
            ("pytorch_model.bin.index.json", index.to_string().into()),
            (files[0], first.zip()),
            (files[1], second.legacy()),
        ],
    );
    let sharded = load(&engine, sharded).model;
    assert_eq!(logits(&engine, sharded, &text), logits(&engine, whole, &text));
}

#[test]
fn a_file_that_would_run_a_program_is_refused_and_the_model_before_it_goes_on() {
    let (case, text) = models().swap_remove(0);
    let engine = Engine::new();
    let before = load(&engine, DiskFolder::new(&case)).model;
    let expected = logits(&engine, before, &text);
    for (file, asked) in [("bad-exec.bin", "exec"), ("bad-system.bin", "posix.system")] {
        let bytes = std::fs::read(Path::new("tests/fixtures/pytorch").join(file)).unwrap();
        let folder = with(&case, &[("pytorch_model.bin", bytes)]);
        match try_load(&engine, Rc::new(folder), Quantization::AsStored) {
            Err(LecternError::UnsupportedModel {
                reason: UnsupportedReason::ForeignCode { name, .. },
            }) => assert!(name.contains(asked), "{name}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(logits(&engine, before, &text), expected);
}
