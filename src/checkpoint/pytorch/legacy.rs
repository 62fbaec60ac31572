//! A reader of the format before PyTorch 1.6: a sequence of pickles, then the storages.

use std::rc::Rc;

use super::{state_dict::state_dict, storages::Storages, unpickler::Unpickler, value::Value};
use crate::{
    checkpoint::TensorSink,
    error::{BadFileReason, LecternError, PytorchReason, Result},
};

/// The only version of the format.
const PROTOCOL: i64 = 1001;
/// Bytes of a storage's element count.
const COUNT_BYTES: usize = 8;

/// The state of the reader: the section that it is in.
#[derive(Debug)]
enum Section {
    Magic(Unpickler),
    Protocol(Unpickler),
    /// Byte order and integer sizes of the machine. Storages are little-endian anyway.
    Machine(Unpickler),
    StateDict(Unpickler),
    Keys(Unpickler),
    /// The element count of the storage with the next key.
    Count,
    Storage,
    End,
}

/// A reader of that format.
#[derive(Debug)]
pub(super) struct Legacy {
    file: String,
    section: Section,
    storages: Option<Storages>,
    /// The keys of the storages to come.
    keys: std::vec::IntoIter<Rc<str>>,
}

impl Legacy {
    /// A reader for the file of that name.
    pub fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            section: Section::Magic(Unpickler::new(file)),
            storages: None,
            keys: Vec::new().into_iter(),
        }
    }

    /// Whether the file is complete.
    pub fn is_finished(&self) -> bool {
        matches!(self.section, Section::End)
    }

    /// Takes the next complete section, or bytes of a storage, and returns their count; `None` if more are needed.
    pub fn step(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<Option<usize>> {
        let used = match &mut self.section {
            Section::Magic(pickle)
            | Section::Protocol(pickle)
            | Section::Machine(pickle)
            | Section::StateDict(pickle)
            | Section::Keys(pickle) => {
                let used = pickle.run(bytes)?;
                if !pickle.is_finished() {
                    return Ok((used > 0).then_some(used));
                }
                used
            }
            Section::Count => return self.count(bytes),
            Section::Storage => {
                let Some(storages) = &mut self.storages else { return Ok(None) };
                let rest = storages.take(bytes, sink)?;
                if storages.missing() == 0 {
                    self.next_storage()?;
                } else if bytes.is_empty() {
                    return Ok(None);
                }
                return Ok(Some(bytes.len() - rest.len()));
            }
            Section::End if bytes.is_empty() => return Ok(None),
            Section::End => {
                return Err(LecternError::bad_file(&self.file, BadFileReason::TrailingData));
            }
        };
        self.next_pickle(sink)?;
        Ok(Some(used))
    }

    /// Checks a complete pickle, and goes to the next section.
    fn next_pickle(&mut self, sink: &mut dyn TensorSink) -> Result<()> {
        let next = || Unpickler::new(&self.file);
        let bad = |reason: PytorchReason| Err(LecternError::bad_file(&self.file, reason));
        self.section = match std::mem::replace(&mut self.section, Section::End) {
            Section::Magic(pickle) => match pickle.into_result() {
                Some((Value::Magic, _)) => Section::Protocol(next()),
                _ => return bad(PytorchReason::NotFromTorch),
            },
            Section::Protocol(pickle) => match pickle.into_result() {
                Some((Value::Int(PROTOCOL), _)) => Section::Machine(next()),
                _ => return bad(PytorchReason::UnknownFormat),
            },
            Section::Machine(_) => Section::StateDict(next()),
            Section::StateDict(pickle) => {
                if let Some((result, heap)) = pickle.into_result() {
                    let tensors = state_dict(&heap, result).map_err(|reason| self.bad(reason))?;
                    let mut storages = Storages::new(&self.file, &heap, tensors)?;
                    storages.begin(sink)?;
                    self.storages = Some(storages);
                }
                Section::Keys(next())
            }
            Section::Keys(pickle) => {
                let keys = pickle.into_result().and_then(|(keys, heap)| {
                    let keys = heap.as_sequence(keys)?.iter();
                    keys.map(|key| heap.as_text(*key).cloned()).collect::<Option<Vec<_>>>()
                });
                let Some(keys) = keys else { return bad(PytorchReason::StorageList) };
                self.keys = keys.into_iter();
                return self.next_storage();
            }
            other => other,
        };
        Ok(())
    }

    /// Goes to the next storage, or the end.
    fn next_storage(&mut self) -> Result<()> {
        if !self.keys.as_slice().is_empty() {
            self.section = Section::Count;
            return Ok(());
        }
        self.section = Section::End;
        self.storages.as_ref().map_or(Ok(()), Storages::finish)
    }

    /// Reads a storage's element count, which must be the one of the state dict.
    fn count(&mut self, bytes: &[u8]) -> Result<Option<usize>> {
        let (Some(&count), Some(storages)) = (bytes.first_chunk(), &mut self.storages) else {
            return Ok(None);
        };
        let Some(key) = self.keys.next() else { return Ok(None) };
        let count = i64::from_le_bytes(count);
        storages.open(&key)?;
        let expected = storages.elements(&key).unwrap_or(0);
        if u64::try_from(count) != Ok(expected) {
            let key = key.to_string();
            let reason = PytorchReason::StorageElements { key, found: count, expected };
            return Err(self.bad(reason));
        }
        self.section = Section::Storage;
        Ok(Some(COUNT_BYTES))
    }

    fn bad(&self, reason: PytorchReason) -> LecternError {
        LecternError::bad_file(&self.file, reason)
    }
}
