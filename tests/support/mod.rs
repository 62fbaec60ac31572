//! The reference cases: folders grouped by the name up to the first `-`.

// Each test program uses some of these functions.
#![allow(dead_code)]

pub mod files;
pub mod pytorch;

use std::{
    collections::HashMap,
    io::Write,
    path::{Path, PathBuf},
};

use safetensors::SafeTensors;

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

/// A case's expected tensors: shape and values (integers become floats).
pub struct Tensors(HashMap<String, (Vec<usize>, Vec<f32>)>);

impl Tensors {
    /// Reads expected.safetensors.
    pub fn read(case: &Path) -> Self {
        let bytes = std::fs::read(case.join("expected.safetensors")).expect("expected.safetensors");
        let file = SafeTensors::deserialize(&bytes).expect("safetensors");
        let tensors = file.tensors().into_iter().map(|(name, view)| {
            let numbers = match view.dtype() {
                safetensors::Dtype::F32 => view
                    .data()
                    .chunks_exact(4)
                    .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
                    .collect(),
                safetensors::Dtype::I64 => view
                    .data()
                    .chunks_exact(8)
                    .map(|b| i64::from_le_bytes(b.try_into().unwrap()) as f32)
                    .collect(),
                safetensors::Dtype::I32 => view
                    .data()
                    .chunks_exact(4)
                    .map(|b| i32::from_le_bytes(b.try_into().unwrap()) as f32)
                    .collect(),
                safetensors::Dtype::I8 => {
                    view.data().iter().map(|byte| f32::from(*byte as i8)).collect()
                }
                safetensors::Dtype::U8 | safetensors::Dtype::BOOL => {
                    view.data().iter().map(|byte| f32::from(*byte)).collect()
                }
                other => panic!("{name}: {other:?}"),
            };
            (name, (view.shape().to_vec(), numbers))
        });
        Self(tensors.collect())
    }

    /// A tensor, which must exist.
    pub fn get(&self, name: &str) -> (&[usize], &[f32]) {
        let (shape, numbers) = self.0.get(name).unwrap_or_else(|| panic!("no tensor {name}"));
        (shape, numbers)
    }

    /// The names that begin with a prefix, without it.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let mut names: Vec<String> =
            self.0.keys().filter_map(|name| name.strip_prefix(prefix)).map(str::to_owned).collect();
        names.sort();
        names
    }
}

/// Asserts that the largest difference is at most `tolerance`, absolute, or relative to the largest expected magnitude
/// if that is above 1. Returns the difference.
pub fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) -> f32 {
    assert_eq!(found.len(), expected.len(), "{what}: number of values");
    let largest = expected.iter().fold(1.0f32, |largest, x| largest.max(x.abs()));
    let (mut worst, mut worst_index) = (0.0f32, 0);
    for (index, (a, b)) in found.iter().zip(expected).enumerate() {
        let difference = (a - b).abs();
        if difference > worst || difference.is_nan() {
            (worst, worst_index) = (difference, index);
        }
        assert!(!difference.is_nan(), "{what}: index {index}: found {a}, expected {b}");
    }
    assert!(
        worst <= tolerance * largest,
        "{what}: index {worst_index}: found {}, expected {}, difference {worst:e}, allowed {:e}",
        found[worst_index],
        expected[worst_index],
        tolerance * largest
    );
    worst
}

/// [`assert_close`] relative to the largest expected magnitude, however small.
pub fn assert_near(what: &str, found: &[f32], expected: &[f32], tolerance: f32) -> f32 {
    let largest = expected.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
    assert!(largest > 0.0, "{what}: nothing but zeros to compare with");
    let relative = |numbers: &[f32]| numbers.iter().map(|x| x / largest).collect::<Vec<_>>();
    assert_close(what, &relative(found), &relative(expected), tolerance)
}
