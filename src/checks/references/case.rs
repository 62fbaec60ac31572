//! A reference case: its files, what is expected, and the tensors.

use std::collections::HashMap;

use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

use crate::library::MemoryFolder;

/// A reference case.
#[derive(Debug, Clone)]
pub struct Case {
    /// The folder's name.
    pub name: String,
    files: HashMap<String, Vec<u8>>,
}

impl Case {
    /// A case of these files.
    pub fn new(name: &str, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self { name: name.to_owned(), files: files.into_iter().collect() }
    }

    /// The folder's name up to the first `-`.
    pub fn kind(&self) -> &str {
        self.name.split('-').next().unwrap_or_default()
    }

    /// What a message begins with that is about a number of the case.
    pub fn what(&self, number: &str) -> String {
        format!("{}: {number}", self.name)
    }

    /// The bytes of a file.
    ///
    /// # Panics
    /// If it is not there.
    pub fn file(&self, name: &str) -> &[u8] {
        self.files.get(name).unwrap_or_else(|| panic!("{}: no {name}", self.name))
    }

    /// Its expected.json.
    ///
    /// # Panics
    /// If it is not there, or no JSON.
    pub fn expected(&self) -> Value {
        serde_json::from_slice(self.file("expected.json")).expect("JSON")
    }

    /// Its expected.safetensors.
    ///
    /// # Panics
    /// If it is not there, or damaged.
    pub fn tensors(&self) -> Tensors {
        Tensors::new(self.file("expected.safetensors"))
    }

    /// The folder that a model is loaded from.
    pub fn folder(&self) -> MemoryFolder {
        MemoryFolder::new(&self.name, self.files.clone())
    }
}

/// A case's expected tensors: shape and values (integers become floats).
pub struct Tensors(HashMap<String, (Vec<usize>, Vec<f32>)>);

impl Tensors {
    /// Reads a safetensors file.
    ///
    /// # Panics
    /// If it is damaged, or has numbers of another type than floats of 32 bits, integers and Booleans.
    pub fn new(bytes: &[u8]) -> Self {
        let file = SafeTensors::deserialize(bytes).expect("safetensors");
        let tensors = file.tensors().into_iter().map(|(name, view)| {
            let data = view.data();
            let numbers = match view.dtype() {
                Dtype::F32 => words(data).map(f32::from_le_bytes).collect(),
                Dtype::I64 => words(data).map(|word| i64::from_le_bytes(word) as f32).collect(),
                Dtype::I32 => words(data).map(|word| i32::from_le_bytes(word) as f32).collect(),
                Dtype::I8 => data.iter().map(|byte| f32::from(*byte as i8)).collect(),
                Dtype::U8 | Dtype::BOOL => data.iter().map(|byte| f32::from(*byte)).collect(),
                other => panic!("{name}: {other:?}"),
            };
            (name, (view.shape().to_vec(), numbers))
        });
        Self(tensors.collect())
    }

    /// A tensor: its shape, and its values.
    ///
    /// # Panics
    /// If it is not there.
    pub fn get(&self, name: &str) -> (&[usize], &[f32]) {
        let (shape, numbers) = self.0.get(name).unwrap_or_else(|| panic!("no tensor {name}"));
        (shape, numbers)
    }

    /// A tensor's values in 64 bits.
    pub(super) fn double(&self, name: &str) -> Vec<f64> {
        self.get(name).1.iter().map(|it| f64::from(*it)).collect()
    }

    /// A tensor of class numbers.
    pub(super) fn labels(&self, name: &str) -> Vec<usize> {
        self.get(name).1.iter().map(|it| *it as usize).collect()
    }

    /// The names that begin with a prefix, without it.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let mut names: Vec<String> =
            self.0.keys().filter_map(|name| name.strip_prefix(prefix)).map(str::to_owned).collect();
        names.sort();
        names
    }
}

/// The little-endian words that bytes are made of.
fn words<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.as_chunks::<N>().0.iter().copied()
}

/// A value that is a number.
pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// A value that is a count.
pub(super) fn count(value: &Value) -> usize {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count")) as usize
}

/// A value that is a list.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// Values in 32 bits.
pub(super) fn single(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|it| *it as f32).collect()
}
