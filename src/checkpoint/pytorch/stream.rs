//! A file of `torch.save`, read while it arrives: its pickle first, then never more than a chunk of values, and
//! where tensors share their elements those of them.

use super::{legacy::Legacy, zip::Zip};
use crate::{
    checkpoint::{TensorSink, looks_like},
    error::{BadFileReason, LecternError, PytorchReason, Result},
};

/// What a zip archive begins with.
const ZIP: &[u8; 4] = b"PK\x03\x04";
/// What pickles begin with: the opcode of the protocol, and in protocols 0 and 1 a mark or a global.
const PICKLES: [u8; 3] = [0x80, b'(', b'c'];
/// Of what is neither, so many bytes say what it is.
const TELLING: usize = 16;

/// Parses a file of PyTorch's, `pytorch_model.bin`, that is pushed into it in pieces of any size.
#[derive(Debug)]
pub struct PytorchStream {
    file: String,
    /// Of the whole file, where it is known.
    length: Option<u64>,
    received: u64,
    /// Bytes that mean something only with those to come.
    held: Vec<u8>,
    container: Option<Container>,
}

/// How the pickle and the storages are packed.
#[derive(Debug)]
enum Container {
    Zip(Box<Zip>),
    Legacy(Box<Legacy>),
}

impl PytorchStream {
    /// For the file of that name; `length` is the whole file's, where it is known.
    pub fn new(file: &str, length: Option<u64>) -> Self {
        let (file, held) = (file.to_owned(), Vec::new());
        Self { file, length, received: 0, held, container: None }
    }

    /// The next bytes of the file. After an error the rest of the file cannot be parsed.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`] where its pickle asks for anything but data, or a tensor that is wanted
    /// has no floats; [`LecternError::BadFile`] where it is no such file; those of the sink.
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

    /// No more bytes come.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] where the file is not complete.
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

    /// Takes what is complete; gives back how many bytes that are.
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

    /// Which kind of file it is, by its first bytes; none where they are too few.
    fn recognize(&self, bytes: &[u8]) -> Result<Option<Container>> {
        if bytes.starts_with(ZIP) {
            return Ok(Some(Container::Zip(Box::new(Zip::new(&self.file)))));
        }
        if bytes.first().is_some_and(|first| PICKLES.contains(first)) {
            return Ok(Some(Container::Legacy(Box::new(Legacy::new(&self.file)))));
        }
        if bytes.len() < TELLING {
            return Ok(None);
        }
        let neither = || PytorchReason::NeitherZipNorPickle.into();
        Err(self.bad(looks_like(bytes).unwrap_or_else(neither)))
    }
}
