//! A model in memory: for tests, and for models that are made rather than loaded.

use std::collections::BTreeMap;

use super::too_large;
use crate::{
    checkpoint::{Folder, LocalFuture, PieceSink, Transfer},
    error::Result,
};

/// Small enough that a test's file comes in several pieces.
const PIECE: usize = 64 << 10;

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

impl Folder for MemoryFolder {
    fn name(&self) -> &str {
        &self.name
    }

    fn read<'a>(
        &'a self,
        file: &'a str,
        limit: u64,
        _: &'a Transfer,
    ) -> LocalFuture<'a, Result<Option<Vec<u8>>>> {
        Box::pin(async move {
            match self.files.get(file) {
                Some(bytes) if bytes.len() as u64 > limit => Err(too_large(file, limit)),
                found => Ok(found.cloned()),
            }
        })
    }

    fn stream<'a>(
        &'a self,
        file: &'a str,
        transfer: &'a Transfer,
        sink: &'a mut PieceSink<'a>,
    ) -> LocalFuture<'a, Result<bool>> {
        Box::pin(async move {
            let Some(bytes) = self.files.get(file) else { return Ok(false) };
            for piece in bytes.chunks(PIECE) {
                transfer.cancel.check()?;
                sink(piece, Some(bytes.len() as u64))?;
            }
            Ok(true)
        })
    }

    fn list(&self) -> Option<Vec<String>> {
        Some(self.files.keys().cloned().collect())
    }
}
