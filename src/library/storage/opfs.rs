//! A model's folder in the browser's private file system.

use js_sys::{AsyncIterator, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemReadWriteOptions, FileSystemRemoveOptions,
    FileSystemSyncAccessHandle, StorageEstimate, StorageManager, WorkerGlobalScope,
};

use super::record::Record;
use crate::error::{LecternError, NoStorageReason, Result};
use crate::protocol::Space;

const MODELS: &str = "models";
const RECORD: &str = "record.json";
/// Bytes of the longest record.
const RECORD_LIMIT: f64 = 1e6;

/// One model's folder.
#[derive(Debug, Clone)]
pub struct ModelDirectory {
    folder: FileSystemDirectoryHandle,
}

/// An open file, locked against other writers. Closed on drop.
#[derive(Debug)]
pub struct FileWriter {
    handle: FileSystemSyncAccessHandle,
}

/// The browser's space, used and available.
pub async fn space() -> Result<Space> {
    let storage = storage()?;
    let estimate = storage.estimate().map_err(|error| failure(&error, 0))?;
    let estimate: StorageEstimate =
        JsFuture::from(estimate).await.map_err(|error| failure(&error, 0))?.unchecked_into();
    let is_persistent = match storage.persisted() {
        Ok(answer) => JsFuture::from(answer).await.is_ok_and(|answer| answer.is_truthy()),
        Err(_) => false,
    };
    let bytes = |value: Option<f64>| value.unwrap_or_default() as u64;
    Ok(Space {
        used: bytes(estimate.get_usage()),
        quota: bytes(estimate.get_quota()),
        is_persistent,
    })
}

/// The folders' names.
pub async fn names() -> Result<Vec<String>> {
    let Some(models) = models(false).await? else { return Ok(Vec::new()) };
    keys(models.keys()).await
}

impl ModelDirectory {
    /// The directory of that name, if there is one.
    pub async fn find(name: &str) -> Result<Option<Self>> {
        let Some(models) = models(false).await? else { return Ok(None) };
        Ok(directory(&models, name, false).await?.map(|folder| Self { folder }))
    }

    /// The directory of that name, created if missing.
    pub async fn make(name: &str) -> Result<Self> {
        let gone = || refused("NotFoundError");
        let models = models(true).await?.ok_or_else(gone)?;
        Ok(Self { folder: directory(&models, name, true).await?.ok_or_else(gone)? })
    }

    /// Removes the folder with its content.
    pub async fn remove(name: &str) -> Result<()> {
        let Some(models) = models(false).await? else { return Ok(()) };
        let options = FileSystemRemoveOptions::new();
        options.set_recursive(true);
        match JsFuture::from(models.remove_entry_with_options(name, &options)).await {
            Err(error) if error_name(&error) != "NotFoundError" => Err(failure(&error, 0)),
            _ => Ok(()),
        }
    }

    /// The record; `None` if it cannot be read.
    pub async fn record(&self) -> Option<Record> {
        let file = self.file(RECORD).await?;
        if file.size() > RECORD_LIMIT {
            return None;
        }
        let text = JsFuture::from(file.text()).await.ok()?.as_string()?;
        serde_json::from_str(&text).ok()
    }

    /// The record, for writing; fails with [`LecternError::InUse`] while another tab holds it.
    pub async fn hold_record(&self) -> Result<FileWriter> {
        self.writer(RECORD).await
    }

    /// A file for reading, if it exists.
    pub async fn file(&self, name: &str) -> Option<File> {
        let handle = JsFuture::from(self.folder.get_file_handle(&entry(name))).await.ok()?;
        let file = JsFuture::from(handle.unchecked_into::<FileSystemFileHandle>().get_file()).await;
        file.ok()?.dyn_into().ok()
    }

    /// A file for writing, created if missing.
    pub async fn writer(&self, name: &str) -> Result<FileWriter> {
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let file = self.folder.get_file_handle_with_options(&entry(name), &options);
        let file = JsFuture::from(file).await.map_err(|error| failure(&error, 0))?;
        // Older browsers have the files, but not this way to write them.
        if !Reflect::has(&file, &"createSyncAccessHandle".into()).unwrap_or_default() {
            return Err(no_storage(NoStorageReason::NotWritable));
        }
        let handle = file.unchecked_into::<FileSystemFileHandle>().create_sync_access_handle();
        let handle = JsFuture::from(handle).await.map_err(|error| failure(&error, 0))?;
        Ok(FileWriter { handle: handle.unchecked_into() })
    }

    /// Removes one file.
    pub async fn remove_file(&self, name: &str) {
        let _ = JsFuture::from(self.folder.remove_entry(&entry(name))).await;
    }
}

impl FileWriter {
    /// Number of bytes in the file.
    pub fn length(&self) -> Result<u64> {
        self.handle.get_size().map(|size| size as u64).map_err(|error| failure(&error, 0))
    }

    /// Truncates the file to that many bytes.
    pub fn truncate(&self, bytes: u64) -> Result<()> {
        self.handle.truncate_with_f64(bytes as f64).map_err(|error| failure(&error, 0))
    }

    /// Appends bytes.
    pub fn append(&self, bytes: &[u8]) -> Result<()> {
        let before = self.length()?;
        let written = self.write_at(before, bytes);
        if written.is_err() {
            // A failed write may have written some bytes.
            let _ = self.truncate(before);
        }
        written
    }

    /// Replaces the content.
    pub fn replace(&self, bytes: &[u8]) -> Result<()> {
        self.truncate(0)?;
        self.write_at(0, bytes)?;
        self.flush()
    }

    /// Flushes all writes to the disk.
    pub fn flush(&self) -> Result<()> {
        self.handle.flush().map_err(|error| failure(&error, 0))
    }

    fn write_at(&self, start: u64, bytes: &[u8]) -> Result<()> {
        let needed = bytes.len() as u64;
        let mut done = 0;
        while done < bytes.len() {
            let rest = &bytes[done..];
            let written = self
                .handle
                .write_with_u8_array_and_options(rest, &at(start + done as u64))
                .map_err(|error| failure(&error, needed))?;
            // A full disk without an error; Chromium, in private windows, returns its error code as a count.
            if written < 1.0 || written > rest.len() as f64 {
                return Err(LecternError::Quota { needed });
            }
            done += written as usize;
        }
        Ok(())
    }
}

impl Drop for FileWriter {
    fn drop(&mut self) {
        self.handle.close();
    }
}

fn at(start: u64) -> FileSystemReadWriteOptions {
    let options = FileSystemReadWriteOptions::new();
    options.set_at_f64(start as f64);
    options
}

/// The storage of the browser, which only secure pages have.
fn storage() -> Result<StorageManager> {
    let storage = scope().navigator().storage();
    let is_there = !storage.is_undefined();
    is_there.then_some(storage).ok_or_else(|| no_storage(NoStorageReason::NotSecure))
}

fn no_storage(reason: NoStorageReason) -> LecternError {
    LecternError::NoStorage { reason }
}

fn refused(error: &str) -> LecternError {
    no_storage(NoStorageReason::Refused { detail: error.to_owned() })
}

async fn models(is_made: bool) -> Result<Option<FileSystemDirectoryHandle>> {
    let root = JsFuture::from(storage()?.get_directory()).await;
    let root = root.map_err(|error| failure(&error, 0))?;
    directory(&root.unchecked_into(), MODELS, is_made).await
}

async fn directory(
    parent: &FileSystemDirectoryHandle,
    name: &str,
    is_made: bool,
) -> Result<Option<FileSystemDirectoryHandle>> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(is_made);
    match JsFuture::from(parent.get_directory_handle_with_options(name, &options)).await {
        Ok(folder) => Ok(Some(folder.unchecked_into())),
        Err(error) if error_name(&error) == "NotFoundError" => Ok(None),
        Err(error) => Err(failure(&error, 0)),
    }
}

async fn keys(iterator: AsyncIterator) -> Result<Vec<String>> {
    let mut keys = Vec::new();
    loop {
        let next = iterator.next().map_err(|error| failure(&error, 0))?;
        let next = JsFuture::from(next).await.map_err(|error| failure(&error, 0))?;
        let get = |name: &str| Reflect::get(&next, &name.into()).unwrap_or_default();
        if get("done").is_truthy() {
            return Ok(keys);
        }
        keys.extend(get("value").as_string());
    }
}

/// A file's name in a folder without subfolders.
fn entry(name: &str) -> String {
    name.replace('%', "%25").replace('/', "%2F")
}

fn scope() -> WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn error_name(error: &JsValue) -> String {
    let name = Reflect::get(error, &"name".into()).ok();
    name.and_then(|name| name.as_string()).unwrap_or_default()
}

/// The error for a refusal of the browser.
fn failure(error: &JsValue, needed: u64) -> LecternError {
    match error_name(error).as_str() {
        "QuotaExceededError" => LecternError::Quota { needed },
        "NoModificationAllowedError" => LecternError::InUse,
        name => refused(name),
    }
}
