//! A streaming reader of GGUF files: it holds the header until that is complete, then never more than a chunk of
//! values or a row.

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

/// A receiver of a GGUF file: its header, then its tensors.
pub trait GgufSink: TensorSink {
    /// Takes the header, before any tensor. It is called once, also for a model of several shards.
    fn header(&mut self, header: GgufHeader) -> Result<()>;
}

/// A parser of a GGUF file that is fed in chunks of any size.
#[derive(Debug)]
pub struct GgufStream {
    file: String,
    /// The length of the whole file, if it is known.
    length: Option<u64>,
    received: u64,
    /// The file's beginning, until the header in it is complete.
    head: Vec<u8>,
    /// The length of `head` at which to parse it again.
    retry_at: u64,
    body: Option<Body>,
}

impl GgufStream {
    /// A parser for the file of that name; `length` is the whole file's, if it is known.
    pub fn new(file: &str, length: Option<u64>) -> Self {
        let (file, head) = (file.to_owned(), Vec::new());
        Self { file, length, received: 0, head, retry_at: 0, body: None }
    }

    /// Parses the next bytes of the file. After an error the rest of the file cannot be parsed.
    pub fn feed(&mut self, bytes: &[u8], sink: &mut dyn GgufSink) -> Result<()> {
        self.received += bytes.len() as u64;
        if let Some(body) = &mut self.body {
            return body.feed(bytes, sink);
        }
        self.head.extend_from_slice(bytes);
        if (self.head.len() as u64) < self.retry_at {
            return Ok(());
        }
        match self.open(sink)? {
            None => Ok(()),
            // The length doubles between attempts, so that a header in tiny chunks is not parsed for each of them.
            Some(needed) => {
                let twice = (2 * self.head.len() as u64).min(self.length.unwrap_or(u64::MAX));
                self.retry_at = needed.max(twice);
                Ok(())
            }
        }
    }

    /// Ends the file: an error if it is not complete.
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

    /// Parses the header; if it is not complete, returns the least length that it needs.
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
    /// Tensors that have not begun.
    tensors: std::vec::IntoIter<Located>,
    current: Option<Current>,
    /// The offset of the data in the file.
    data: u64,
    /// The offset of the next byte in the file.
    position: u64,
    /// The offset of the last tensor's end in the file.
    end: u64,
    chunk: Vec<f32>,
}

impl Body {
    fn new(tensors: Vec<Located>, data: u64, position: u64) -> Self {
        // A file without tensors is complete after the header.
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
                // There is padding between tensors.
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
            let available = tensor.left.min(bytes.len() as u64);
            let (taken, rest) = bytes.split_at(available as usize);
            tensor.take(taken, &mut self.chunk, sink)?;
            self.position += available;
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
