//! The model among the files that a person dropped or picked.
//!
//! A model is a folder: one with a config.json and weights beside it, or a sentence encoder's, with a modules.json and
//! its transformer in it or in a folder below (`0_Transformer`). Files in folders below belong to it under their paths,
//! `1_Pooling/config.json`; so the checkpoints of a training run are never mixed with the model around them. Without
//! such a folder a GGUF file, or all its shards, is the model.

use std::collections::BTreeMap;

use crate::{
    checkpoint::is_weights,
    error::{BadRequestReason, LecternError, Result},
};

/// The chosen files: the model's name, and for each file its path within the model and its index among those given.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selection {
    pub name: String,
    pub files: Vec<(String, usize)>,
}

const CONFIG: &str = "config.json";
const MODULES: &str = "modules.json";
/// Endings in the readers' spelling; disks and archives may have changed their case.
const ENDINGS: [&str; 5] = ["json", "safetensors", "bin", "gguf", "txt"];
/// Folders of the same model for other programs, maybe with a config.json, and `.bin` files that are no weights.
const OTHER_FORMATS: [&str; 5] = ["onnx", "openvino", "coreml", "tflite", "tensorrt"];
/// The beginning of files with changes to another model's weights.
const ADAPTER: &str = "adapter_";
/// Number of models that are listed if there are several.
const LISTED: usize = 8;

/// A file that may belong to the model.
#[derive(Debug, Clone)]
struct Entry<'a> {
    /// Names of folders, outermost first.
    folder: Vec<&'a str>,
    file: &'a str,
    index: usize,
}

/// Selects one model from paths such as `gpt2/config.json` (or just `config.json`); of folders within each other the
/// outermost.
///
/// Without weights it is the outermost folder with a modules.json or a config.json, and without those all files: the
/// engine then reports what is missing.
///
/// # Errors
/// [`LecternError::BadRequest`], which lists them, if there are several models side by side.
pub(super) fn select(paths: &[&str]) -> Result<Selection> {
    let entries = entries(paths);
    let models = outermost(&entries, |folder| is_model(&entries, folder));
    match &models[..] {
        [] => (),
        [folder] => return Ok(of_folder(&entries, folder, true)),
        several => return Err(several_models(several.iter().map(|folder| folder.join("/")))),
    }
    let files = gguf_models(&entries);
    match &files[..] {
        [] => (),
        [shards] => return Ok(of_gguf(&entries, shards)),
        several => {
            let first = several.iter().map(|shards| &entries[shards[0]]);
            return Err(several_models(first.map(Entry::path)));
        }
    }
    let described = outermost(&entries, |folder| {
        has(&entries, folder, MODULES) || has(&entries, folder, CONFIG) && !is_other_format(folder)
    });
    // None of several can be run: the missing files are reported for the outermost one.
    let nearest = described.into_iter().min_by_key(|folder| (folder.len(), folder.clone()));
    Ok(of_folder(&entries, &nearest.unwrap_or_else(|| common_folder(&entries)), false))
}

fn several_models(names: impl Iterator<Item = String>) -> LecternError {
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    if names.len() > LISTED {
        names.truncate(LISTED);
        names.push("…".to_owned());
    }
    LecternError::bad_request(BadRequestReason::SeveralModels { models: names })
}

impl Entry<'_> {
    fn path(&self) -> String {
        self.folder.iter().chain([&self.file]).copied().collect::<Vec<_>>().join("/")
    }

    fn is_weights(&self) -> bool {
        let file = with_small_ending(self.file);
        is_weights(&file) && !file.to_ascii_lowercase().starts_with(ADAPTER)
    }
}

/// The paths in their segments, without hidden files and macOS's resource forks. The folders that all have in common do
/// not count: who picks a hidden folder means it.
fn entries<'a>(paths: &[&'a str]) -> Vec<Entry<'a>> {
    let split = paths.iter().enumerate().filter_map(|(index, path)| {
        let mut segments: Vec<&str> = path
            .split(['/', '\\'])
            .filter(|segment| !segment.is_empty() && *segment != ".")
            .collect();
        let file = segments.pop()?;
        Some(Entry { folder: segments, file, index })
    });
    let entries: Vec<Entry> = split.collect();
    let common = common_folder(&entries).len();
    let is_shown = |segment: &&str| !segment.starts_with('.') && *segment != "__MACOSX";
    let is_shown = |entry: &Entry| entry.folder[common..].iter().chain([&entry.file]).all(is_shown);
    entries.into_iter().filter(is_shown).collect()
}

/// The innermost folder that contains all files.
fn common_folder<'a>(entries: &[Entry<'a>]) -> Vec<&'a str> {
    let Some((first, rest)) = entries.split_first() else { return Vec::new() };
    let mut common = first.folder.clone();
    for entry in rest {
        let same = common.iter().zip(&entry.folder).take_while(|(one, other)| one == other);
        common.truncate(same.count());
    }
    common
}

/// The folders that satisfy a condition, without those inside another one of them.
fn outermost<'a>(entries: &[Entry<'a>], is_so: impl Fn(&[&str]) -> bool) -> Vec<Vec<&'a str>> {
    let mut folders: Vec<&Vec<&str>> = entries.iter().map(|entry| &entry.folder).collect();
    folders.sort_unstable_by_key(|folder| (folder.len(), *folder));
    folders.dedup();
    let mut found: Vec<Vec<&str>> = Vec::new();
    for folder in folders {
        if !found.iter().any(|outer| folder.starts_with(outer)) && is_so(folder) {
            found.push(folder.clone());
        }
    }
    found
}

/// Whether the folder has a file of that name.
fn has(entries: &[Entry], folder: &[&str], file: &str) -> bool {
    entries.iter().any(|it| it.folder == folder && it.file.eq_ignore_ascii_case(file))
}

fn is_other_format(folder: &[&str]) -> bool {
    folder.iter().any(|name| OTHER_FORMATS.iter().any(|it| name.eq_ignore_ascii_case(it)))
}

/// Whether a complete model is in that folder.
fn is_model(entries: &[Entry], folder: &[&str]) -> bool {
    let weights = |depth: usize| {
        entries.iter().any(|it| {
            it.is_weights()
                && it.folder.starts_with(folder)
                && it.folder.len() <= folder.len() + depth
                && !is_other_format(&it.folder[folder.len()..])
        })
    };
    let is_plain = has(entries, folder, CONFIG) && weights(0) && !is_other_format(folder);
    is_plain || has(entries, folder, MODULES) && weights(1)
}

/// All files in a folder, by their paths within it.
fn of_folder(entries: &[Entry], folder: &[&str], is_whole: bool) -> Selection {
    let own = |entry: &&Entry| {
        // Beside a model's own weights a GGUF file is another copy.
        let is_copy = is_whole && entry.folder == folder && gguf_stem(entry.file).is_some();
        entry.folder.starts_with(folder) && !is_copy
    };
    let files: Vec<(String, usize)> = entries
        .iter()
        .filter(own)
        .map(|entry| {
            let within = entry.folder[folder.len()..].iter();
            let file = with_small_ending(entry.file);
            let segments: Vec<&str> = within.copied().chain([file.as_str()]).collect();
            (segments.join("/"), entry.index)
        })
        .collect();
    let name = folder_name(folder).unwrap_or_else(|| {
        // Loose files: the model has the name of its weights.
        let own = || entries.iter().filter(own);
        let weights = own().find(|entry| entry.is_weights()).or_else(|| own().next());
        weights.map(|entry| entry.file.to_owned()).unwrap_or_default()
    });
    Selection { name, files }
}

/// The name of a folder; in the Hub's cache, whose folders are named by hashes, that of the model.
fn folder_name(folder: &[&str]) -> Option<String> {
    if let [.., model, "snapshots", _] = folder
        && let Some(id) = model.strip_prefix("models--")
    {
        return Some(id.replacen("--", "/", 1));
    }
    folder.last().map(ToString::to_string)
}

/// A name with its ending in the readers' spelling.
fn with_small_ending(file: &str) -> String {
    match file.rsplit_once('.') {
        Some((stem, ending)) if ENDINGS.iter().any(|it| ending.eq_ignore_ascii_case(it)) => {
            format!("{stem}.{}", ending.to_ascii_lowercase())
        }
        _ => file.to_owned(),
    }
}

/// The indices of the entries of each GGUF model: a file, or its shards.
fn gguf_models(entries: &[Entry]) -> Vec<Vec<usize>> {
    let mut models: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        if let Some(stem) = gguf_stem(entry.file) {
            let whole = part_of(stem).unwrap_or((stem, ""));
            models.entry((&entry.folder, whole)).or_default().push(index);
        }
    }
    models.into_values().collect()
}

fn of_gguf(entries: &[Entry], shards: &[usize]) -> Selection {
    let stem = gguf_stem(entries[shards[0]].file).unwrap_or_default();
    let name = part_of(stem).map_or(stem, |(whole, _)| whole).to_owned();
    let mut files: Vec<(String, usize)> = shards
        .iter()
        .map(|&shard| (with_small_ending(entries[shard].file), entries[shard].index))
        .collect();
    files.sort_unstable();
    Selection { name, files }
}

/// The name of a GGUF file without its ending; `None` for another file.
fn gguf_stem(file: &str) -> Option<&str> {
    let (stem, ending) = file.rsplit_once('.')?;
    ending.eq_ignore_ascii_case("gguf").then_some(stem)
}

/// The model's name and the number of shards in `gpt2-00001-of-00003`, as llama-gguf-split writes it.
fn part_of(stem: &str) -> Option<(&str, &str)> {
    let (rest, of) = stem.rsplit_once("-of-")?;
    let (whole, index) = rest.rsplit_once('-')?;
    let is_number = |text: &str| text.len() == 5 && text.bytes().all(|it| it.is_ascii_digit());
    (is_number(index) && is_number(of)).then_some((whole, of))
}

#[cfg(test)]
mod tests;
