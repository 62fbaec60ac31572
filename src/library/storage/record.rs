//! The record of a stored model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    error::{InternalReason, LecternError, Result},
    library::resume::{Answer, differ, same_version},
    protocol::{KeptFile, KeptModel},
};

/// The record of a model: a JSON file in its directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The model's name.
    pub name: String,
    /// The source to request it again: its Hub id, with its revision after an `@`, or its address.
    pub source: String,
    /// The address of its folder, with a slash at its end, or of its one file.
    pub origin: String,
    /// The time of the last write, in milliseconds since 1970.
    pub date: f64,
    /// Whether all files that the model needs are stored.
    pub is_complete: bool,
    /// Its files by name.
    pub files: BTreeMap<String, FileRecord>,
}

/// One file of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileRecord {
    /// Its length: as announced by the server, then, once stored completely, the actual one.
    pub bytes: Option<u64>,
    /// The length that the server announced: of the compressed body, if it compresses.
    pub announced: Option<u64>,
    /// The server's tag of this version of it.
    pub etag: Option<String>,
    /// SHA-256 of the whole file, once stored.
    pub sha256: Option<String>,
    /// Whether the server has no such file.
    pub is_missing: bool,
}

impl Record {
    /// A record for a model with no downloaded files.
    pub fn new(
        name: impl Into<String>,
        source: impl Into<String>,
        origin: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            source: source.into(),
            origin: origin.into(),
            date: 0.0,
            is_complete: false,
            files: BTreeMap::new(),
        }
    }

    /// The existing files, by name.
    pub fn present(&self) -> impl Iterator<Item = (&str, &FileRecord)> {
        let files = self.files.iter().filter(|(_, file)| !file.is_missing);
        files.map(|(name, file)| (name.as_str(), file))
    }

    /// The content of its file.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| {
            let detail = error.to_string();
            LecternError::Internal { reason: InternalReason::RecordNotWritten { detail } }
        })
    }

    /// The model for the page; the record has neither the number of a file's stored bytes nor its content.
    pub fn describe(&self, key: &str) -> KeptModel {
        let files = self.present().map(|(name, file)| KeptFile {
            name: name.to_owned(),
            bytes: 0,
            total: file.bytes,
            sha256: file.sha256.clone(),
        });
        KeptModel {
            key: key.into(),
            name: self.name.clone(),
            source: self.source.clone(),
            origin: self.origin.clone(),
            date: self.date,
            is_complete: self.is_complete,
            architecture: None,
            files: files.collect(),
        }
    }
}

impl FileRecord {
    /// Whether it is the same file as in a server's answer, as far as known.
    pub(in crate::library) fn is_still(&self, answer: &Answer) -> bool {
        match answer.status {
            200 => {
                let (length, etag) = answer.version();
                // Both announced: the length of a compressed body is not that of the file.
                let is_length = !differ(&self.bytes, &length)
                    || !answer.shows_encoding
                        && self.announced.is_some()
                        && self.announced == length;
                let tags = same_version(self.etag.as_deref(), etag.as_deref());
                is_length && tags != Some(false)
            }
            404 | 410 => false,
            // A failing server, or one that refuses the request, says nothing of the file.
            _ => true,
        }
    }
}

/// The name of a model's directory: a hash of the address of its files, so that all its sources share one.
pub fn key(origin: &str) -> String {
    hex(&Sha256::digest(origin)[..16])
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_what_is_here_and_what_is_not() {
        let mut record = Record::new("owner/name", "owner/name", "https://hub/owner/name/");
        let whole = FileRecord { bytes: Some(10), sha256: Some("ab".into()), ..Default::default() };
        let cut = FileRecord { bytes: Some(1000), etag: Some("e".into()), ..Default::default() };
        let missing = FileRecord { is_missing: true, ..Default::default() };
        record.files =
            [("a", whole), ("b", cut), ("c", missing)].map(|(name, it)| (name.into(), it)).into();
        let json = record.to_json().unwrap();
        assert_eq!(serde_json::from_slice::<Record>(&json).unwrap(), record);
        let kept = record.describe("k");
        let files: Vec<_> = kept.files.iter().map(|it| (it.name.as_str(), it.total)).collect();
        assert_eq!(files, [("a", Some(10)), ("b", Some(1000))]);
    }

    #[test]
    fn a_file_is_the_same_until_the_server_says_otherwise() {
        let answer = |status, length: &str, etag: &str| Answer {
            status,
            content_length: Some(length.into()),
            etag: Some(etag.into()),
            ..Answer::default()
        };
        let kept = FileRecord { bytes: Some(10), etag: Some("a".into()), ..Default::default() };
        for (answer, expected) in [
            (answer(200, "10", "a"), true),
            (answer(200, "11", "a"), false),
            (answer(200, "10", "b"), false),
            (answer(404, "10", "a"), false),
            (answer(405, "0", ""), true),
            (answer(503, "0", ""), true),
            (Answer { status: 200, ..Answer::default() }, true),
        ] {
            assert_eq!(kept.is_still(&answer), expected, "{answer:?}");
        }
        // From a server that compresses without showing it to pages.
        let packed = FileRecord { announced: Some(7), ..kept };
        for (answer, expected) in [
            (answer(200, "7", "W/a"), true),
            (answer(200, "10", "a"), true),
            (answer(200, "8", "a"), false),
            (Answer { shows_encoding: true, ..answer(200, "7", "a") }, false),
        ] {
            assert_eq!(packed.is_still(&answer), expected, "{answer:?}");
        }
    }

    #[test]
    fn a_folder_is_named_by_the_address() {
        assert_eq!(key("https://hub/").len(), 32);
        assert_ne!(key("https://hub/a/"), key("https://hub/b/"));
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
