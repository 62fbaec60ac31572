//! A writer of safetensors headers: everything before the tensors' bytes.

use serde_json::{Map, Value, json};

use super::{
    Dtype, TensorHeader,
    safetensors_layout::{METADATA_KEY, factor_shape, minimums_of, scales_of},
};
use crate::{
    error::{BadRequestReason, LecternError, Result},
    quantization::Scheme,
};

/// The alignment of a header's end in bytes, for readers that map files into memory.
const ALIGNMENT: usize = 8;

/// A tensor as a safetensors file stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTensor {
    /// The tensor's name.
    pub name: String,
    /// The dtype, as the format spells it.
    pub dtype: &'static str,
    /// The shape, outermost first.
    pub shape: Vec<usize>,
    /// The length in bytes.
    pub bytes: u64,
}

impl StoredTensor {
    fn new(name: String, dtype: &'static str, shape: Vec<usize>) -> Self {
        let width = match dtype {
            "F32" => 4,
            "F16" => 2,
            _ => 1,
        };
        let bytes = shape.iter().map(|&size| size as u64).product::<u64>() * width;
        Self { name, dtype, shape, bytes }
    }

    /// The stored tensors for one tensor, in their order: scales and minimums before the integers.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] for a tensor that the layout cannot hold.
    pub fn of(tensor: &TensorHeader) -> Result<Vec<Self>> {
        let TensorHeader { name, dtype, shape, .. } = tensor;
        let plain = |dtype| Ok(vec![Self::new(name.clone(), dtype, shape.clone())]);
        let scheme = match (dtype, &shape[..]) {
            (Dtype::F32, _) => return plain("F32"),
            (Dtype::F16 | Dtype::Packed(Scheme::F16), _) => return plain("F16"),
            (Dtype::Packed(scheme), &[rows, columns]) if columns % (8 / scheme.bits()) == 0 => {
                (*scheme, rows, columns)
            }
            _ => {
                return Err(LecternError::bad_request(BadRequestReason::TensorNotInFormat {
                    format: "safetensors".into(),
                    tensor: name.clone(),
                    dtype: dtype.to_string(),
                    shape: shape.clone(),
                }));
            }
        };
        let (scheme, rows, columns) = scheme;
        let factor = if scheme.has_f16_factors() { "F16" } else { "F32" };
        let factors = factor_shape([rows, columns], scheme);
        let mut stored = vec![Self::new(scales_of(name), factor, factors.clone())];
        if scheme.has_minimum() {
            stored.push(Self::new(minimums_of(name), factor, factors));
        }
        let (dtype, width) = if scheme.bits() == 4 { ("U8", columns / 2) } else { ("I8", columns) };
        stored.push(Self::new(name.clone(), dtype, vec![rows, width]));
        Ok(stored)
    }
}

/// The header of a file of these tensors in this order, with its length before it, and the number of bytes that follow.
///
/// # Errors
/// [`LecternError::BadRequest`] for a tensor that the layout cannot hold.
pub fn safetensors_header(tensors: &[TensorHeader]) -> Result<(Vec<u8>, u64)> {
    let schemes = tensors.iter().filter_map(|tensor| match tensor.dtype {
        Dtype::Packed(Scheme::F16) => None,
        Dtype::Packed(scheme) => Some((&tensor.name, scheme)),
        _ => None,
    });
    let mut metadata = Map::new();
    metadata.insert("format".into(), "pt".into());
    let mut file_scheme = None;
    for (name, scheme) in schemes {
        let first = *file_scheme.get_or_insert(scheme);
        let key = match scheme == first {
            true => METADATA_KEY.to_owned(),
            false => format!("{METADATA_KEY}.{name}"),
        };
        metadata.insert(key, scheme.to_string().into());
    }
    let mut header = Map::new();
    header.insert("__metadata__".into(), Value::Object(metadata));
    let mut offset = 0u64;
    for tensor in tensors {
        for StoredTensor { name, dtype, shape, bytes } in StoredTensor::of(tensor)? {
            let end = offset + bytes;
            let info = json!({ "dtype": dtype, "shape": shape, "data_offsets": [offset, end] });
            header.insert(name, info);
            offset = end;
        }
    }
    let mut json = Value::Object(header).to_string();
    let padded = json.len().next_multiple_of(ALIGNMENT);
    json.extend(std::iter::repeat_n(' ', padded - json.len()));
    Ok(([&(json.len() as u64).to_le_bytes(), json.as_bytes()].concat(), offset))
}
