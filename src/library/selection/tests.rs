//! The selected model among dropped files.

use super::*;

/// The name, and the chosen files by their paths within the model.
fn chosen(paths: &[&str]) -> (String, Vec<String>) {
    let Selection { name, files } = select(paths).unwrap();
    for (path, index) in &files {
        let given = paths[*index].to_ascii_lowercase();
        assert!(given.ends_with(&path.to_ascii_lowercase()), "{path} is not {given}");
    }
    (name, files.into_iter().map(|(path, _)| path).collect())
}

fn check(paths: &[&str], name: &str, files: &[&str]) {
    let expected: Vec<String> = files.iter().map(ToString::to_string).collect();
    assert_eq!(chosen(paths), (name.to_owned(), expected), "{paths:?}");
}

fn refused(paths: &[&str]) -> String {
    match select(paths) {
        Err(LecternError::BadRequest { reason: BadRequestReason::SeveralModels { models } }) => {
            models.join(", ")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn loose_files_are_all_taken() {
    let files = ["config.json", "model.safetensors", "tokenizer.json"];
    check(&files, "model.safetensors", &files);
    check(&["x/a.txt", "y/b.txt"], "a.txt", &["x/a.txt", "y/b.txt"]);
    check(&["m/tokenizer.json", "m/b/c.txt"], "m", &["tokenizer.json", "b/c.txt"]);
    check(&[], "", &[]);
    check(&["/", "."], "", &[]);
    // A folder's content, selected as a whole.
    let content = ["config.json", "model.safetensors", "1_Pooling/config.json"];
    check(&content, "model.safetensors", &content);
}

#[test]
fn a_sentence_encoder_keeps_the_folders_of_its_modules() {
    let files = [
        "labse/modules.json",
        "labse/config.json",
        "labse/model.safetensors",
        "labse/1_Pooling/config.json",
        "labse/2_Dense/config.json",
        "labse/2_Dense/model.safetensors",
    ];
    let within = [
        "modules.json",
        "config.json",
        "model.safetensors",
        "1_Pooling/config.json",
        "2_Dense/config.json",
        "2_Dense/model.safetensors",
    ];
    check(&files, "labse", &within);
    let turned: Vec<&str> = files.iter().rev().copied().collect();
    let (name, mut found) = chosen(&turned);
    found.reverse();
    assert_eq!((name.as_str(), found), ("labse", within.map(String::from).to_vec()));
}

#[test]
fn the_transformer_may_lie_in_a_folder_of_its_own() {
    check(
        &[
            "old/0_Transformer/config.json",
            "old/0_Transformer/pytorch_model.bin",
            "old/1_Pooling/config.json",
            "old/2_Dense/pytorch_model.bin",
            "old/2_Dense/config.json",
            "old/modules.json",
        ],
        "old",
        &[
            "0_Transformer/config.json",
            "0_Transformer/pytorch_model.bin",
            "1_Pooling/config.json",
            "2_Dense/pytorch_model.bin",
            "2_Dense/config.json",
            "modules.json",
        ],
    );
}

#[test]
fn of_a_training_run_the_outer_model_is_taken() {
    let files = [
        "run/checkpoint-500/config.json",
        "run/checkpoint-500/model.safetensors",
        "run/checkpoint-500/optimizer.bin",
        "run/config.json",
        "run/model.safetensors",
        "run/training_args.bin",
    ];
    check(
        &files,
        "run",
        &[
            "checkpoint-500/config.json",
            "checkpoint-500/model.safetensors",
            "checkpoint-500/optimizer.bin",
            "config.json",
            "model.safetensors",
            "training_args.bin",
        ],
    );
    // Only its checkpoint is complete.
    check(
        &[&files[..3], &["run/config.json", "run/training_args.bin"]].concat(),
        "checkpoint-500",
        &["config.json", "model.safetensors", "optimizer.bin"],
    );
}

#[test]
fn config_and_weights_are_of_one_folder() {
    check(
        &["a/config.json", "a/w/model.safetensors"],
        "a",
        &["config.json", "w/model.safetensors"],
    );
    check(
        &["x/b/model.safetensors", "x/a/config.json", "x/a/tokenizer.json"],
        "a",
        &["config.json", "tokenizer.json"],
    );
}

#[test]
fn the_folder_with_the_config_and_the_weights_is_taken() {
    check(
        &[
            "models/readme.md",
            "models/empty/config.json",
            "models/gpt2/config.json",
            "models/gpt2/model.safetensors",
            "models/gpt2/onnx/config.json",
        ],
        "gpt2",
        &["config.json", "model.safetensors", "onnx/config.json"],
    );
    check(
        &[
            "m/openvino/config.json",
            "m/openvino/openvino_model.bin",
            "m/config.json",
            "m/model.bin",
        ],
        "m",
        &["openvino/config.json", "openvino/openvino_model.bin", "config.json", "model.bin"],
    );
}

#[test]
fn folders_for_other_programs_are_no_models() {
    check(
        &[
            "m/openvino/config.json",
            "m/openvino/weights.bin",
            "m/OnNx/config.json",
            "m/config.json",
        ],
        "m",
        &["openvino/config.json", "openvino/weights.bin", "OnNx/config.json", "config.json"],
    );
}

#[test]
fn pytorchs_weights_are_weights_and_what_a_training_leaves_is_not() {
    check(
        &["b/config.json", "b/training_args.bin", "b/c/config.json", "b/c/pytorch_model.bin"],
        "c",
        &["config.json", "pytorch_model.bin"],
    );
    check(&["vocab.txt", "rubert.bin"], "rubert.bin", &["vocab.txt", "rubert.bin"]);
    check(
        &["a/config.json", "a/adapter_model.safetensors", "a/m/config.json", "a/m/model.BIN"],
        "m",
        &["config.json", "model.bin"],
    );
}

#[test]
fn without_weights_the_upper_folder_is_taken() {
    let files = ["a/b/config.json", "a/config.json", "a/vocab.json"];
    check(&files, "a", &["b/config.json", "config.json", "vocab.json"]);
    check(
        &["a/1_Pooling/config.json", "a/modules.json"],
        "a",
        &["1_Pooling/config.json", "modules.json"],
    );
}

#[test]
fn models_side_by_side_are_listed() {
    let files = [
        "models/gpt2/config.json",
        "models/gpt2/model.safetensors",
        "models/bert/config.json",
        "models/bert/pytorch_model.bin",
    ];
    let reason = refused(&files);
    assert!(reason.contains("models/bert, models/gpt2"), "{reason}");
    let many: Vec<String> = (10..30).map(|it| format!("{it}.gguf")).collect();
    let reason = refused(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(reason.contains("10.gguf, 11.gguf") && reason.contains("17.gguf, …"), "{reason}");
    let checkpoints = [
        "r/checkpoint-1/config.json",
        "r/checkpoint-1/a.safetensors",
        "r/checkpoint-2/config.json",
        "r/checkpoint-2/a.safetensors",
    ];
    assert!(refused(&checkpoints).contains("r/checkpoint-1, r/checkpoint-2"));
}

#[test]
fn a_gguf_file_is_a_model_by_itself() {
    check(&["models/gpt2.Q8_0.gguf"], "gpt2.Q8_0", &["gpt2.Q8_0.gguf"]);
    check(&["README.md", "gpt2.GGUF"], "gpt2", &["gpt2.gguf"]);
    check(&["m/config.json", "m/README.md", "m/q8.gguf"], "q8", &["q8.gguf"]);
    // Beside a model's own weights a GGUF file is a copy.
    check(
        &["m/config.json", "m/model.safetensors", "m/q8.gguf", "x.gguf"],
        "m",
        &["config.json", "model.safetensors"],
    );
    assert!(refused(&["m/q4.gguf", "m/q8.gguf"]).contains("m/q4.gguf, m/q8.gguf"));
}

#[test]
fn the_parts_of_a_gguf_file_are_one_model() {
    check(
        &["m/g-00002-of-00002.gguf", "m/README.md", "m/g-00001-of-00002.gguf"],
        "g",
        &["g-00001-of-00002.gguf", "g-00002-of-00002.gguf"],
    );
    let two = ["g-00001-of-00002.gguf", "g-00002-of-00002.gguf", "h-00001-of-00001.gguf"];
    assert!(refused(&two).contains("g-00001-of-00002.gguf, h-00001-of-00001.gguf"));
}

#[test]
fn hidden_files_and_shadows_are_passed_over() {
    check(
        &[
            ".git/config.json",
            ".git/model.safetensors",
            "__MACOSX/m/._config.json",
            "m/._model.safetensors",
            "m/.DS_Store",
            "m/.cache/config.json",
            "m/config.json",
            "m/model.safetensors",
        ],
        "m",
        &["config.json", "model.safetensors"],
    );
    check(&[".own/config.json", ".own/a.safetensors"], ".own", &["config.json", "a.safetensors"]);
}

#[test]
fn names_are_read_as_people_write_them() {
    check(
        &["M\\Config.JSON", "M\\MODEL.SAFETENSORS", "M\\Vocab.TXT"],
        "M",
        &["Config.json", "MODEL.safetensors", "Vocab.txt"],
    );
    check(
        &["модели/моя модель/config.json", "модели/моя модель/pytorch_model.bin"],
        "моя модель",
        &["config.json", "pytorch_model.bin"],
    );
    let cache =
        "hub/models--openai-community--gpt2/snapshots/607a30d783dfa663caf39e06633721c8d4cfcd7e";
    let paths = ["config.json", "model.safetensors"].map(|file| format!("{cache}/{file}"));
    assert_eq!(chosen(&paths.each_ref().map(String::as_str)).0, "openai-community/gpt2");
}
