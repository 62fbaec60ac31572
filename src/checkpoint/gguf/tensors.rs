//! What a GGUF file says of its tensors, checked.

use super::parser::{Parser, Stop};
use crate::{
    checkpoint::{
        Dtype, TensorHeader,
        tensor_bytes::{Entry, Role},
    },
    error::{BadFileReason, LecternError, Result, UnsupportedReason},
    quantization::Scheme,
};

/// The fewest bytes of a tensor's description: name's length, rank, one size, type, offset.
pub(super) const TENSOR_BYTES: u64 = 8 + 4 + 8 + 4 + 8;
/// As many dimensions as ggml has.
const HIGHEST_RANK: u32 = 4;

/// ggml's types, by their numbers; those that are no longer in use have none.
const TYPES: [&str; 42] = [
    "F32", "F16", "Q4_0", "Q4_1", "", "", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K",
    "Q5_K", "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S",
    "IQ4_XS", "I8", "I16", "I32", "I64", "F64", "IQ1_M", "BF16", "", "", "", "TQ1_0", "TQ2_0", "",
    "", "", "MXFP4", "NVFP4", "Q1_0",
];

/// A tensor and where it begins, counted from the beginning of the data.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) entry: Entry,
    pub(super) offset: u64,
}

impl Located {
    /// The next tensor of the header.
    pub(super) fn parse(parser: &mut Parser<'_>) -> Result<Self, Stop> {
        let name = parser.text()?;
        let rank = parser.u32()?;
        if !(1..=HIGHEST_RANK).contains(&rank) {
            return parser.bad(BadFileReason::BadRank { tensor: name, rank });
        }
        let sizes: Vec<u64> = (0..rank).map(|_| parser.u64()).collect::<Result<_, _>>()?;
        let kind = parser.u32()?;
        let offset = parser.u64()?;
        let dtype = dtype(&name, kind).map_err(Stop::Bad)?;
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

/// Refuses what cannot be read.
fn dtype(tensor: &str, kind: u32) -> Result<Dtype> {
    let name = TYPES.get(kind as usize).copied().unwrap_or_default();
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
            let found = if name.is_empty() { kind.to_string() } else { name.to_owned() };
            let tensor = tensor.to_owned();
            return Err(LecternError::unsupported(UnsupportedReason::GgufType {
                tensor,
                found,
                known,
            }));
        }
    })
}

/// The number of a type; none for what GGUF cannot hold.
pub(super) fn type_number(dtype: &Dtype) -> Option<u32> {
    let name = match dtype {
        Dtype::F32 => "F32",
        Dtype::F16 | Dtype::Packed(Scheme::Half) => "F16",
        Dtype::BF16 => "BF16",
        Dtype::Packed(Scheme::Q8_0) => "Q8_0",
        Dtype::Packed(Scheme::Q4_0) => "Q4_0",
        Dtype::Packed(Scheme::Q4_1) => "Q4_1",
        Dtype::Packed(Scheme::Q6_K) => "Q6_K",
        Dtype::Packed(_) | Dtype::Other(_) => return None,
    };
    TYPES.iter().position(|known| *known == name).map(|number| number as u32)
}

/// Bytes of a tensor; none where that is no number, or rows do not end with a block.
pub(super) fn bytes(dtype: &Dtype, shape: &[usize]) -> Option<u64> {
    let (a_block, block) = match dtype {
        Dtype::F32 => (4, 1),
        Dtype::F16 | Dtype::BF16 | Dtype::Packed(Scheme::Half) => (2, 1),
        Dtype::Packed(scheme) => (scheme.block_bytes()? as u64, scheme.block_size()?),
        Dtype::Other(_) => return None,
    };
    let (columns, outer) = shape.split_last()?;
    if !columns.is_multiple_of(block) {
        return None;
    }
    // What is counted here is counted in numbers and in bytes further on.
    let numbers = shape.iter().try_fold(4usize, |numbers, &size| numbers.checked_mul(size));
    numbers?;
    let a_row = a_block.checked_mul((columns / block) as u64)?;
    outer.iter().try_fold(a_row, |bytes, &size| bytes.checked_mul(size as u64))
}
