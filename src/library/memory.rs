//! A model in memory: for tests, and for generated models.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::{
    checkpoint::{Folder, PieceSink},
    error::Result,
    progress::Transfer,
};

/// Bytes of a chunk: small enough that a test's file has several.
const CHUNK: usize = 64 << 10;

/// Files by name, in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryFolder {
    name: String,
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryFolder {
    /// A folder of that name with these files.
    pub fn new(name: &str, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self { name: name.to_owned(), files: files.into_iter().collect() }
    }
}

#[async_trait(?Send)]
impl Folder for MemoryFolder {
    fn name(&self) -> &str {
        &self.name
    }

    async fn stream(&self, file: &str, transfer: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        let Some(bytes) = self.files.get(file) else { return Ok(false) };
        for chunk in bytes.chunks(CHUNK) {
            transfer.cancel.check()?;
            sink(chunk, Some(bytes.len() as u64))?;
        }
        Ok(true)
    }

    fn list(&self) -> Option<Vec<String>> {
        Some(self.files.keys().cloned().collect())
    }
}
