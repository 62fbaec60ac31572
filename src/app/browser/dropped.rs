//! Files dropped on the page or picked, with their paths, including those in folders.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use crate::worker::client::LocalFile;

/// Maximum number of files named config.json that are read.
const CONFIGS: usize = 8;

/// Returns the files of a picker, with their paths in its folder, if any.
pub fn picked(list: Option<web_sys::FileList>) -> Vec<LocalFile> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.get(index)).map(single).collect()
}

/// Returns a single file, or one of a folder's picker.
pub fn single(file: File) -> LocalFile {
    let path = js_sys::Reflect::get(&file, &"webkitRelativePath".into()).unwrap_or_default();
    let path = path.as_string().filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
    LocalFile { path, file }
}

/// The content of a drop: whole files, and entries still to be opened.
pub struct Dropped {
    files: Vec<LocalFile>,
    entries: Vec<FileSystemEntry>,
}

impl Dropped {
    /// Must be called inside the drop event: the browser empties the transfer when the event is over.
    pub fn new(transfer: &DataTransfer) -> Self {
        let mut dropped = Self { files: Vec::new(), entries: Vec::new() };
        let items = transfer.items();
        for item in (0..items.length()).filter_map(|index| items.get(index)) {
            match item.webkit_get_as_entry() {
                Ok(Some(entry)) => dropped.entries.push(entry),
                // An item that is a file, but not of a file system.
                _ => dropped.files.extend(item.get_as_file().ok().flatten().map(single)),
            }
        }
        dropped
    }

    /// Returns all files, those in folders too, sorted by path. Unreadable ones are skipped: the engine reports the
    /// file it misses.
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
                // `/gpt2/config.json`: the root is the dropped item.
                let path = entry.full_path().trim_start_matches('/').to_owned();
                files.push(LocalFile { path, file });
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    }
}

/// Whether the files hold a decoder, by the config.json of the outermost folder.
pub async fn is_decoder(files: &[LocalFile]) -> bool {
    let mut configs: Vec<&LocalFile> =
        files.iter().filter(|it| it.file.name().eq_ignore_ascii_case("config.json")).collect();
    configs.sort_by_key(|it| (it.path.matches('/').count(), &it.path));
    for config in configs.into_iter().take(CONFIGS) {
        let Ok(text) = JsFuture::from(config.file.text()).await else { continue };
        let config = text.as_string().and_then(|text| serde_json::from_str(&text).ok());
        let Some(config): Option<serde_json::Value> = config else { continue };
        // A config.json of a component, such as pooling, names no architecture.
        if let Some(model_type) = config["model_type"].as_str() {
            return model_type.contains("gpt");
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
    // The reader returns about a hundred entries per call, and none at the end.
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
