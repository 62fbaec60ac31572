//! Models that are stored in the browser.

use serde::{Deserialize, Serialize};

/// A model in the browser's private files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct KeptModel {
    /// The name of its folder.
    pub key: String,
    /// The model's name.
    pub name: String,
    /// The source to request it again: its Hub id, with its revision after an `@`, or its address.
    pub source: String,
    /// The address of its files, with a slash at its end.
    pub origin: String,
    /// The time of the last write, in milliseconds since 1970.
    pub date: f64,
    /// Whether all files that it needs are stored.
    pub is_complete: bool,
    /// The `model_type` of its config.json, which may be one that cannot be run; `None` if there is none.
    pub architecture: Option<String>,
    /// Its files.
    pub files: Vec<KeptFile>,
}

/// A file of a stored model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct KeptFile {
    /// Its name.
    pub name: String,
    /// Number of stored bytes.
    pub bytes: u64,
    /// Length of the whole file, if known.
    pub total: Option<u64>,
    /// SHA-256 of the whole file, once stored, in hexadecimal digits.
    pub sha256: Option<String>,
}

/// The browser's space for files.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Space {
    /// Bytes that this site uses in all.
    pub used: u64,
    /// Bytes that it may use.
    pub quota: u64,
    /// Whether the browser has promised not to clear them by itself.
    pub is_persistent: bool,
}
