//! The format before PyTorch 1.6: pickles one after the other, then the storages.

use std::rc::Rc;

use super::{state_dict::state_dict, storages::Storages, unpickler::Unpickler, value::Value};
use crate::{
    checkpoint::TensorSink,
    error::{BadFileReason, LecternError, PytorchReason, Result},
};

/// The number of the format, the only one there was.
const PROTOCOL: i64 = 1001;
/// A storage's number of elements.
const COUNT_BYTES: usize = 8;

/// Where the reader is.
#[derive(Debug)]
enum Part {
    Magic(Unpickler),
    Protocol(Unpickler),
    /// Byte order and sizes of the machine. Storages are little-endian whatever it says.
    Machine(Unpickler),
    StateDict(Unpickler),
    Keys(Unpickler),
    /// The number of a storage's elements comes next, for the first of the keys.
    Count,
    Storage,
    End,
}

/// Reads a file of that format.
#[derive(Debug)]
pub(super) struct Legacy {
    file: String,
    part: Part,
    storages: Option<Storages>,
    /// Of the storages that have not come.
    keys: std::vec::IntoIter<Rc<str>>,
}

impl Legacy {
    /// For the file of that name.
    pub fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            part: Part::Magic(Unpickler::new(file)),
            storages: None,
            keys: Vec::new().into_iter(),
        }
    }

    /// Has everything come?
    pub fn is_finished(&self) -> bool {
        matches!(self.part, Part::End)
    }

    /// Takes the next part that is complete, or bytes of a storage; none where more bytes are needed.
    pub fn step(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<Option<usize>> {
        let used = match &mut self.part {
            Part::Magic(pickle)
            | Part::Protocol(pickle)
            | Part::Machine(pickle)
            | Part::StateDict(pickle)
            | Part::Keys(pickle) => {
                let used = pickle.run(bytes)?;
                if !pickle.is_finished() {
                    return Ok((used > 0).then_some(used));
                }
                used
            }
            Part::Count => return self.count(bytes),
            Part::Storage => {
                let Some(storages) = &mut self.storages else { return Ok(None) };
                let rest = storages.take(bytes, sink)?;
                if storages.missing() == 0 {
                    self.next_storage()?;
                } else if bytes.is_empty() {
                    return Ok(None);
                }
                return Ok(Some(bytes.len() - rest.len()));
            }
            Part::End if bytes.is_empty() => return Ok(None),
            Part::End => {
                return Err(LecternError::bad_file(&self.file, BadFileReason::TrailingData));
            }
        };
        self.next_pickle(sink)?;
        Ok(Some(used))
    }

    /// A pickle is complete: look at it, and begin what comes after it.
    fn next_pickle(&mut self, sink: &mut dyn TensorSink) -> Result<()> {
        let fresh = || Unpickler::new(&self.file);
        let bad = |reason: PytorchReason| Err(LecternError::bad_file(&self.file, reason));
        self.part = match std::mem::replace(&mut self.part, Part::End) {
            Part::Magic(pickle) => match pickle.into_result() {
                Some((Value::Magic, _)) => Part::Protocol(fresh()),
                _ => return bad(PytorchReason::NotFromTorch),
            },
            Part::Protocol(pickle) => match pickle.into_result() {
                Some((Value::Int(PROTOCOL), _)) => Part::Machine(fresh()),
                _ => return bad(PytorchReason::UnknownFormat),
            },
            Part::Machine(_) => Part::StateDict(fresh()),
            Part::StateDict(pickle) => {
                if let Some((result, heap)) = pickle.into_result() {
                    let tensors = state_dict(&heap, result).map_err(|reason| self.bad(reason))?;
                    let mut storages = Storages::new(&self.file, &heap, tensors)?;
                    storages.begin(sink)?;
                    self.storages = Some(storages);
                }
                Part::Keys(fresh())
            }
            Part::Keys(pickle) => {
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

    /// A storage is complete, or the list of them: the next one, or the end.
    fn next_storage(&mut self) -> Result<()> {
        if !self.keys.as_slice().is_empty() {
            self.part = Part::Count;
            return Ok(());
        }
        self.part = Part::End;
        self.storages.as_ref().map_or(Ok(()), Storages::finish)
    }

    /// The number of a storage's elements, which must be the one that the state dict has for it.
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
        self.part = Part::Storage;
        Ok(Some(COUNT_BYTES))
    }

    fn bad(&self, reason: PytorchReason) -> LecternError {
        LecternError::bad_file(&self.file, reason)
    }
}
