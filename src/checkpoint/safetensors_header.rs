//! The header of a safetensors file: its tensors and their offsets.
//!
//! The `safetensors` crate's own header counts bytes in `usize`, which overflows at 4 GB in a browser (GPT-2 XL has
//! 6.4), and accepts two tensors of one name; so only its dtypes are used here.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use ::safetensors::Dtype as StoredDtype;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use super::{
    Dtype, TensorHeader,
    safetensors_layout::{Layouts, assign_roles},
    tensor_bytes::{Entry, Role},
};
use crate::error::{BadFileReason, LecternError, Result};

/// The tensors of a header in the order of their bytes. The bytes are checked to follow each other without gap or
/// overlap, and to be as many as shape and dtype require.
pub(super) fn parse_header(file: &str, json: &[u8]) -> Result<Vec<Entry>> {
    let bad = |reason: BadFileReason| LecternError::bad_file(file, reason);
    let Header { metadata, mut tensors, repeated } = serde_json::from_slice(json)
        .map_err(|error| bad(BadFileReason::HeaderNotJson { detail: error.to_string() }))?;
    if let Some(tensor) = repeated {
        return Err(bad(BadFileReason::TensorTwice { tensor }));
    }
    let layouts = Layouts::new(&metadata)?;
    tensors.sort_by_key(|(_, info)| info.data_offsets);
    let mut position = 0;
    let mut entries = Vec::with_capacity(tensors.len());
    for (name, info) in tensors {
        let (start, end) = info.data_offsets;
        if start != position || end < start {
            let (tensor, expected) = (name, position);
            return Err(bad(BadFileReason::GapBeforeTensor { tensor, start, end, expected }));
        }
        position = end;
        if info.bytes() != Some(end - start) {
            let (dtype, shape, bytes) = (info.dtype.to_string(), info.shape, end - start);
            return Err(bad(BadFileReason::TensorBytes { tensor: name, dtype, shape, bytes }));
        }
        let dtype = match info.dtype {
            StoredDtype::F32 => Dtype::F32,
            StoredDtype::F16 => Dtype::F16,
            StoredDtype::BF16 => Dtype::BF16,
            other => Dtype::Other(other.to_string()),
        };
        entries.push(Entry {
            header: TensorHeader { name, dtype, shape: info.shape, by_output: false },
            bytes: end - start,
            role: Role::Values,
        });
    }
    assign_roles(file, &mut entries, &layouts)?;
    Ok(entries)
}

#[derive(Deserialize)]
struct Info {
    dtype: StoredDtype,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

impl Info {
    /// The byte count of dtype and shape; `None` if it overflows or is not a whole number.
    fn bytes(&self) -> Option<u64> {
        let bits = self
            .shape
            .iter()
            .try_fold(self.dtype.bitsize() as u64, |bits, &size| bits.checked_mul(size as u64))?;
        bits.is_multiple_of(8).then_some(bits / 8)
    }
}

/// A header's tensors in its order, and its metadata.
#[derive(Default)]
struct Header {
    metadata: HashMap<String, String>,
    tensors: Vec<(String, Info)>,
    /// A name that occurs twice.
    repeated: Option<String>,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from tensor names to their dtypes, shapes and offsets")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Header, M::Error> {
        let mut seen = HashSet::new();
        let mut header = Header::default();
        while let Some(name) = map.next_key::<String>()? {
            if !seen.insert(name.clone()) {
                header.repeated.get_or_insert_with(|| name.clone());
            }
            if name == "__metadata__" {
                let metadata: Option<HashMap<String, String>> = map.next_value()?;
                header.metadata = metadata.unwrap_or_default();
            } else {
                header.tensors.push((name, map.next_value()?));
            }
        }
        Ok(header)
    }
}
