//! A model in files that the reader dropped on the page or picked.

use async_trait::async_trait;
use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::selection::{Selection, select};
use crate::{
    checkpoint::{Folder, PieceSink},
    error::{BadFileReason, LecternError, Result},
    progress::Transfer,
};

pub(super) const CHUNK: u64 = 4 << 20;

/// The files of one model among those the reader gave.
#[derive(Debug)]
pub struct FileFolder {
    name: String,
    files: Vec<(String, File)>,
}

impl FileFolder {
    /// The model among these files, each with its path in the picked or dropped folder. Its files are found by their
    /// paths in the model's folder, `1_Pooling/config.json` for example.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] if there are several models.
    pub fn new(files: Vec<(String, File)>) -> Result<Self> {
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        let Selection { name, files: chosen } = select(&paths)?;
        let files = chosen.into_iter().map(|(path, index)| (path, files[index].1.clone()));
        Ok(Self { name, files: files.collect() })
    }

    /// A model of files by their names.
    pub(super) fn named(name: &str, files: Vec<(String, File)>) -> Self {
        Self { name: name.into(), files }
    }

    fn find(&self, file: &str) -> Option<&File> {
        let exact = self.files.iter().find(|(name, _)| name == file);
        // Some disks and archives change the letters' case.
        let found =
            exact.or_else(|| self.files.iter().find(|(name, _)| name.eq_ignore_ascii_case(file)));
        found.map(|(_, file)| file)
    }
}

/// Bytes of a file.
pub(super) async fn read_chunk(name: &str, file: &File, start: u64, end: u64) -> Result<Vec<u8>> {
    let read = async {
        let slice = file.slice_with_f64_and_f64(start as f64, end as f64)?;
        JsFuture::from(slice.array_buffer()).await
    };
    match read.await {
        Ok(buffer) => Ok(Uint8Array::new(&buffer).to_vec()),
        // The browser does not read on in a file that was changed or moved since it was picked.
        Err(_) => Err(LecternError::bad_file(name, BadFileReason::ChangedSincePicked)),
    }
}

#[async_trait(?Send)]
impl Folder for FileFolder {
    fn name(&self) -> &str {
        &self.name
    }

    async fn stream(&self, file: &str, transfer: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        let Some(found) = self.find(file) else { return Ok(false) };
        let length = found.size() as u64;
        let mut start = 0;
        while start < length {
            transfer.cancel.check()?;
            let end = length.min(start + CHUNK);
            sink(&read_chunk(file, found, start, end).await?, Some(length))?;
            start = end;
        }
        Ok(true)
    }

    fn list(&self) -> Option<Vec<String>> {
        let names = self.files.iter().map(|(name, _)| name);
        Some(names.filter(|name| !name.contains('/')).cloned().collect())
    }
}
