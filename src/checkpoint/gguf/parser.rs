//! The values of a GGUF header, out of bytes of which more may be to come.
//!
//! Whatever a header claims, nothing is taken into memory before the bytes that it would need are there.

use super::value::{ARRAY, NumberKind, Numbers, STRING, Value};
use crate::error::{BadFileReason, LecternError};

/// Arrays within arrays within arrays: no file has more.
const DEEPEST: usize = 4;
/// The fewest bytes of a string, and of an array: their lengths, and the type.
const STRING_BYTES: u64 = 8;
const ARRAY_BYTES: u64 = 12;

/// Why parsing stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// So many bytes, from the file's first one on, are needed at least.
    More(u64),
    /// They never would be right.
    Bad(LecternError),
}

/// Bytes, and how many of them were read.
pub(super) struct Parser<'a> {
    pub(super) file: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    /// Where the header must have ended at the latest.
    pub(super) limit: u64,
}

impl<'a> Parser<'a> {
    pub(super) fn bad<T>(&self, reason: BadFileReason) -> Result<T, Stop> {
        Err(Stop::Bad(LecternError::bad_file(self.file, reason)))
    }

    /// Are there so many more bytes?
    pub(super) fn expect(&self, count: u64, size: u64) -> Result<usize, Stop> {
        let end = count.checked_mul(size).and_then(|bytes| bytes.checked_add(self.at as u64));
        match end {
            Some(end) if end <= self.bytes.len() as u64 => Ok(end as usize),
            Some(end) if end <= self.limit => Err(Stop::More(end)),
            _ => self.bad(BadFileReason::TooManyValues { count, at: self.at as u64 }),
        }
    }

    pub(super) fn take(&mut self, count: u64) -> Result<&'a [u8], Stop> {
        let end = self.expect(count, 1)?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Stop> {
        let bytes = self.take(4)?;
        Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte)))
    }

    pub(super) fn u64(&mut self) -> Result<u64, Stop> {
        let bytes = self.take(8)?;
        Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    pub(super) fn text(&mut self) -> Result<String, Stop> {
        let length = self.u64()?;
        let start = self.at;
        match str::from_utf8(self.take(length)?) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => self.bad(BadFileReason::NotUtf8 { at: start as u64 }),
        }
    }

    /// A value of a type.
    pub(super) fn value(&mut self, kind: u32) -> Result<Value, Stop> {
        match kind {
            STRING => self.text().map(Value::Text),
            ARRAY => self.array(DEEPEST),
            _ => self.numbers(kind, 1).map(Value::Number),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Stop> {
        let kind = self.u32()?;
        let count = self.u64()?;
        match kind {
            STRING => {
                self.expect(count, STRING_BYTES)?;
                (0..count).map(|_| self.text()).collect::<Result<_, _>>().map(Value::Texts)
            }
            ARRAY if depth == 0 => self.bad(BadFileReason::NestedArrays),
            ARRAY => {
                self.expect(count, ARRAY_BYTES)?;
                let arrays = (0..count).map(|_| self.array(depth - 1));
                arrays.collect::<Result<_, _>>().map(Value::Arrays)
            }
            _ => self.numbers(kind, count).map(Value::Numbers),
        }
    }

    fn numbers(&mut self, kind: u32, count: u64) -> Result<Numbers, Stop> {
        let at = self.at as u64;
        let Some(kind) = NumberKind::of(kind) else {
            return self.bad(BadFileReason::UnknownValueType { number: kind, at });
        };
        let end = self.expect(count, kind.width() as u64)?;
        let bytes = self.bytes[self.at..end].to_vec();
        if kind == NumberKind::Bool && bytes.iter().any(|&byte| byte > 1) {
            return self.bad(BadFileReason::BadFlag { at });
        }
        self.at = end;
        Ok(Numbers { kind, bytes })
    }
}
