//! A streaming reader of safetensors files: it holds at most one chunk of values, and for a quantized file the factors
//! of matrices to come (see [`super::safetensors_layout`]).
//!
//! The format: 8 bytes with the header's length (little-endian), the header (JSON, see
//! [`super::safetensors_header`]), then the tensors' bytes, one after the other.

use super::{
    TensorHeader, TensorSink,
    safetensors_header::parse_header,
    sniff::looks_like,
    tensor_bytes::{Current, Entry, Factors, Role, fill},
};
use crate::error::{BadFileReason, LecternError, Result};

const LENGTH_BYTES: usize = 8;
/// The format's limit of a header's length in bytes.
const HEADER_LIMIT: u64 = 100_000_000;

/// A parser of a safetensors file that is fed in chunks of any size.
#[derive(Debug)]
pub struct SafetensorsStream {
    file: String,
    /// The length of the whole file, if it is known.
    length: Option<u64>,
    received: u64,
    /// The received bytes of the header, with its length before it.
    head: Vec<u8>,
    body: Option<Body>,
}

impl SafetensorsStream {
    /// A parser for the file of that name; `length` is the whole file's, if it is known.
    pub fn new(file: &str, length: Option<u64>) -> Self {
        Self { file: file.to_owned(), length, received: 0, head: Vec::new(), body: None }
    }

    /// Parses the next bytes of the file. After an error the rest of the file cannot be parsed.
    pub fn feed(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<()> {
        self.received += bytes.len() as u64;
        let mut bytes = bytes;
        if self.body.is_none() {
            bytes = self.feed_head(bytes)?;
            if let Some(body) = &self.body {
                sink.headers(&body.headers())?;
            }
        }
        match &mut self.body {
            Some(body) => body.feed(bytes, sink),
            None => Ok(()),
        }
    }

    /// Ends the file: an error if it is not complete.
    pub fn finish(self) -> Result<()> {
        let missing = match &self.body {
            Some(body) => body.missing(),
            None => match self.head.first_chunk() {
                Some(&length) => {
                    (LENGTH_BYTES as u64 + u64::from_le_bytes(length)).saturating_sub(self.received)
                }
                None => LENGTH_BYTES as u64 - self.received,
            },
        };
        if missing == 0 && self.body.is_some() {
            return Ok(());
        }
        if let Some(what) = looks_like(&self.head) {
            return Err(self.bad(what));
        }
        // Before the header is read, the size of the tensors is known only from the file's length.
        let missing = missing.max(self.length.unwrap_or(0).saturating_sub(self.received));
        let received = self.received;
        Err(self.bad(match &self.body {
            None => BadFileReason::TruncatedHeader { received, missing },
            Some(_) => BadFileReason::Truncated { received, missing },
        }))
    }

    fn bad(&self, reason: BadFileReason) -> LecternError {
        LecternError::bad_file(&self.file, reason)
    }

    /// Takes the header's bytes, and returns the rest.
    fn feed_head<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8]> {
        let bytes = fill(&mut self.head, LENGTH_BYTES, bytes);
        let Some(&length) = self.head.first_chunk() else { return Ok(bytes) };
        let length = u64::from_le_bytes(length);
        let available = self.length.map_or(u64::MAX, |all| all.saturating_sub(LENGTH_BYTES as u64));
        if length > HEADER_LIMIT.min(available) {
            let too_long = BadFileReason::HeaderTooLong { length };
            return Err(self.bad(looks_like(&self.head).unwrap_or(too_long)));
        }
        let complete = LENGTH_BYTES + length as usize;
        let bytes = fill(&mut self.head, complete, bytes);
        let json = &self.head[LENGTH_BYTES..];
        if json.first().is_some_and(|&first| first != b'{') {
            return Err(self.bad(BadFileReason::HeaderNotJson { detail: String::new() }));
        }
        if self.head.len() == complete {
            let entries = parse_header(&self.file, json)?;
            let body = Body::new(&self.file, entries);
            self.check_length(complete as u64, body.missing())?;
            self.head = Vec::new();
            self.body = Some(body);
        }
        Ok(bytes)
    }

    /// Refuses a truncated file at once, if its length is known.
    fn check_length(&self, head: u64, tensors: u64) -> Result<()> {
        let needed = head.checked_add(tensors);
        match (self.length, needed) {
            (_, None) => Err(self.bad(BadFileReason::TooManyBytes)),
            (Some(length), Some(needed)) if length < needed => {
                let (received, missing) = (length, needed - length);
                Err(self.bad(BadFileReason::Truncated { received, missing }))
            }
            (Some(length), Some(needed)) if length > needed => {
                Err(self.bad(BadFileReason::TrailingBytes { bytes: length - needed }))
            }
            _ => Ok(()),
        }
    }
}

/// The tensors' bytes.
#[derive(Debug)]
struct Body {
    file: String,
    /// Tensors that have not begun.
    entries: std::vec::IntoIter<Entry>,
    current: Option<Current>,
    factors: Factors,
    missing: u64,
    chunk: Vec<f32>,
}

impl Body {
    fn new(file: &str, entries: Vec<Entry>) -> Self {
        Self {
            file: file.to_owned(),
            // The entries follow each other without a gap, so the sum is the end of the last one.
            missing: entries.iter().map(|entry| entry.bytes).sum(),
            entries: entries.into_iter(),
            current: None,
            factors: Factors::new(),
            chunk: Vec::new(),
        }
    }

    fn missing(&self) -> u64 {
        self.missing
    }

    /// The headers of the tensors that have not begun, factors excluded.
    fn headers(&self) -> Vec<TensorHeader> {
        let entries = self.entries.as_slice().iter();
        let tensors = entries.filter(|entry| entry.role != Role::Factors);
        tensors.map(|entry| entry.header.clone()).collect()
    }

    fn feed(&mut self, mut bytes: &[u8], sink: &mut dyn TensorSink) -> Result<()> {
        loop {
            let Some(mut tensor) = self.next_tensor(sink)? else {
                return if bytes.is_empty() {
                    Ok(())
                } else {
                    Err(LecternError::bad_file(&self.file, BadFileReason::TrailingData))
                };
            };
            let available = usize::try_from(tensor.left).unwrap_or(usize::MAX).min(bytes.len());
            let (taken, rest) = bytes.split_at(available);
            tensor.take(taken, &mut self.chunk, sink)?;
            self.missing -= available as u64;
            if tensor.left > 0 {
                self.current = Some(tensor);
                return Ok(());
            }
            tensor.end(&mut self.factors, sink)?;
            bytes = rest;
        }
    }

    /// The current tensor, or else the next one; empty tensors begin and end without bytes.
    fn next_tensor(&mut self, sink: &mut dyn TensorSink) -> Result<Option<Current>> {
        if let Some(current) = self.current.take() {
            return Ok(Some(current));
        }
        let begun = self.entries.next().map(|entry| Current::begin(entry, &mut self.factors, sink));
        begun.transpose()
    }
}

#[cfg(test)]
mod tests;
