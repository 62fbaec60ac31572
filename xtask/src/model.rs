//! The site's own models: `web/models/`, a folder each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexopt::Arg::Value;
use lexopt::Parser;
use serde_json::json;

use crate::{absolute, root};

const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
const USAGE: &str = "usage: cargo xtask model add DIR";

pub fn run(mut arguments: Parser) -> Result<ExitCode> {
    let mut words = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(word) => words.push(word),
            other => return Err(other.unexpected().into()),
        }
    }
    match &words[..] {
        [verb, folder] if verb == "add" => add(&absolute(folder)?)?,
        _ => bail!(USAGE),
    }
    Ok(ExitCode::SUCCESS)
}

fn add(folder: &Path) -> Result<()> {
    let name = folder.file_name().context(USAGE)?;
    let files = files_of(folder)?;
    let target = root().join("web/models").join(name);
    fs::create_dir_all(&target)?;
    for file in files {
        // A download cache holds links to its files: what is copied is the file itself.
        fs::copy(folder.join(&file), target.join(&file))
            .with_context(|| format!("could not copy {}", file.display()))?;
    }
    println!("{} is in web/models: `cargo xtask serve` offers it.", name.to_string_lossy());
    Ok(())
}

/// The files of a model, as names within its folder; fails where one that is needed is missing.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let has = |file: &str| folder.join(file).is_file();
    let mut files = Vec::new();
    if !has("config.json") {
        bail!("{} has no config.json: it is no Hugging Face folder", folder.display());
    }
    files.push("config.json".into());
    match (has("tokenizer.json"), has("vocab.json") && has("merges.txt")) {
        (true, _) => files.push("tokenizer.json".into()),
        (false, true) => files.extend(["vocab.json".into(), "merges.txt".into()]),
        (false, false) => {
            bail!("{} has neither tokenizer.json nor vocab.json and merges.txt", folder.display())
        }
    }
    if has(WEIGHTS) {
        files.push(WEIGHTS.into());
    } else if has(INDEX) {
        files.push(INDEX.into());
        files.extend(shards(folder)?);
    } else {
        bail!("{} has neither {WEIGHTS} nor {INDEX}", folder.display());
    }
    if has("generation_config.json") {
        files.push("generation_config.json".into());
    }
    Ok(files)
}

/// The files that the index of a sharded model names.
fn shards(folder: &Path) -> Result<Vec<PathBuf>> {
    let index: serde_json::Value = serde_json::from_slice(&fs::read(folder.join(INDEX))?)
        .with_context(|| format!("{INDEX} is damaged"))?;
    let map = index["weight_map"].as_object().with_context(|| format!("{INDEX} names no files"))?;
    let mut shards = Vec::new();
    for shard in map.values() {
        let name = shard.as_str().with_context(|| format!("{INDEX} is damaged"))?;
        if Path::new(name).file_name() != Some(name.as_ref()) || !folder.join(name).is_file() {
            bail!("{} has no {name}, which {INDEX} names", folder.display());
        }
        shards.push(name.into());
    }
    shards.sort();
    shards.dedup();
    Ok(shards)
}

/// The list that the page's model picker reads: `{ "models": [{ "name", "bytes" }] }`.
pub fn index(models: &Path) -> Result<serde_json::Value> {
    let mut list = Vec::new();
    for entry in fs::read_dir(models).context("there is no folder web/models")? {
        let entry = entry?;
        if entry.path().join("config.json").is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            list.push((name, weight_bytes(&entry.path())?));
        }
    }
    list.sort();
    let models: Vec<_> =
        list.into_iter().map(|(name, bytes)| json!({ "name": name, "bytes": bytes })).collect();
    Ok(json!({ "models": models }))
}

fn weight_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "safetensors") {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_model_is_complete_and_listed() {
        let models = root().join("web/models");
        assert_eq!(files_of(&models.join("tales-gpt2")).unwrap().len(), 4);
        let index = index(&models).unwrap();
        assert!(
            index["models"].as_array().unwrap().iter().any(|model| model["name"] == "tales-gpt2")
        );
    }

    #[test]
    fn a_folder_without_a_model_is_refused() {
        let error = files_of(&root().join("xtask")).unwrap_err();
        assert!(error.to_string().contains("config.json"), "{error}");
    }
}
