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

/// The largest header in bytes: a tokenizer of a million tokens has some thirty megabytes.
const HEADER_LIMIT: u64 = 100_000_000;
/// The fewest bytes of a metadata entry: the key's length, the type, a byte.
const ENTRY_BYTES: u64 = 8 + 4 + 1;
/// The most tensors, and the most metadata entries: models have some thousands of tensors and some dozens of entries.
pub(super) const MOST: u64 = 1 << 16;
/// The largest alignment in bytes: memory pages are not larger.
const LARGEST_ALIGNMENT: u64 = 1 << 16;
/// The largest offset in bytes: no file is so long, and sums of such offsets do not overflow.
const LARGEST_OFFSET: u64 = 1 << 60;

/// The header of a GGUF file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GgufHeader {
    /// The model's metadata.
    pub metadata: Metadata,
    /// The headers of the tensors in the order of their bytes; for a sharded model, those of all shards.
    pub tensors: Vec<TensorHeader>,
}

impl GgufHeader {
    /// Whether there is a tensor of that name.
    pub fn has(&self, tensor: &str) -> bool {
        self.tensors.iter().any(|known| known.name == tensor)
    }
}

/// A parsed header.
pub(super) struct Parsed {
    pub(super) header: GgufHeader,
    /// The tensors with their offsets, in the order of their bytes.
    pub(super) located: Vec<Located>,
    /// The offset of the data in the file.
    pub(super) data: u64,
    /// The offset of the header's end.
    pub(super) end: usize,
}

/// Parses a header from the file's first bytes. `length` is the whole file's, if it is known.
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
    check_offsets(&parser, &located, alignment)?;
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
        let type_code = parser.u32()?;
        metadata.0.push((key, parser.value(type_code)?));
    }
    Ok(metadata)
}

/// Checks that names are unique, and that tensors are aligned and do not overlap.
fn check_offsets(parser: &Parser<'_>, located: &[Located], alignment: u64) -> Result<(), Stop> {
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
            Some(end) if end <= LARGEST_OFFSET => end,
            _ => return parser.bad(BadFileReason::BeyondReach { tensor: tensor() }),
        };
    }
    Ok(())
}
