//! What was dropped on the page or picked: files with their paths, those inside of folders too.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use crate::worker::client::LocalFile;

/// More files named config.json than this are not looked into.
const CONFIGS: usize = 8;

/// The files of a picker; one of folders says where in the folder each lies.
pub fn picked(list: Option<web_sys::FileList>) -> Vec<LocalFile> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.get(index)).map(single).collect()
}

/// A file by itself, or out of a folder's picker.
pub fn single(file: File) -> LocalFile {
    let path = js_sys::Reflect::get(&file, &"webkitRelativePath".into()).unwrap_or_default();
    let path = path.as_string().filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
    LocalFile { path, file }
}

/// What a drop brought: whole files, and entries still to be opened.
pub struct Dropped {
    files: Vec<LocalFile>,
    entries: Vec<FileSystemEntry>,
}

impl Dropped {
    /// To be called inside the drop event: the browser empties the transfer when the event is over.
    pub fn new(transfer: &DataTransfer) -> Self {
        let mut dropped = Self { files: Vec::new(), entries: Vec::new() };
        let items = transfer.items();
        for item in (0..items.length()).filter_map(|index| items.get(index)) {
            match item.webkit_get_as_entry() {
                Ok(Some(entry)) => dropped.entries.push(entry),
                // What does not come from a file system, but is a file nevertheless.
                _ => dropped.files.extend(item.get_as_file().ok().flatten().map(single)),
            }
        }
        dropped
    }

    /// All the files, folders opened, by their paths. What cannot be read is passed over: the engine says which file
    /// it misses.
    pub async fn files(self) -> Vec<LocalFile> {
        let Self { mut files, mut entries } = self;
        while let Some(entry) = entries.pop() {
            // A cloned repository holds its whole history in `.git`, a Mac's archive a shadow of every file.
            if entry.name().starts_with('.') || entry.name() == "__MACOSX" {
                continue;
            }
            if entry.is_directory() {
                entries.extend(children(entry.unchecked_ref()).await);
            } else if let Ok(file) = file_of(entry.unchecked_ref()).await {
                // `/gpt2/config.json`: the root is what was dropped.
                let path = entry.full_path().trim_start_matches('/').to_owned();
                files.push(LocalFile { path, file });
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    }
}

/// Do these files hold a model that writes on? Its config.json says so; that of the outermost folder counts.
pub async fn is_decoder(files: &[LocalFile]) -> bool {
    let mut configs: Vec<&LocalFile> =
        files.iter().filter(|it| it.file.name().eq_ignore_ascii_case("config.json")).collect();
    configs.sort_by_key(|it| (it.path.matches('/').count(), &it.path));
    for config in configs.into_iter().take(CONFIGS) {
        let Ok(text) = JsFuture::from(config.file.text()).await else { continue };
        let config = text.as_string().and_then(|text| serde_json::from_str(&text).ok());
        let Some(config): Option<serde_json::Value> = config else { continue };
        // Settings of a part, such as those of the pooling, name no architecture.
        if let Some(kind) = config["model_type"].as_str() {
            return kind.contains("gpt");
        }
        if config["n_embd"].is_number() || config["hidden_size"].is_number() {
            return config["n_embd"].is_number();
        }
    }
    false
}

async fn file_of(entry: &FileSystemFileEntry) -> Result<File, JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        entry.file_with_callback_and_callback(&resolve, &reject)
    });
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

async fn children(folder: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader = folder.create_reader();
    let mut children = Vec::new();
    // The reader gives about a hundred entries a call, and none at the end.
    loop {
        let promise = Promise::new(&mut |resolve, reject| {
            if let Err(error) = reader.read_entries_with_callback_and_callback(&resolve, &reject) {
                let _ = reject.call1(&JsValue::NULL, &error);
            }
        });
        match JsFuture::from(promise).await {
            Ok(batch) => {
                let batch: Array = batch.unchecked_into();
                if batch.length() == 0 {
                    return children;
                }
                children.extend(batch.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
            }
            Err(_) => return children,
        }
    }
}
