//! A safetensors file, read while it arrives: never more than one chunk of values is held, and of a quantized
//! file the factors of matrices to come (see [`super::safetensors_layout`]).
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
/// The format's own limit.
const HEADER_LIMIT: u64 = 100_000_000;

/// Parses a safetensors file that is pushed into it in pieces of any size.
#[derive(Debug)]
pub struct SafetensorsStream {
    file: String,
    /// Of the whole file, where it is known.
    length: Option<u64>,
    received: u64,
    /// The header with its length before it, as far as it is here.
    head: Vec<u8>,
    body: Option<Body>,
}

impl SafetensorsStream {
    /// For the file of that name; `length` is the whole file's, where it is known.
    pub fn new(file: &str, length: Option<u64>) -> Self {
        Self { file: file.to_owned(), length, received: 0, head: Vec::new(), body: None }
    }

    /// The next bytes of the file. After an error the rest of the file cannot be parsed.
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

    /// No more bytes come. An error where the file is not complete.
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
        // Before the header is read only the length that was announced tells about the tensors.
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

    /// Takes what belongs to the header, and gives the rest back.
    fn feed_head<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8]> {
        let bytes = fill(&mut self.head, LENGTH_BYTES, bytes);
        let Some(&length) = self.head.first_chunk() else { return Ok(bytes) };
        let length = u64::from_le_bytes(length);
        let room = self.length.map_or(u64::MAX, |all| all.saturating_sub(LENGTH_BYTES as u64));
        if length > HEADER_LIMIT.min(room) {
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

    /// Says at once that a file is cut off, where its length is known.
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
    /// Those that have not begun.
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

    /// Of the tensors that have not begun; factors are none.
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
            let piece = usize::try_from(tensor.left).unwrap_or(usize::MAX).min(bytes.len());
            let (taken, rest) = bytes.split_at(piece);
            tensor.take(taken, &mut self.chunk, sink)?;
            self.missing -= piece as u64;
            if tensor.left > 0 {
                self.current = Some(tensor);
                return Ok(());
            }
            tensor.end(&mut self.factors, sink)?;
            bytes = rest;
        }
    }

    /// The tensor that was begun, or else a new one. An empty one needs no bytes to begin and end.
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
