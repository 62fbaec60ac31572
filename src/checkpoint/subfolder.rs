//! A folder within a model's folder, such as the `2_Dense` of a sentence encoder.

use async_trait::async_trait;

use super::{Folder, PieceSink};
use crate::{
    error::{BadFileReason, LecternError, Result},
    progress::Transfer,
};

/// A folder within another; with an empty path, the other one itself.
pub struct SubFolder<'a> {
    folder: &'a dyn Folder,
    path: String,
}

impl<'a> SubFolder<'a> {
    /// The folder at this path within another, `1_Pooling` for example.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] of `said_by`, the file that names the path, for one that leads out of the
    /// folder, or that an address could take for something else.
    pub fn new(folder: &'a dyn Folder, path: &str, said_by: &str) -> Result<Self> {
        let is_plain = |segment: &str| {
            !segment.starts_with('.')
                && segment
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        let path = path.strip_prefix("./").unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        if !path.is_empty()
            && !path.split('/').all(|segment| !segment.is_empty() && is_plain(segment))
        {
            let reason = BadFileReason::BadFolderName { name: path.to_owned() };
            return Err(LecternError::bad_file(said_by, reason));
        }
        Ok(Self { folder, path: path.to_owned() })
    }

    /// A file's path in the outer folder.
    pub fn path_of(&self, file: &str) -> String {
        if self.path.is_empty() { file.to_owned() } else { format!("{}/{file}", self.path) }
    }

    /// The error with its file's path in the outer folder.
    pub fn named(&self, error: LecternError) -> LecternError {
        let outer = |file: String| {
            let begins = !self.path.is_empty() && file.starts_with(&format!("{}/", self.path));
            if begins { file } else { self.path_of(&file) }
        };
        match error {
            LecternError::BadFile { file, reason } => {
                LecternError::BadFile { file: outer(file), reason }
            }
            // Of several that would do, all are named.
            LecternError::NotFound { file } => {
                let files = file.split(", ").map(|file| outer(file.to_owned()));
                LecternError::NotFound { file: files.collect::<Vec<_>>().join(", ") }
            }
            other => other,
        }
    }
}

#[async_trait(?Send)]
impl Folder for SubFolder<'_> {
    fn name(&self) -> &str {
        self.folder.name()
    }

    async fn stream(&self, file: &str, transfer: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        self.folder.stream(&self.path_of(file), transfer, sink).await
    }

    fn list(&self) -> Option<Vec<String>> {
        let names = self.folder.list()?.into_iter();
        let within = |name: String| {
            let rest = name.strip_prefix(&self.path)?;
            if self.path.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
                .map(str::to_owned)
        };
        Some(names.filter_map(within).collect())
    }
}

#[cfg(all(test, feature = "engine"))]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::library::MemoryFolder;

    fn folder() -> MemoryFolder {
        let files =
            ["config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "2_Denser/x"];
        MemoryFolder::new("labse", files.map(|file| (file.to_owned(), file.as_bytes().to_vec())))
    }

    #[test]
    fn files_are_found_under_the_path() {
        let (folder, transfer) = (folder(), Transfer::silent());
        for (path, expected) in [("", "config.json"), ("2_Dense/", "2_Dense/config.json")] {
            let inner = SubFolder::new(&folder, path, "modules.json").unwrap();
            let read = block_on(inner.read("config.json", 100, &transfer)).unwrap().unwrap();
            assert_eq!(read, expected.as_bytes());
            let mut content = Vec::new();
            let mut sink = |bytes: &[u8], _: Option<u64>| {
                content.extend_from_slice(bytes);
                Ok(())
            };
            assert_eq!(block_on(inner.stream("config.json", &transfer, &mut sink)), Ok(true));
            assert_eq!(content, expected.as_bytes());
        }
        let inner = SubFolder::new(&folder, "2_Dense", "modules.json").unwrap();
        assert_eq!(inner.list().unwrap(), ["config.json", "model.safetensors"]);
        assert_eq!(block_on(inner.read("x", 100, &transfer)), Ok(None));
        assert_eq!(SubFolder::new(&folder, "", "modules.json").unwrap().list(), folder.list());
    }

    #[test]
    fn a_path_stays_within_the_folder() {
        let folder = folder();
        for path in ["..", "a/../../b", "/etc", "a//b", "a\\b", "C:", ".git", "a?b", "a%2F", "a#b"]
        {
            assert!(SubFolder::new(&folder, path, "modules.json").is_err(), "{path}");
        }
    }

    #[test]
    fn errors_say_where_the_file_lies() {
        let folder = folder();
        let inner = SubFolder::new(&folder, "2_Dense", "modules.json").unwrap();
        let named = |file: &str| inner.named(LecternError::NotFound { file: file.into() });
        let expected = LecternError::NotFound { file: "2_Dense/model.safetensors".into() };
        assert_eq!(named("model.safetensors"), expected);
        assert_eq!(named("2_Dense/model.safetensors"), expected);
        let both = LecternError::NotFound { file: "2_Dense/a, 2_Dense/b".into() };
        assert_eq!(named("a, b"), both);
    }
}
