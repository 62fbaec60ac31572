//! The descriptions of tensors in a GGUF header, with checks.

use super::parser::{Parser, Stop};
use crate::{
    checkpoint::{
        Dtype, TensorHeader,
        tensor_bytes::{Entry, Role},
    },
    error::{BadFileReason, LecternError, Result, UnsupportedReason},
    quantization::Scheme,
};

/// The fewest bytes of a tensor's description: the name's length, rank, one size, type, offset.
pub(super) const TENSOR_BYTES: u64 = 8 + 4 + 8 + 4 + 8;
/// The largest number of dimensions, as in ggml.
const HIGHEST_RANK: u32 = 4;

/// The names of ggml's types by their codes; empty for codes out of use.
const TYPES: [&str; 42] = [
    "F32", "F16", "Q4_0", "Q4_1", "", "", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K",
    "Q5_K", "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S",
    "IQ4_XS", "I8", "I16", "I32", "I64", "F64", "IQ1_M", "BF16", "", "", "", "TQ1_0", "TQ2_0", "",
    "", "", "MXFP4", "NVFP4", "Q1_0",
];

/// A tensor and its offset from the beginning of the data.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) entry: Entry,
    pub(super) offset: u64,
}

impl Located {
    /// Parses the next tensor of the header.
    pub(super) fn parse(parser: &mut Parser<'_>) -> Result<Self, Stop> {
        let name = parser.text()?;
        let rank = parser.u32()?;
        if !(1..=HIGHEST_RANK).contains(&rank) {
            return parser.bad(BadFileReason::BadRank { tensor: name, rank });
        }
        let sizes: Vec<u64> = (0..rank).map(|_| parser.u64()).collect::<Result<_, _>>()?;
        let type_code = parser.u32()?;
        let offset = parser.u64()?;
        let dtype = dtype(&name, type_code).map_err(Stop::Bad)?;
        let shape: Option<Vec<usize>> = sizes
            .iter()
            .rev()
            .map(|&size| usize::try_from(size).ok().filter(|&size| size > 0))
            .collect();
        let bytes = shape.as_ref().and_then(|shape| bytes(&dtype, shape));
        let (Some(shape), Some(bytes)) = (shape, bytes) else {
            let dtype = dtype.to_string();
            return parser.bad(BadFileReason::BadSizes { tensor: name, dtype, sizes });
        };
        let role = match dtype {
            Dtype::Packed(scheme) => Role::Blocks(scheme),
            _ => Role::Values,
        };
        let header = TensorHeader { name, dtype, shape, by_output: true };
        Ok(Self { entry: Entry { header, bytes, role }, offset })
    }
}

/// The dtype of a type code; an error for unsupported types.
fn dtype(tensor: &str, type_code: u32) -> Result<Dtype> {
    let name = TYPES.get(type_code as usize).copied().unwrap_or_default();
    Ok(match name {
        "F32" => Dtype::F32,
        "F16" => Dtype::F16,
        "BF16" => Dtype::BF16,
        "Q8_0" => Dtype::Packed(Scheme::Q8_0),
        "Q4_0" => Dtype::Packed(Scheme::Q4_0),
        "Q4_1" => Dtype::Packed(Scheme::Q4_1),
        "Q6_K" => Dtype::Packed(Scheme::Q6_K),
        _ => {
            let known =
                ["F32", "F16", "BF16", "Q8_0", "Q6_K", "Q4_1", "Q4_0"].map(str::to_owned).into();
            let found = if name.is_empty() { type_code.to_string() } else { name.to_owned() };
            let tensor = tensor.to_owned();
            return Err(LecternError::unsupported(UnsupportedReason::GgufType {
                tensor,
                found,
                known,
            }));
        }
    })
}

/// The type code of a dtype; `None` if GGUF cannot hold it.
pub(super) fn type_code_of(dtype: &Dtype) -> Option<u32> {
    let name = match dtype {
        Dtype::F32 => "F32",
        Dtype::F16 | Dtype::Packed(Scheme::F16) => "F16",
        Dtype::BF16 => "BF16",
        Dtype::Packed(Scheme::Q8_0) => "Q8_0",
        Dtype::Packed(Scheme::Q4_0) => "Q4_0",
        Dtype::Packed(Scheme::Q4_1) => "Q4_1",
        Dtype::Packed(Scheme::Q6_K) => "Q6_K",
        Dtype::Packed(_) | Dtype::Other(_) => return None,
    };
    TYPES.iter().position(|known| *known == name).map(|code| code as u32)
}

/// The byte count of a tensor; `None` if it overflows, or rows are not whole blocks.
pub(super) fn bytes(dtype: &Dtype, shape: &[usize]) -> Option<u64> {
    let (block_bytes, block_size) = match dtype {
        Dtype::F32 => (4, 1),
        Dtype::F16 | Dtype::BF16 | Dtype::Packed(Scheme::F16) => (2, 1),
        Dtype::Packed(scheme) => (scheme.block_bytes()? as u64, scheme.block_size()?),
        Dtype::Other(_) => return None,
    };
    let (columns, outer) = shape.split_last()?;
    if !columns.is_multiple_of(block_size) {
        return None;
    }
    // The number of values must fit into usize as f32 bytes too.
    let f32_bytes = shape.iter().try_fold(4usize, |bytes, &size| bytes.checked_mul(size));
    f32_bytes?;
    let row_bytes = block_bytes.checked_mul((columns / block_size) as u64)?;
    outer.iter().try_fold(row_bytes, |bytes, &size| bytes.checked_mul(size as u64))
}
