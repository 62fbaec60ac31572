//! A streaming reader of files of `torch.save`: it holds the pickle, then a chunk of values, and the elements that
//! several tensors share.

use super::{legacy::Legacy, zip::Zip};
use crate::{
    checkpoint::{TensorSink, looks_like},
    error::{BadFileReason, LecternError, PytorchReason, Result},
};

/// The magic bytes of a zip archive.
const ZIP: &[u8; 4] = b"PK\x03\x04";
/// First bytes of pickles: the opcode of the protocol, and in protocols 0 and 1 a mark or a global.
const PICKLES: [u8; 3] = [0x80, b'(', b'c'];
/// The number of bytes that identify any other type of file.
const IDENTIFYING: usize = 16;

/// A parser of a PyTorch file, `pytorch_model.bin`, that is fed in chunks of any size.
#[derive(Debug)]
pub struct PytorchStream {
    file: String,
    /// The length of the whole file, if it is known.
    length: Option<u64>,
    received: u64,
    /// Bytes of an incomplete section.
    held: Vec<u8>,
    container: Option<Container>,
}

/// The container of the pickle and the storages.
#[derive(Debug)]
enum Container {
    Zip(Box<Zip>),
    Legacy(Box<Legacy>),
}

impl PytorchStream {
    /// A parser for the file of that name; `length` is the whole file's, if it is known.
    pub fn new(file: &str, length: Option<u64>) -> Self {
        let (file, held) = (file.to_owned(), Vec::new());
        Self { file, length, received: 0, held, container: None }
    }

    /// Parses the next bytes of the file. After an error the rest of the file cannot be parsed.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`] if the pickle uses anything but data, or the sink takes a tensor that is not
    /// of floats; [`LecternError::BadFile`] if it is not such a file; those of the sink.
    pub fn feed(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<()> {
        self.received += bytes.len() as u64;
        if self.held.is_empty() {
            let used = self.parse(bytes, sink)?;
            self.held.extend_from_slice(&bytes[used..]);
            return Ok(());
        }
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(bytes);
        let used = self.parse(&held, sink)?;
        held.drain(..used);
        self.held = held;
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if the file is not complete.
    pub fn finish(self) -> Result<()> {
        let is_finished = match &self.container {
            Some(Container::Zip(zip)) => zip.is_finished(),
            Some(Container::Legacy(legacy)) => legacy.is_finished(),
            None => false,
        };
        if is_finished {
            return Ok(());
        }
        if let (None, Some(what)) = (&self.container, looks_like(&self.held)) {
            return Err(self.bad(what));
        }
        let received = self.received;
        Err(self.bad(match self.length.map(|length| length.saturating_sub(received)) {
            Some(missing @ 1..) => BadFileReason::Truncated { received, missing },
            _ => BadFileReason::Incomplete { received },
        }))
    }

    fn bad(&self, reason: BadFileReason) -> LecternError {
        LecternError::bad_file(&self.file, reason)
    }

    /// Takes complete sections, and returns their number of bytes.
    fn parse(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<usize> {
        let container = match &mut self.container {
            Some(container) => container,
            None => {
                let Some(opened) = self.recognize(bytes)? else { return Ok(0) };
                self.container.insert(opened)
            }
        };
        let mut used = 0;
        loop {
            let step = match container {
                Container::Zip(zip) => zip.step(&bytes[used..], sink)?,
                Container::Legacy(legacy) => legacy.step(&bytes[used..], sink)?,
            };
            match step {
                Some(taken) => used += taken,
                None => return Ok(used),
            }
        }
    }

    /// The container by the file's first bytes; `None` if they are too few.
    fn recognize(&self, bytes: &[u8]) -> Result<Option<Container>> {
        if bytes.starts_with(ZIP) {
            return Ok(Some(Container::Zip(Box::new(Zip::new(&self.file)))));
        }
        if bytes.first().is_some_and(|first| PICKLES.contains(first)) {
            return Ok(Some(Container::Legacy(Box::new(Legacy::new(&self.file)))));
        }
        if bytes.len() < IDENTIFYING {
            return Ok(None);
        }
        let neither = || PytorchReason::NeitherZipNorPickle.into();
        Err(self.bad(looks_like(bytes).unwrap_or_else(neither)))
    }
}
