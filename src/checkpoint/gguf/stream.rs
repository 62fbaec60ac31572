//! A GGUF file, read while it arrives: its header is held until it is complete, then never more than a chunk
//! of values or a row.

use super::{
    header::{GgufHeader, Parsed, parse},
    parser::Stop,
    tensors::Located,
};
use crate::{
    checkpoint::{
        TensorSink,
        tensor_bytes::{Current, Factors},
    },
    error::{BadFileReason, LecternError, Result},
};

/// Takes a GGUF file: what it says of itself, then its tensors.
pub trait GgufSink: TensorSink {
    /// The header, before any tensor. It comes once, for a model in several files too.
    fn header(&mut self, header: GgufHeader) -> Result<()>;
}

/// Parses a GGUF file that is pushed into it in pieces of any size.
#[derive(Debug)]
pub struct GgufStream {
    file: String,
    /// Of the whole file, where it is known.
    length: Option<u64>,
    received: u64,
    /// The file's beginning, until the header in it is complete.
    head: Vec<u8>,
    /// How many bytes of it are worth another look.
    wanted: u64,
    body: Option<Body>,
}

impl GgufStream {
    /// For the file of that name; `length` is the whole file's, where it is known.
    pub fn new(file: &str, length: Option<u64>) -> Self {
        let (file, head) = (file.to_owned(), Vec::new());
        Self { file, length, received: 0, head, wanted: 0, body: None }
    }

    /// The next bytes of the file. After an error the rest of the file cannot be parsed.
    pub fn feed(&mut self, bytes: &[u8], sink: &mut dyn GgufSink) -> Result<()> {
        self.received += bytes.len() as u64;
        if let Some(body) = &mut self.body {
            return body.feed(bytes, sink);
        }
        self.head.extend_from_slice(bytes);
        if (self.head.len() as u64) < self.wanted {
            return Ok(());
        }
        match self.open(sink)? {
            None => Ok(()),
            // A header that grows by bytes must not be looked at for each of them.
            Some(needed) => {
                let twice = (2 * self.head.len() as u64).min(self.length.unwrap_or(u64::MAX));
                self.wanted = needed.max(twice);
                Ok(())
            }
        }
    }

    /// No more bytes come. An error where the file is not complete.
    pub fn finish(mut self, sink: &mut dyn GgufSink) -> Result<()> {
        if self.body.is_none()
            && let Some(needed) = self.open(sink)?
        {
            let missing = needed.max(self.length.unwrap_or(0)).saturating_sub(self.received);
            let reason = BadFileReason::TruncatedHeader { received: self.received, missing };
            return Err(LecternError::bad_file(self.file, reason));
        }
        match self.body.map_or(0, |body| body.missing()) {
            0 => Ok(()),
            missing => {
                let reason = BadFileReason::Truncated { received: self.received, missing };
                Err(LecternError::bad_file(self.file, reason))
            }
        }
    }

    /// Understand the header; where it is not complete, how many bytes it needs at least.
    fn open(&mut self, sink: &mut dyn GgufSink) -> Result<Option<u64>> {
        let Parsed { header, located, data, end } = match parse(&self.file, &self.head, self.length)
        {
            Ok(parsed) => parsed,
            Err(Stop::More(needed)) => return Ok(Some(needed)),
            Err(Stop::Bad(error)) => return Err(error),
        };
        let head = std::mem::take(&mut self.head);
        let mut body = Body::new(located, data, end as u64);
        if let Some(length) = self.length.filter(|length| body.end > *length) {
            let reason = BadFileReason::Truncated { received: length, missing: body.end - length };
            return Err(LecternError::bad_file(&self.file, reason));
        }
        sink.header(header)?;
        body.feed(&head[end..], sink)?;
        self.body = Some(body);
        Ok(None)
    }
}

/// The bytes after the header.
#[derive(Debug)]
struct Body {
    /// Those that have not begun.
    tensors: std::vec::IntoIter<Located>,
    current: Option<Current>,
    /// Where the data begins in the file.
    data: u64,
    /// Bytes of the file that were read.
    position: u64,
    /// Where the last tensor ends in the file.
    end: u64,
    chunk: Vec<f32>,
}

impl Body {
    fn new(tensors: Vec<Located>, data: u64, position: u64) -> Self {
        // A file without tensors has nothing to wait for.
        let last = tensors.last().map(|last| last.offset + last.entry.bytes);
        let end = last.map_or(position, |last| data + last);
        let (tensors, chunk) = (tensors.into_iter(), Vec::new());
        Self { tensors, current: None, data, position, end, chunk }
    }

    fn missing(&self) -> u64 {
        self.end.saturating_sub(self.position)
    }

    fn feed(&mut self, mut bytes: &[u8], sink: &mut dyn GgufSink) -> Result<()> {
        let mut none = Factors::new();
        loop {
            if self.current.is_none() {
                let Some(next) = self.tensors.as_slice().first() else { return Ok(()) };
                // Between tensors lies padding.
                let start = self.data + next.offset;
                let skipped = (start - self.position).min(bytes.len() as u64);
                bytes = &bytes[skipped as usize..];
                self.position += skipped;
                if self.position < start {
                    return Ok(());
                }
                if let Some(Located { entry, .. }) = self.tensors.next() {
                    self.current = Some(Current::begin(entry, &mut none, sink)?);
                }
            }
            let Some(tensor) = &mut self.current else { return Ok(()) };
            let piece = tensor.left.min(bytes.len() as u64);
            let (taken, rest) = bytes.split_at(piece as usize);
            tensor.take(taken, &mut self.chunk, sink)?;
            self.position += piece;
            bytes = rest;
            if tensor.left > 0 {
                return Ok(());
            }
            if let Some(tensor) = self.current.take() {
                tensor.end(&mut none, sink)?;
            }
        }
    }
}
