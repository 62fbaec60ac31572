//! The quantization schemes: their names and layouts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Allowed, LecternError};

/// Values in a block of GGUF's older formats.
const GGUF_BLOCK: usize = 32;
/// Values in a block of GGUF's k-quants.
pub(super) const SUPER_BLOCK: usize = 256;
/// Values in a group of `q6_k`.
pub(super) const Q6_K_GROUP: usize = 16;
/// Bytes of a block of `q6_k`: 256 integers of 6 bits, 16 factors of 8, and a scale of 16.
pub(super) const Q6_K_BYTES: usize = SUPER_BLOCK * 6 / 8 + SUPER_BLOCK / Q6_K_GROUP + 2;

/// A quantization scheme: the mapping of values to integers. Group sizes are multiples of 32, except `q6_k`'s 16. In
/// text and JSON a scheme has the name of its [`fmt::Display`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Scheme {
    /// `int8-minmax`, the lecture's: the tensor's minimum and maximum onto [-128, 127], one scale for all.
    Int8MinMax,
    /// `int8-affine`: as `int8-minmax`, with the range extended to contain 0, which is dequantized exactly: an integer,
    /// the zero point, represents it (Jacob et al. 2018, section 2.1).
    Int8Affine,
    /// `int8-tensor`: `scale = max|x| / 127` for the tensor, integers in [-127, 127].
    Int8Tensor,
    /// `int8-channel`: `scale = max|x| / 127` a row (an output channel), integers in [-127, 127].
    Int8Channel,
    /// `int4-g32`, `-g64`, `-g128`: `scale = max|x| / 7` a group of a row, integers in [-7, 7].
    Int4Symmetric {
        /// Values in a group.
        group: usize,
    },
    /// `int4-g32-asymmetric` and so on: minimum and `scale = (max − min) / 15` a group of a row, integers in
    /// [0, 15].
    Int4Asymmetric {
        /// Values in a group.
        group: usize,
    },
    /// GGUF's `q8_0`: 32 values a block, `scale = max|x| / 127` in half precision.
    Q8_0,
    /// GGUF's `q4_0`: 32 values a block; the value furthest from 0 becomes −8 times a scale in half
    /// precision, which may be negative; integers in [-8, 7].
    Q4_0,
    /// GGUF's `q4_1`: 32 values a block, minimum and `(max − min) / 15` in half precision, integers in [0, 15].
    Q4_1,
    /// GGUF's `q6_k`: 256 values a block, a scale d in half precision, and for each group of 16 values a factor
    /// of 8 bits; a value is `d · factor · (q − 32)` with q of 6 bits.
    ///
    /// In a file a block has 210 bytes, 0.82 bytes a value. In memory a value has 1.25 bytes: an integer of eight bits,
    /// as in `q8_0`, and a share of the group's scale `d · factor` as a 32-bit float, which is exact (11 bits times 7),
    /// as are the dequantized values. llama-quantize uses it for embeddings and heads, to keep them accurate: it is
    /// read, run, and written unchanged, but nothing is quantized to it ([`Scheme::can_quantize`]).
    #[expect(non_camel_case_types, reason = "ggml's own spelling")]
    Q6_K,
    /// `f16`: IEEE 754 half precision instead of integers, rounded to nearest even.
    F16,
}

impl Scheme {
    /// All schemes that weights can be quantized to.
    pub const ALL: [Self; 14] = [
        Self::Int8MinMax,
        Self::Int8Affine,
        Self::Int8Tensor,
        Self::Int8Channel,
        Self::Q8_0,
        Self::Int4Symmetric { group: 32 },
        Self::Int4Symmetric { group: 64 },
        Self::Int4Symmetric { group: 128 },
        Self::Int4Asymmetric { group: 32 },
        Self::Int4Asymmetric { group: 64 },
        Self::Int4Asymmetric { group: 128 },
        Self::Q4_0,
        Self::Q4_1,
        Self::F16,
    ];

    /// The names of [`Self::ALL`].
    pub fn names() -> Vec<String> {
        Self::ALL.iter().map(Self::to_string).collect()
    }

    /// The allowed values of an option that is a scheme.
    pub fn allowed() -> Allowed {
        Allowed::OneOf { names: Self::names() }
    }

    /// Whether weights can be quantized to the scheme; otherwise it is only read from files.
    pub const fn can_quantize(self) -> bool {
        !matches!(self, Self::Q6_K)
    }

    /// Bits of a stored value in memory, without its share of scales and minimums.
    pub const fn bits(self) -> usize {
        match self {
            Self::Int8MinMax
            | Self::Int8Affine
            | Self::Int8Tensor
            | Self::Int8Channel
            | Self::Q8_0
            | Self::Q6_K => 8,
            Self::Int4Symmetric { .. } | Self::Int4Asymmetric { .. } | Self::Q4_0 | Self::Q4_1 => 4,
            Self::F16 => 16,
        }
    }

    /// Whether all rows share one scale, so that quantization needs the whole tensor.
    pub const fn is_whole_tensor(self) -> bool {
        matches!(self, Self::Int8MinMax | Self::Int8Affine | Self::Int8Tensor)
    }

    /// Whether scales and minimums are in half precision.
    pub const fn has_f16_factors(self) -> bool {
        matches!(self, Self::Q8_0 | Self::Q4_0 | Self::Q4_1)
    }

    /// Values that share a scale in a row of `columns`; the last group of a row may be shorter.
    pub fn group_size(self, columns: usize) -> usize {
        match self {
            Self::Int8MinMax
            | Self::Int8Affine
            | Self::Int8Tensor
            | Self::Int8Channel
            | Self::F16 => columns.max(1),
            Self::Int4Symmetric { group } | Self::Int4Asymmetric { group } => group,
            Self::Q8_0 | Self::Q4_0 | Self::Q4_1 => GGUF_BLOCK,
            Self::Q6_K => Q6_K_GROUP,
        }
    }

    /// Groups in a row of `columns` values; 0 without scales.
    pub fn groups(self, columns: usize) -> usize {
        match self {
            Self::F16 => 0,
            _ => columns.div_ceil(self.group_size(columns)),
        }
    }

    /// Whether a group has a minimum beside its scale.
    pub const fn has_minimum(self) -> bool {
        matches!(
            self,
            Self::Int8MinMax | Self::Int8Affine | Self::Int4Asymmetric { .. } | Self::Q4_1
        )
    }

    /// The stored integer that represents `minimum` (0 if there is none).
    pub const fn zero_point(self) -> i32 {
        match self {
            Self::Int8MinMax | Self::Int8Affine => -128,
            Self::Int4Symmetric { .. } | Self::Q4_0 => 8,
            Self::Int8Tensor
            | Self::Int8Channel
            | Self::Q8_0
            | Self::Int4Asymmetric { .. }
            | Self::Q4_1
            | Self::Q6_K
            | Self::F16 => 0,
        }
    }

    /// The range of stored integers: the lowest and the highest.
    pub const fn range(self) -> (i32, i32) {
        match self {
            Self::Int8MinMax | Self::Int8Affine => (-128, 127),
            Self::Int8Tensor | Self::Int8Channel | Self::Q8_0 => (-127, 127),
            Self::Q6_K => (-32, 31),
            Self::Int4Symmetric { .. } => (1, 15),
            Self::Int4Asymmetric { .. } | Self::Q4_0 | Self::Q4_1 | Self::F16 => (0, 15),
        }
    }

    /// Values in a block, for the schemes of GGUF, whose rows are whole blocks.
    pub const fn block_size(self) -> Option<usize> {
        match self {
            Self::Q8_0 | Self::Q4_0 | Self::Q4_1 => Some(GGUF_BLOCK),
            Self::Q6_K => Some(SUPER_BLOCK),
            _ => None,
        }
    }

    /// Bytes of a block, for the schemes of GGUF.
    pub const fn block_bytes(self) -> Option<usize> {
        match self {
            Self::Q8_0 => Some(2 + 32),
            Self::Q4_0 => Some(2 + 16),
            Self::Q4_1 => Some(2 + 2 + 16),
            Self::Q6_K => Some(Q6_K_BYTES),
            _ => None,
        }
    }

    /// Bytes of a matrix in files: packed without padding, factors in their own precision; for `q6_k` those of a GGUF
    /// file.
    pub fn file_bytes(self, rows: usize, columns: usize) -> usize {
        if self == Self::Q6_K {
            return rows * columns.div_ceil(SUPER_BLOCK) * Q6_K_BYTES;
        }
        let factor = if self.has_f16_factors() { 2 } else { 4 };
        let groups = if self.is_whole_tensor() { 1 } else { rows * self.groups(columns) };
        let factors = groups * factor * (1 + usize::from(self.has_minimum()));
        rows * (columns * self.bits()).div_ceil(8) + if self == Self::F16 { 0 } else { factors }
    }

    /// The dequantized value of a stored integer.
    pub fn dequantize(self, stored: i32, scale: f32, minimum: f32) -> f32 {
        let steps = f64::from(stored - self.zero_point());
        (steps * f64::from(scale) + f64::from(minimum)) as f32
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int8MinMax => f.write_str("int8-minmax"),
            Self::Int8Affine => f.write_str("int8-affine"),
            Self::Int8Tensor => f.write_str("int8-tensor"),
            Self::Int8Channel => f.write_str("int8-channel"),
            Self::Int4Symmetric { group } => write!(f, "int4-g{group}"),
            Self::Int4Asymmetric { group } => write!(f, "int4-g{group}-asymmetric"),
            Self::Q8_0 => f.write_str("q8_0"),
            Self::Q4_0 => f.write_str("q4_0"),
            Self::Q4_1 => f.write_str("q4_1"),
            Self::Q6_K => f.write_str("q6_k"),
            Self::F16 => f.write_str("f16"),
        }
    }
}

/// The error for an unknown scheme's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownScheme(pub String);

impl fmt::Display for UnknownScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name) = self;
        f.write_str(&LecternError::bad_option("scheme", name, Scheme::allowed()).to_string())
    }
}

impl std::error::Error for UnknownScheme {}

impl FromStr for Scheme {
    type Err = UnknownScheme;

    fn from_str(name: &str) -> Result<Self, UnknownScheme> {
        let mut known = Self::ALL.into_iter().chain([Self::Q6_K]);
        let named = known.find(|scheme| scheme.to_string() == name);
        named.ok_or_else(|| UnknownScheme(name.to_owned()))
    }
}

impl From<Scheme> for String {
    fn from(scheme: Scheme) -> Self {
        scheme.to_string()
    }
}

impl TryFrom<String> for Scheme {
    type Error = UnknownScheme;

    fn try_from(name: String) -> Result<Self, UnknownScheme> {
        name.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_parsed_from_its_name() {
        for scheme in Scheme::ALL.into_iter().chain([Scheme::Q6_K]) {
            assert_eq!(scheme.can_quantize(), Scheme::ALL.contains(&scheme));
            let json = serde_json::to_string(&scheme).unwrap();
            assert_eq!(serde_json::from_str::<Scheme>(&json).unwrap(), scheme);
            assert_eq!(scheme.to_string().parse(), Ok(scheme));
        }
        let unknown = "int4-g33".parse::<Scheme>().unwrap_err();
        assert_eq!(unknown, UnknownScheme("int4-g33".into()));
        assert!(unknown.to_string().contains("int4-g32-asymmetric"));
    }

    #[test]
    fn bytes_in_files_are_those_of_the_formats() {
        assert_eq!(Scheme::Q8_0.file_bytes(1, 32), 34);
        assert_eq!(Scheme::Q4_0.file_bytes(1, 32), 18);
        assert_eq!(Scheme::Q4_1.file_bytes(1, 32), 20);
        assert_eq!(Scheme::Q6_K.file_bytes(3, 512), 3 * 2 * 210);
        assert_eq!(Scheme::Int8MinMax.file_bytes(10, 33), 330 + 8);
        assert_eq!(Scheme::Int4Symmetric { group: 32 }.file_bytes(2, 33), 2 * (17 + 8));
        assert_eq!(Scheme::F16.file_bytes(3, 5), 30);
    }
}
