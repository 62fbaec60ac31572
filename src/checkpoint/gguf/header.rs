//! The header of a GGUF file.

use std::collections::HashSet;

use super::{
    ALIGNMENT, ALIGNMENT_KEY, MAGIC,
    parser::{Parser, Stop},
    tensors::{Located, TENSOR_BYTES},
    value::Metadata,
};
use crate::{
    checkpoint::{TensorHeader, sniff::looks_like},
    error::{BadFileReason, LecternError, UnsupportedReason},
};

/// The largest header: a tokenizer of a million tokens has some thirty megabytes.
const HEADER_LIMIT: u64 = 100_000_000;
/// The fewest bytes of an entry: key's length, type, a byte.
const ENTRY_BYTES: u64 = 8 + 4 + 1;
/// Models have some thousands of tensors, and some dozens of entries.
pub(super) const MOST: u64 = 1 << 16;
/// The largest pages of memory are no larger.
const LARGEST_ALIGNMENT: u64 = 1 << 16;
/// No file is so long; what is not beyond it can be added up.
const FARTHEST: u64 = 1 << 60;

/// What a GGUF file says before its tensors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GgufHeader {
    /// Of the model.
    pub metadata: Metadata,
    /// Of its tensors, in the order of their bytes; of a model in parts, those of all parts.
    pub tensors: Vec<TensorHeader>,
}

impl GgufHeader {
    /// Is there a tensor of that name?
    pub fn has(&self, tensor: &str) -> bool {
        self.tensors.iter().any(|known| known.name == tensor)
    }
}

/// A header that was understood.
pub(super) struct Parsed {
    pub(super) header: GgufHeader,
    /// Where everything is, in the order of the bytes.
    pub(super) located: Vec<Located>,
    /// Where the data begins.
    pub(super) data: u64,
    /// Where the header ends.
    pub(super) end: usize,
}

/// Understand a header out of the file's first bytes. `length` is the whole file's, where it is known.
pub(super) fn parse(file: &str, bytes: &[u8], length: Option<u64>) -> Result<Parsed, Stop> {
    let limit = HEADER_LIMIT.min(length.unwrap_or(u64::MAX));
    let mut parser = Parser { file, bytes, at: 0, limit };
    let magic = parser.take(MAGIC.len() as u64)?;
    if magic != MAGIC {
        return parser.bad(looks_like(bytes).unwrap_or(BadFileReason::NotGguf));
    }
    check_version(parser.u32()?).map_err(Stop::Bad)?;
    let tensors = parser.u64()?;
    let entries = parser.u64()?;
    if tensors > MOST || entries > MOST {
        return parser.bad(BadFileReason::TooManyEntries { tensors, entries });
    }
    parser.expect(tensors * TENSOR_BYTES + entries * ENTRY_BYTES, 1)?;
    let metadata = parse_metadata(&mut parser, entries)?;
    let alignment = match metadata.get(ALIGNMENT_KEY) {
        None => ALIGNMENT,
        Some(value) => match value.as_integer() {
            Some(alignment) if alignment.is_power_of_two() && alignment <= LARGEST_ALIGNMENT => {
                alignment
            }
            _ => return parser.bad(BadFileReason::BadAlignment { most: LARGEST_ALIGNMENT }),
        },
    };
    let located = (0..tensors).map(|_| Located::parse(&mut parser));
    let mut located = located.collect::<Result<Vec<_>, _>>()?;
    located.sort_by_key(|tensor| tensor.offset);
    check_places(&parser, &located, alignment)?;
    let header = GgufHeader {
        metadata,
        tensors: located.iter().map(|tensor| tensor.entry.header.clone()).collect(),
    };
    let end = parser.at;
    Ok(Parsed { header, located, data: (end as u64).next_multiple_of(alignment), end })
}

fn check_version(version: u32) -> Result<(), LecternError> {
    Err(LecternError::unsupported(match version {
        2 | 3 => return Ok(()),
        version if (1..=3).contains(&version.swap_bytes()) => UnsupportedReason::BigEndian,
        version => UnsupportedReason::GgufVersion { version },
    }))
}

fn parse_metadata(parser: &mut Parser<'_>, entries: u64) -> Result<Metadata, Stop> {
    let mut metadata = Metadata::default();
    let mut seen = HashSet::new();
    for _ in 0..entries {
        let key = parser.text()?;
        if !seen.insert(key.clone()) {
            return parser.bad(BadFileReason::KeyTwice { key });
        }
        let kind = parser.u32()?;
        metadata.0.push((key, parser.value(kind)?));
    }
    Ok(metadata)
}

/// Names that come once, and bytes that are one tensor's alone.
fn check_places(parser: &Parser<'_>, located: &[Located], alignment: u64) -> Result<(), Stop> {
    let mut seen = HashSet::new();
    let mut position = 0;
    for Located { entry, offset } in located {
        let (name, offset) = (&entry.header.name, *offset);
        let tensor = || name.clone();
        if !seen.insert(name) {
            return parser.bad(BadFileReason::TensorTwice { tensor: tensor() });
        }
        if !offset.is_multiple_of(alignment) {
            let tensor = tensor();
            return parser.bad(BadFileReason::Misaligned { tensor, offset, alignment });
        }
        if offset < position {
            return parser.bad(BadFileReason::Overlap { tensor: tensor(), offset });
        }
        position = match offset.checked_add(entry.bytes) {
            Some(end) if end <= FARTHEST => end,
            _ => return parser.bad(BadFileReason::BeyondReach { tensor: tensor() }),
        };
    }
    Ok(())
}
