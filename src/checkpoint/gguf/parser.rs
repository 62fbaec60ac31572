//! A parser of GGUF headers, over bytes that may be incomplete.
//!
//! Whatever a header claims, nothing is allocated before the bytes that it needs have arrived.

use super::value::{ARRAY, NumberKind, Numbers, STRING, Value};
use crate::error::{BadFileReason, LecternError};

/// The deepest nesting of arrays.
const DEEPEST: usize = 4;
/// The fewest bytes of a string, and of an array: the length, and the type.
const STRING_BYTES: u64 = 8;
const ARRAY_BYTES: u64 = 12;

/// The reason why parsing stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// The file's first bytes are needed, at least so many.
    More(u64),
    /// The bytes are invalid.
    Bad(LecternError),
}

/// A file's first bytes, and the offset of the next one to parse.
pub(super) struct Parser<'a> {
    pub(super) file: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    /// The largest offset of the header's end.
    pub(super) limit: u64,
}

impl<'a> Parser<'a> {
    pub(super) fn bad<T>(&self, reason: BadFileReason) -> Result<T, Stop> {
        Err(Stop::Bad(LecternError::bad_file(self.file, reason)))
    }

    /// The offset after `count` values of `size` bytes.
    ///
    /// # Errors
    /// [`Stop::More`] if they have not arrived, [`Stop::Bad`] if they cannot fit into the header.
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

    /// Parses a value of a type.
    pub(super) fn value(&mut self, type_code: u32) -> Result<Value, Stop> {
        match type_code {
            STRING => self.text().map(Value::Text),
            ARRAY => self.array(DEEPEST),
            _ => self.numbers(type_code, 1).map(Value::Number),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Stop> {
        let type_code = self.u32()?;
        let count = self.u64()?;
        match type_code {
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
            _ => self.numbers(type_code, count).map(Value::Numbers),
        }
    }

    fn numbers(&mut self, type_code: u32, count: u64) -> Result<Numbers, Stop> {
        let at = self.at as u64;
        let Some(kind) = NumberKind::of(type_code) else {
            return self.bad(BadFileReason::UnknownValueType { number: type_code, at });
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
