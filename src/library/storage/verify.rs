//! The stored models, and their verification.

use sha2::{Digest, Sha256};

use super::{
    opfs::{ModelDirectory, names},
    record::hex,
};
use crate::{
    error::{LecternError, Result},
    library::files::{CHUNK, read_chunk},
    models::ConfigFile,
    progress::CancelToken,
    protocol::KeptModel,
};

/// The file with the model's architecture.
const CONFIG: &str = "config.json";

/// All stored models, incomplete ones included, by name.
pub async fn list() -> Result<Vec<KeptModel>> {
    let mut models = Vec::new();
    for key in names().await? {
        models.extend(describe(&key).await?);
    }
    models.sort_by(|one: &KeptModel, other| one.name.cmp(&other.name));
    Ok(models)
}

async fn describe(key: &str) -> Result<Option<KeptModel>> {
    let Some(directory) = ModelDirectory::find(key).await? else { return Ok(None) };
    let Some(record) = directory.record().await else { return Ok(None) };
    let mut model = record.describe(key);
    for file in &mut model.files {
        let found = directory.file(&file.name).await;
        file.bytes = found.as_ref().map_or(0, |found| found.size() as u64);
        if let Some(found) = found.filter(|_| file.name == CONFIG && file.bytes <= CHUNK) {
            let json = read_chunk(CONFIG, &found, 0, file.bytes).await?;
            model.architecture = ConfigFile::parse(&json).and_then(|it| it.architecture()).ok();
        }
    }
    Ok(Some(model))
}

/// Reads every file of a stored model again; removes those that changed and returns their names. `on_bytes` gets the
/// current file, the bytes read so far, and those of all files.
pub async fn verify(
    key: &str,
    cancel: &CancelToken,
    mut on_bytes: impl FnMut(&str, u64, u64),
) -> Result<Vec<String>> {
    let unknown = || LecternError::NotFound { file: key.into() };
    let directory = ModelDirectory::find(key).await?.ok_or_else(unknown)?;
    let mut record = directory.record().await.ok_or_else(unknown)?;
    let held = directory.hold_record().await?;
    let known: Vec<(String, u64, String)> = record
        .present()
        .filter_map(|(name, file)| Some((name.to_owned(), file.bytes?, file.sha256.clone()?)))
        .collect();
    let total = known.iter().map(|(_, bytes, _)| bytes).sum();
    let (mut done, mut damaged) = (0, Vec::new());
    for (name, bytes, expected) in known {
        let file = directory.file(&name).await;
        let length = file.as_ref().map_or(0, |file| file.size() as u64);
        let (mut hash, mut start) = (Sha256::new(), 0);
        while let Some(file) = file.as_ref().filter(|_| length == bytes && start < length) {
            cancel.check()?;
            let end = length.min(start + CHUNK);
            hash.update(read_chunk(&name, file, start, end).await?);
            done += end - start;
            start = end;
            on_bytes(&name, done, total);
        }
        if hex(&hash.finalize()) != expected {
            directory.remove_file(&name).await;
            record.files.remove(&name);
            record.is_complete = false;
            damaged.push(name);
        }
    }
    if !damaged.is_empty() {
        held.replace(&record.to_json()?)?;
    }
    Ok(damaged)
}
