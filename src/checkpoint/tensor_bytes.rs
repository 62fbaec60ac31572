//! The decoding of one tensor's bytes, in chunks of any size, to f32 values or rows of integers.

use std::collections::HashMap;

use half::{bf16, f16};

use super::{Dtype, TensorHeader, TensorSink, tensor::CHUNK};
use crate::{
    error::{LecternError, Result, UnsupportedReason},
    quantization::{BLOCK, PackedMatrix, Scheme},
};

/// A tensor with its byte count and role.
#[derive(Debug)]
pub(super) struct Entry {
    pub header: TensorHeader,
    pub bytes: u64,
    pub role: Role,
}

/// The role of a tensor in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Values without factors: floats, or any unsupported dtype.
    Values,
    /// The scales or minimums of a matrix that comes later.
    Factors,
    /// A matrix in GGUF's blocks.
    Blocks(Scheme),
    /// A matrix of integers, with factors in earlier tensors.
    Integers {
        /// The scheme of the integers.
        scheme: Scheme,
        /// The name of the tensor with the scales.
        scales: String,
        /// The name of the tensor with the minimums, if there is one.
        minimums: Option<String>,
    },
}

/// Factors of matrices to come, by the names of their tensors.
pub(super) type Factors = HashMap<String, Vec<f32>>;

/// The tensor that is being read.
#[derive(Debug)]
pub(super) struct Current {
    name: String,
    /// The number of bytes to come.
    pub left: u64,
    purpose: Purpose,
    /// The number of decoded values.
    index: usize,
    /// The bytes of an incomplete value or row.
    split: Vec<u8>,
}

/// The use of a tensor's bytes.
#[derive(Debug)]
enum Purpose {
    /// Bytes that the sink skips.
    Skipped,
    /// Values for the sink.
    Values(Floats),
    /// Factors that are kept for their matrix.
    Factors(Floats, Vec<f32>),
    /// Rows for the sink.
    Rows(Rows),
}

impl Current {
    /// Begins a tensor, which the sink may skip.
    pub fn begin(entry: Entry, factors: &mut Factors, sink: &mut dyn TensorSink) -> Result<Self> {
        let Entry { header, bytes, role } = entry;
        let columns = header.shape.last().copied().unwrap_or(1);
        let purpose = match role {
            Role::Factors => Purpose::Factors(Floats::of(&header.dtype)?, Vec::new()),
            Role::Values if sink.begin(&header)? => Purpose::Values(Floats::of(&header.dtype)?),
            Role::Blocks(scheme) if sink.begin(&header)? => {
                Purpose::Rows(Rows { scheme, columns, factors: None })
            }
            Role::Integers { scheme, scales, minimums } => {
                let scales = factors.remove(&scales).unwrap_or_default();
                let minimums = minimums.and_then(|name| factors.remove(&name)).unwrap_or_default();
                if sink.begin(&header)? {
                    Purpose::Rows(Rows { scheme, columns, factors: Some([scales, minimums]) })
                } else {
                    Purpose::Skipped
                }
            }
            Role::Values | Role::Blocks(_) => Purpose::Skipped,
        };
        Ok(Self { name: header.name, left: bytes, purpose, index: 0, split: Vec::new() })
    }

    /// Whether the sink skips the tensor.
    pub fn is_skipped(&self) -> bool {
        matches!(self.purpose, Purpose::Skipped)
    }

    /// Takes the next bytes, none of them beyond the tensor's end. `chunk` is a reusable buffer.
    pub fn take(
        &mut self,
        bytes: &[u8],
        chunk: &mut Vec<f32>,
        sink: &mut dyn TensorSink,
    ) -> Result<()> {
        self.left -= bytes.len() as u64;
        let width = match &self.purpose {
            Purpose::Skipped => return Ok(()),
            Purpose::Values(floats) | Purpose::Factors(floats, _) => floats.width(),
            Purpose::Rows(rows) => rows.width(),
        };
        let mut bytes = bytes;
        if !self.split.is_empty() {
            bytes = fill(&mut self.split, width, bytes);
            if self.split.len() < width {
                return Ok(());
            }
            let split = std::mem::take(&mut self.split);
            self.decode(&split, chunk, sink)?;
        }
        let (whole, rest) = bytes.split_at(bytes.len() / width * width);
        self.decode(whole, chunk, sink)?;
        self.split.extend_from_slice(rest);
        Ok(())
    }

    /// Ends the tensor.
    pub fn end(self, factors: &mut Factors, sink: &mut dyn TensorSink) -> Result<()> {
        match self.purpose {
            Purpose::Skipped => Ok(()),
            Purpose::Factors(_, values) => {
                factors.insert(self.name, values);
                Ok(())
            }
            Purpose::Values(_) | Purpose::Rows(_) => sink.end(),
        }
    }

    /// Decodes whole values or rows.
    fn decode(
        &mut self,
        bytes: &[u8],
        chunk: &mut Vec<f32>,
        sink: &mut dyn TensorSink,
    ) -> Result<()> {
        let Self { name, purpose, index, .. } = self;
        let not_finite = |index: usize| LecternError::NotFinite { tensor: name.clone(), index };
        match purpose {
            Purpose::Skipped => {}
            Purpose::Values(floats) | Purpose::Factors(floats, _) => {
                let floats = *floats;
                for bytes in bytes.chunks(CHUNK * floats.width()) {
                    chunk.clear();
                    floats.decode(bytes, chunk);
                    if let Some(at) = chunk.iter().position(|value| !value.is_finite()) {
                        return Err(not_finite(*index + at));
                    }
                    *index += chunk.len();
                    match purpose {
                        Purpose::Factors(_, kept) => kept.extend_from_slice(chunk),
                        _ => sink.values(chunk)?,
                    }
                }
            }
            Purpose::Rows(rows) => {
                // Short rows are padded in a packed matrix.
                let rows_at_once = (CHUNK / rows.columns.next_multiple_of(BLOCK)).max(1);
                for bytes in bytes.chunks(rows_at_once * rows.width()) {
                    let matrix = rows.decode(*index / rows.columns, bytes);
                    if let Some(at) = not_finite_in(&matrix) {
                        return Err(not_finite(*index + at));
                    }
                    *index += matrix.rows * rows.columns;
                    sink.packed(&matrix)?;
                }
            }
        }
        Ok(())
    }
}

/// The rows of a quantized matrix.
#[derive(Debug)]
struct Rows {
    scheme: Scheme,
    /// Columns, at least one.
    columns: usize,
    /// All scales and minimums of the matrix; `None` for blocks, which contain their factors.
    factors: Option<[Vec<f32>; 2]>,
}

impl Rows {
    /// The bytes of a row.
    fn width(&self) -> usize {
        match (&self.factors, self.scheme.block_bytes(), self.scheme.block_size()) {
            (None, Some(bytes), Some(size)) => self.columns / size * bytes,
            _ => (self.columns * self.scheme.bits()).div_ceil(8),
        }
    }

    /// Decodes whole rows; `first` is the index of the first one.
    fn decode(&self, first: usize, bytes: &[u8]) -> PackedMatrix {
        let rows = bytes.len() / self.width();
        let mut matrix = PackedMatrix::with_capacity(rows, self.columns, self.scheme);
        let Some([scales, minimums]) = &self.factors else {
            matrix.push_blocks(bytes);
            return matrix;
        };
        let groups = self.scheme.groups(self.columns);
        for (row, bytes) in (first..).zip(bytes.chunks_exact(self.width())) {
            // One scale of the tensor becomes one of each row.
            let row = if self.scheme.is_whole_tensor() { 0 } else { row };
            let range = row * groups..(row + 1) * groups;
            let minimums = minimums.get(range.clone()).unwrap_or_default();
            matrix.push_row(bytes, &scales[range], minimums);
        }
        matrix
    }
}

/// The index of the first value of the first group whose factors can give a value that is not finite.
fn not_finite_in(matrix: &PackedMatrix) -> Option<usize> {
    let scheme = matrix.scheme;
    let (lowest, highest) = if scheme.bits() == 8 { (-128, 127) } else { (0, 15) };
    let overflows = |group: &usize| {
        let minimum = matrix.minimums.get(*group).copied().unwrap_or(0.0);
        let ends = [lowest, highest].map(|n| scheme.dequantize(n, matrix.scales[*group], minimum));
        !ends.iter().all(|end| end.is_finite())
    };
    let group = (0..matrix.scales.len()).find(overflows)?;
    let groups = scheme.groups(matrix.columns);
    let (row, group) = (group / groups, group % groups);
    Some(row * matrix.columns + group * scheme.group_size(matrix.columns))
}

/// Moves bytes into `vec` until it has `length`, and returns the rest.
pub(super) fn fill<'a>(vec: &mut Vec<u8>, length: usize, bytes: &'a [u8]) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length.saturating_sub(vec.len()).min(bytes.len()));
    vec.extend_from_slice(taken);
    rest
}

/// The float dtypes, which are converted to f32.
#[derive(Debug, Clone, Copy)]
enum Floats {
    F32,
    F16,
    BF16,
}

impl Floats {
    fn of(dtype: &Dtype) -> Result<Self> {
        let dtype = match dtype {
            Dtype::F32 => return Ok(Self::F32),
            Dtype::F16 => return Ok(Self::F16),
            Dtype::BF16 => return Ok(Self::BF16),
            Dtype::Packed(scheme) => scheme.to_string(),
            Dtype::Other(name) => name.clone(),
        };
        Err(LecternError::unsupported(if ["I8", "U8"].contains(&dtype.as_str()) {
            UnsupportedReason::IntegersWithoutScales { dtype }
        } else {
            let known = ["F32", "F16", "BF16", "I8", "U8"].map(str::to_owned).into();
            UnsupportedReason::Dtype { dtype, known }
        }))
    }

    fn width(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::BF16 => 2,
        }
    }

    /// Decodes whole little-endian values to f32.
    fn decode(self, bytes: &[u8], values: &mut Vec<f32>) {
        match self {
            Self::F32 => values.extend(bytes.as_chunks().0.iter().copied().map(f32::from_le_bytes)),
            Self::F16 => {
                let halves = bytes.as_chunks().0.iter().copied().map(f16::from_le_bytes);
                values.extend(halves.map(f16::to_f32));
            }
            Self::BF16 => {
                let halves = bytes.as_chunks().0.iter().copied().map(bf16::from_le_bytes);
                values.extend(halves.map(bf16::to_f32));
            }
        }
    }
}
