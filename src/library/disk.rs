//! A model in a folder of the disk: the native counterpart of a folder dropped on the page.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::PathBuf,
};

use async_trait::async_trait;

use crate::{
    checkpoint::{Folder, PieceSink, ShardName},
    error::{BadFileReason, LecternError, Result},
    progress::Transfer,
};

const CHUNK: usize = 1 << 20;

/// A folder of the disk, or one file of it.
#[derive(Debug, Clone)]
pub struct DiskFolder {
    path: PathBuf,
    name: String,
    /// The file, if it is only one.
    only: Option<String>,
}

impl DiskFolder {
    /// The folder at that path; for a file, that file alone, with the other shards of its model.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        if !path.is_file() {
            return Self { path, name, only: None };
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let folder = path.parent().map(PathBuf::from).unwrap_or_default();
        Self { path: folder, name: stem, only: Some(name) }
    }

    /// The file and its length, `None` if there is none.
    fn open(&self, file: &str) -> Result<Option<(File, u64)>> {
        if self.only.as_ref().is_some_and(|only| only != file && !are_shards(only, file)) {
            return Ok(None);
        }
        let opened = match File::open(self.path.join(file)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.and_then(|opened| Ok((opened.metadata()?.len(), opened))),
        };
        let (length, opened) = opened.map_err(|error| unreadable(file, &error))?;
        Ok(Some((opened, length)))
    }
}

/// Whether two files are shards of one GGUF model.
fn are_shards(one: &str, other: &str) -> bool {
    let names = ShardName::parse(one).zip(ShardName::parse(other));
    names.is_some_and(|(one, other)| one.is_of_one_model(&other))
}

fn unreadable(file: &str, error: &io::Error) -> LecternError {
    LecternError::bad_file(file, BadFileReason::Unreadable { detail: error.to_string() })
}

#[async_trait(?Send)]
impl Folder for DiskFolder {
    fn name(&self) -> &str {
        &self.name
    }

    async fn stream(&self, file: &str, transfer: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        let Some((mut opened, length)) = self.open(file)? else { return Ok(false) };
        let mut chunk = vec![0; CHUNK];
        loop {
            transfer.cancel.check()?;
            match opened.read(&mut chunk) {
                Ok(0) => return Ok(true),
                Ok(read) => sink(&chunk[..read], Some(length))?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(file, &error)),
            }
        }
    }

    fn list(&self) -> Option<Vec<String>> {
        if let Some(only) = &self.only {
            return Some(vec![only.clone()]);
        }
        let entries = fs::read_dir(&self.path).ok()?;
        let mut names: Vec<_> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort_unstable();
        Some(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_whole_and_in_chunks() {
        let folder = DiskFolder::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/library"));
        let transfer = Transfer::silent();
        let whole =
            pollster::block_on(folder.read("disk.rs", 1 << 20, &transfer)).unwrap().unwrap();
        let mut content = Vec::new();
        let mut sink = |bytes: &[u8], length: Option<u64>| {
            assert_eq!(length, Some(whole.len() as u64));
            content.extend_from_slice(bytes);
            Ok(())
        };
        assert_eq!(pollster::block_on(folder.stream("disk.rs", &transfer, &mut sink)), Ok(true));
        assert_eq!(content, whole);
        assert_eq!(folder.name(), "library");
        assert!(folder.list().unwrap().contains(&"mod.rs".to_owned()));
    }

    #[test]
    fn what_is_missing_or_too_large_is_said() {
        let folder = DiskFolder::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/library"));
        let transfer = Transfer::silent();
        assert_eq!(pollster::block_on(folder.read("no.rs", 10, &transfer)), Ok(None));
        let mut sink = |_: &[u8], _: Option<u64>| Ok(());
        assert_eq!(pollster::block_on(folder.stream("no.rs", &transfer, &mut sink)), Ok(false));
        let error = pollster::block_on(folder.read("disk.rs", 10, &transfer));
        let reason = BadFileReason::TooLarge { limit: 10 };
        assert_eq!(error, Err(LecternError::bad_file("disk.rs", reason)));
    }
}
