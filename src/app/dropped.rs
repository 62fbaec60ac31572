//! What was dropped on the page: files, and the files inside dropped folders.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

/// The files of a picker.
pub fn picked(list: Option<web_sys::FileList>) -> Vec<File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.get(index)).collect()
}

/// What a drop brought: whole files, and entries still to be opened.
pub struct Dropped {
    files: Vec<File>,
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
                _ => dropped.files.extend(item.get_as_file().ok().flatten()),
            }
        }
        dropped
    }

    /// All the files, folders opened. What cannot be read is passed over: the engine says which file it
    /// misses.
    pub async fn files(self) -> Vec<File> {
        let Self { mut files, mut entries } = self;
        while let Some(entry) = entries.pop() {
            // A cloned repository holds its whole history in `.git`.
            if entry.name().starts_with('.') {
                continue;
            }
            if entry.is_directory() {
                entries.extend(children(entry.unchecked_ref()).await);
            } else if let Ok(file) = file_of(entry.unchecked_ref()).await {
                files.push(file);
            }
        }
        files
    }
}

/// Do these files hold a model that writes on? Their config.json says so by its `model_type`.
pub async fn is_decoder(files: &[File]) -> bool {
    let Some(config) = files.iter().find(|file| file.name() == "config.json") else { return false };
    let Ok(text) = JsFuture::from(config.text()).await else { return false };
    let config: Option<serde_json::Value> =
        text.as_string().and_then(|text| serde_json::from_str(&text).ok());
    config.is_some_and(|config| config["model_type"].as_str().is_some_and(|it| it.contains("gpt")))
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
