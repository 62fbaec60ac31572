//! The JSON files of a sentence encoder's settings.

use serde::de::DeserializeOwned;

use crate::{
    checkpoint::{Folder, SubFolder, parse_json},
    error::{LecternError, Result},
    progress::Transfer,
};

/// The largest settings file in bytes; most have a few hundred, or some kilobytes with many prompts.
const LIMIT: u64 = 1 << 20;

/// Reads a file that most models lack. Some servers answer with a web page for missing files.
pub(super) async fn optional_json<T: DeserializeOwned>(
    folder: &dyn Folder,
    file: &str,
    transfer: &Transfer,
) -> Result<Option<T>> {
    match folder.read(file, LIMIT, transfer).await {
        Ok(Some(json)) if json.trim_ascii_start().starts_with(b"<") => Ok(None),
        Ok(Some(json)) => parse_json(file, &json).map(Some),
        Ok(None) | Err(LecternError::BadFile { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads the config.json of a module in modules.json.
pub(super) async fn module_json<T: DeserializeOwned>(
    module: &SubFolder<'_>,
    transfer: &Transfer,
) -> Result<T> {
    const FILE: &str = "config.json";
    let json = module.read(FILE, LIMIT, transfer).await?;
    let json = json.ok_or_else(|| LecternError::NotFound { file: module.path_of(FILE) })?;
    parse_json(&module.path_of(FILE), &json)
}
