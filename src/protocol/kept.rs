//! Models that are kept in the browser.

use serde::{Deserialize, Serialize};

/// A model in the browser's private files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct KeptModel {
    /// The name of its folder.
    pub key: String,
    /// What to call it.
    pub name: String,
    /// What asks for it again: its Hub id, with its revision after an `@`, or its address.
    pub source: String,
    /// Where its files are from, with a slash at its end.
    pub origin: String,
    /// When it was written to last, in milliseconds since 1970.
    pub date: f64,
    /// Is everything here that it needs?
    pub is_complete: bool,
    /// The `model_type` of its config.json, which need be none that can be run; none where that says nothing.
    pub architecture: Option<String>,
    /// Its files.
    pub files: Vec<KeptFile>,
}

/// A file of such a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct KeptFile {
    /// Its name.
    pub name: String,
    /// How many bytes of it are here.
    pub bytes: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
    /// Of the whole file, once it is here; in hexadecimal digits.
    pub sha256: Option<String>,
}

/// What the browser has room for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Space {
    /// Bytes that this site uses, of all kinds.
    pub used: u64,
    /// Bytes that it may use.
    pub quota: u64,
    /// Has the browser promised not to clear them by itself?
    pub is_persistent: bool,
}
