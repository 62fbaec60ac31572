//! The reference cases: folders grouped by the name up to the first `-`.

// Each test program uses some of these functions.
#![allow(dead_code)]

pub mod files;
pub mod pytorch;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

// Not every program needs them.
#[allow(unused_imports)]
pub use lectern::checks::references::{Tensors, assert_close, assert_like};

/// The folder of the cases: `LECTERN_FIXTURES`, or the project's own.
pub fn fixtures() -> PathBuf {
    std::env::var_os("LECTERN_FIXTURES").map_or_else(|| "tests/fixtures".into(), PathBuf::from)
}

/// The cases of a group: those of `LECTERN_FIXTURES`, or the project's own if it has none. At least one, or the tests
/// that need them would pass without a check.
pub fn cases(group: &str) -> Vec<PathBuf> {
    let mut cases = cases_in(&fixtures(), group);
    if cases.is_empty() {
        cases = cases_in(Path::new("tests/fixtures"), group);
    }
    assert!(!cases.is_empty(), "no case of the group {group}");
    cases
}

fn cases_in(folder: &Path, group: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut cases: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
            path.is_dir() && name.split('-').next() == Some(group)
        })
        .collect();
    cases.sort();
    cases
}

/// The folder of the real all-MiniLM-L6-v2: `LECTERN_MINILM`, or the one that `cargo xtask build` fills.
///
/// # Errors
/// The reason why it is not usable.
pub fn minilm_weights() -> Result<PathBuf, String> {
    let folder = std::env::var_os("LECTERN_MINILM")
        .map_or_else(|| "target/models/all-MiniLM-L6-v2".into(), PathBuf::from);
    for file in ["config.json", "model.safetensors", "tokenizer.json", "vocab.txt"] {
        if !folder.join(file).is_file() {
            let folder = folder.display();
            return Err(format!("{folder} has no {file}; `cargo xtask build` fetches the model"));
        }
    }
    Ok(folder)
}

/// The real model's folder. Without it the reason for skipping the test is written directly to the standard error,
/// since the runner hides what a passing test prints.
pub fn minilm_or_skip(test: &str) -> Option<PathBuf> {
    let report = |reason: &String| writeln!(std::io::stderr(), "SKIPPED: {test}: {reason}");
    minilm_weights().inspect_err(|reason| report(reason).expect("standard error")).ok()
}

/// A case's expected.json.
pub fn json(case: &Path) -> serde_json::Value {
    let text = std::fs::read(case.join("expected.json")).expect("expected.json");
    serde_json::from_slice(&text).expect("JSON")
}

/// The ids in a value of expected.json.
pub fn ids(value: &serde_json::Value) -> Vec<u32> {
    value.as_array().expect("ids").iter().map(|id| id.as_u64().expect("an id") as u32).collect()
}

/// Reads a case's expected.safetensors.
pub fn tensors(case: &Path) -> Tensors {
    let bytes = std::fs::read(case.join("expected.safetensors")).expect("expected.safetensors");
    Tensors::new(&bytes)
}
