//! A model that is stored while it is read from the network: what arrives is written, and what is stored is not
//! requested again.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use async_trait::async_trait;
use js_sys::Date;
use sha2::{Digest, Sha256};

use super::{
    opfs::{FileWriter, ModelDirectory},
    record::{FileRecord, Record, hex, key},
    turn::{Turn, turn},
};
use crate::{
    checkpoint::{Folder, PieceSink},
    error::{BadFileReason, LecternError, Result},
    library::{
        FileFolder, HttpFolder,
        files::{CHUNK, read_chunk},
        resume::Download,
    },
    progress::{CancelToken, Transfer},
};

/// The condition under which a stored model is read from storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Always: the content of its address does not change as a rule.
    Always,
    /// Unless the server has another version by now.
    Unchanged,
}

/// A model, and the storage of its files.
pub struct Opened {
    /// The folder to read it from.
    pub folder: Rc<dyn Folder>,
    key: String,
    /// The writer of its files, if any are to be written.
    keeping: Option<Rc<KeepingFolder>>,
    /// The reason if it is not stored.
    refusal: Option<LecternError>,
    _turn: Turn,
}

impl Opened {
    /// Ends the reading: the files read so far are all of the model. Returns the reason if it could not be stored.
    pub async fn finish(self) -> Option<LecternError> {
        if let Some(error) = self.keeping.as_ref().and_then(|keeping| keeping.finish().err()) {
            // An incomplete model takes space, and is of no use once the model is loaded.
            self.discard().await;
            return Some(error);
        }
        self.refusal
    }

    /// Removes the stored files, which are of no use.
    pub async fn discard(self) {
        let Self { folder, keeping, key, _turn, .. } = self;
        // These hold the directory.
        drop((folder, keeping));
        // Another tab may be writing by now: then the files belong to it.
        let _ = ModelDirectory::remove(&key).await;
    }

    /// Whether nothing of the model is stored and nothing arrived.
    pub fn is_empty(&self) -> bool {
        let nothing = |keeping: &Rc<KeepingFolder>| keeping.record.borrow().present().count() == 0;
        self.keeping.as_ref().is_some_and(nothing)
    }

    /// The name of its directory.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// The model at `http`, with the source as typed by a person: from storage if it is stored. If it cannot be stored it
/// fails with `is_strict`, and is only read without.
///
/// # Errors
/// [`LecternError::Cancelled`]; with `is_strict` those of the storage.
pub async fn open(
    source: &str,
    http: HttpFolder,
    when: When,
    is_strict: bool,
    cancel: &CancelToken,
) -> Result<Opened> {
    let key = key(&http.identity());
    let turn = turn(&key, cancel).await?;
    match prepare(&key, source, &http, when, is_strict, cancel).await {
        Ok((folder, keeping)) => Ok(Opened { folder, key, keeping, refusal: None, _turn: turn }),
        Err(error) if is_strict || error == LecternError::Cancelled => Err(error),
        Err(error) => {
            let folder = Rc::new(http);
            Ok(Opened { folder, key, keeping: None, refusal: Some(error), _turn: turn })
        }
    }
}

type Prepared = (Rc<dyn Folder>, Option<Rc<KeepingFolder>>);

async fn prepare(
    key: &str,
    source: &str,
    http: &HttpFolder,
    when: When,
    is_strict: bool,
    cancel: &CancelToken,
) -> Result<Prepared> {
    let mut record = None;
    if let Some(directory) = ModelDirectory::find(key).await? {
        record = directory.record().await;
        let is_current = match &record {
            Some(record) if record.is_complete && when == When::Always => true,
            Some(record) => cancel.unless_cancelled(is_unchanged(http, record)).await?,
            None => false,
        };
        if let Some(record) = record.as_ref().filter(|record| is_current && record.is_complete)
            && let Some(folder) = whole(&directory, record).await
        {
            return Ok((Rc::new(folder), None));
        }
        if !is_current || record.as_ref().is_some_and(|record| record.is_complete) {
            // Damaged, or of an older version, which must not be mixed with the new one.
            record = None;
            ModelDirectory::remove(key).await?;
        }
    }
    let directory = ModelDirectory::make(key).await?;
    let held = directory.hold_record().await?;
    // Another tab may have written to it meanwhile.
    let record = match record {
        Some(_) => directory.record().await,
        None => None,
    };
    let new = || Record::new(http.name(), source, http.identity());
    let folder = Rc::new(KeepingFolder {
        http: http.clone(),
        directory,
        record: RefCell::new(record.unwrap_or_else(new)),
        held,
        is_strict,
        is_keeping: Cell::new(true),
        refusal: RefCell::new(None),
    });
    folder.write_down()?;
    Ok((Rc::clone(&folder) as Rc<dyn Folder>, Some(folder)))
}

/// The files of a complete model; `None` if one of them is missing, or has another length.
async fn whole(directory: &ModelDirectory, record: &Record) -> Option<FileFolder> {
    let mut files = Vec::new();
    for (name, known) in record.present() {
        let file = directory.file(name).await?;
        if known.bytes != Some(file.size() as u64) {
            return None;
        }
        files.push((name.to_owned(), file));
    }
    Some(FileFolder::named(&record.name, files))
}

/// Whether the server still has the same files; true without a network.
async fn is_unchanged(http: &HttpFolder, record: &Record) -> bool {
    for (name, known) in record.present() {
        match http.look(name).await {
            None => return true,
            Some(answer) if !known.is_still(&answer) => return false,
            Some(_) => (),
        }
    }
    true
}

/// A model that is being stored. While this lives, no other tab writes to the model's directory.
struct KeepingFolder {
    http: HttpFolder,
    directory: ModelDirectory,
    record: RefCell<Record>,
    held: FileWriter,
    /// Whether it is read only to be stored.
    is_strict: bool,
    /// Whether files are written; false once the space ran out, while the model is still read.
    is_keeping: Cell<bool>,
    refusal: RefCell<Option<LecternError>>,
}

impl KeepingFolder {
    fn finish(&self) -> Result<()> {
        if let Some(error) = self.refusal.borrow_mut().take() {
            return Err(error);
        }
        self.record.borrow_mut().is_complete = true;
        self.write_down()
    }

    fn write_down(&self) -> Result<()> {
        let mut record = self.record.borrow_mut();
        record.date = Date::now();
        self.held.replace(&record.to_json()?)
    }

    fn note(&self, file: &str, change: impl FnOnce(&mut FileRecord)) {
        change(self.record.borrow_mut().files.entry(file.into()).or_default());
        // A file that is not recorded is fetched again another time.
        let _ = self.write_down();
    }

    fn forget(&self, file: &str) {
        self.record.borrow_mut().files.remove(file);
        let _ = self.write_down();
    }

    /// Handles a failed write: an error for a model that is read only to be stored; others are read on without storing.
    fn refuse(&self, error: LecternError) -> Result<()> {
        self.is_keeping.set(false);
        if self.is_strict {
            return Err(error);
        }
        self.refusal.borrow_mut().get_or_insert(error);
        Ok(())
    }

    /// Passes the file to `sink`, the stored bytes first.
    async fn bring(&self, file: &str, transfer: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        let known = self.record.borrow().files.get(file).cloned().unwrap_or_default();
        if known.is_missing {
            return Ok(false);
        }
        let mut hash = Sha256::new();
        let here = self.feed(file, &known, transfer, &mut hash, sink).await?;
        if known.bytes != Some(here) {
            let writer = self.writer(file, here).await?;
            let url = self.http.address(file);
            let mut download = Download::resumed(file, &url, here, known.bytes, known.etag.clone());
            let mut on_head = |download: &Download| {
                let announced = download.announced();
                let etag = download.etag().map(str::to_owned);
                self.note(file, |it| {
                    (it.bytes, it.announced, it.etag) = (announced, announced, etag);
                });
            };
            let mut tee = |bytes: &[u8], total: Option<u64>| {
                hash.update(bytes);
                if let Some(writer) = writer.as_ref().filter(|_| self.is_keeping.get())
                    && let Err(error) = writer.append(bytes)
                {
                    self.refuse(error)?;
                }
                sink(bytes, total)
            };
            if !self.http.bring(&mut download, transfer, &mut on_head, &mut tee).await? {
                drop(writer);
                self.directory.remove_file(file).await;
                match self.http.is_excused(file) {
                    // The server may give it another time.
                    true => self.forget(file),
                    false => self.note(file, |it| it.is_missing = true),
                }
                return Ok(false);
            }
            if let Some(writer) = writer.filter(|_| self.is_keeping.get()) {
                // The model has the whole file by now, with or without the copy.
                match writer.flush().and_then(|()| writer.length()) {
                    Ok(bytes) => self.note(file, |it| it.bytes = Some(bytes)),
                    Err(error) => self.refuse(error)?,
                }
            }
        }
        let sha256 = hex(&hash.finalize());
        if known.sha256.as_ref().is_some_and(|before| *before != sha256) {
            return Err(LecternError::bad_file(file, BadFileReason::ChangedSinceKept));
        }
        self.note(file, |it| it.sha256 = Some(sha256));
        Ok(true)
    }

    /// Passes the stored bytes of a file to `sink`; returns their number.
    async fn feed(
        &self,
        file: &str,
        known: &FileRecord,
        transfer: &Transfer,
        hash: &mut Sha256,
        sink: PieceSink<'_>,
    ) -> Result<u64> {
        // A file without a known length cannot be checked for completeness.
        let (Some(total), Some(found)) = (known.bytes, self.directory.file(file).await) else {
            return Ok(0);
        };
        let here = found.size() as u64;
        if here > total {
            return Ok(0);
        }
        // Until the whole file was received its length is only announced.
        let length = known.sha256.as_ref().and(known.bytes);
        transfer.announce(known.bytes);
        let mut start = 0;
        while start < here {
            transfer.cancel.check()?;
            let end = here.min(start + CHUNK);
            let bytes = read_chunk(file, &found, start, end).await?;
            hash.update(&bytes);
            sink(&bytes, length)?;
            start = end;
        }
        transfer.announce(None);
        Ok(here)
    }

    /// The writer of a file of which `here` bytes are valid; `None` if nothing is stored any more.
    async fn writer(&self, file: &str, here: u64) -> Result<Option<FileWriter>> {
        if !self.is_keeping.get() {
            return Ok(None);
        }
        let writer = self.directory.writer(file).await;
        match writer.and_then(|writer| writer.truncate(here).map(|()| writer)) {
            Ok(writer) => Ok(Some(writer)),
            Err(error) => self.refuse(error).map(|()| None),
        }
    }
}

#[async_trait(?Send)]
impl Folder for KeepingFolder {
    fn name(&self) -> &str {
        self.http.name()
    }

    async fn stream(&self, file: &str, transfer: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        self.bring(file, transfer, sink).await
    }

    fn list(&self) -> Option<Vec<String>> {
        self.http.list()
    }
}
