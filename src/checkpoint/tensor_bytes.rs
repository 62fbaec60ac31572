//! One tensor's bytes, however they are cut, to what a sink takes: f32 values, or rows of integers.

use std::collections::HashMap;

use half::{bf16, f16};

use super::{Dtype, TensorHeader, TensorSink};
use crate::{
    error::{LecternError, Result, UnsupportedReason},
    quantization::{BLOCK, PackedMatrix, Scheme},
};

/// Values handed to a sink at once.
pub(super) const CHUNK: usize = 65536;

/// A tensor, the bytes it takes, and what it is for.
#[derive(Debug)]
pub(super) struct Entry {
    pub header: TensorHeader,
    pub bytes: u64,
    pub role: Role,
}

/// What a tensor of a file is to its reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Floats, or whatever else there is without factors.
    Values,
    /// The scales or minimums of a matrix that comes later.
    Factors,
    /// A matrix of a scheme in GGUF's blocks.
    Blocks(Scheme),
    /// A matrix of integers whose factors came before it, under these names.
    Integers {
        /// What they mean.
        scheme: Scheme,
        /// The tensor with the scales.
        scales: String,
        /// The tensor with the minimums, where there is one.
        minimums: Option<String>,
    },
}

/// Factors that have arrived and whose matrices have not, by the names of their tensors.
pub(super) type Factors = HashMap<String, Vec<f32>>;

/// The tensor whose bytes are arriving.
#[derive(Debug)]
pub(super) struct Current {
    name: String,
    /// Bytes that have not arrived.
    pub left: u64,
    purpose: Purpose,
    /// Values decoded.
    index: usize,
    /// The bytes of a value or row that is not complete.
    split: Vec<u8>,
}

/// What becomes of a tensor's bytes.
#[derive(Debug)]
enum Purpose {
    /// Nothing: the sink does not want them.
    Skipped,
    /// The sink gets the values.
    Given(Floats),
    /// The values are kept for the matrix whose factors they are.
    Kept(Floats, Vec<f32>),
    /// The sink gets rows.
    Rows(Rows),
}

impl Current {
    /// Begin a tensor: the sink is asked whether it wants it.
    pub fn begin(entry: Entry, factors: &mut Factors, sink: &mut dyn TensorSink) -> Result<Self> {
        let Entry { header, bytes, role } = entry;
        let columns = header.shape.last().copied().unwrap_or(1);
        let purpose = match role {
            Role::Factors => Purpose::Kept(Floats::of(&header.dtype)?, Vec::new()),
            Role::Values if sink.begin(&header)? => Purpose::Given(Floats::of(&header.dtype)?),
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

    /// Does the sink not want it?
    pub fn is_skipped(&self) -> bool {
        matches!(self.purpose, Purpose::Skipped)
    }

    /// The next bytes, none of them beyond the tensor's end. `chunk` is a buffer to be used again.
    pub fn take(
        &mut self,
        bytes: &[u8],
        chunk: &mut Vec<f32>,
        sink: &mut dyn TensorSink,
    ) -> Result<()> {
        self.left -= bytes.len() as u64;
        let width = match &self.purpose {
            Purpose::Skipped => return Ok(()),
            Purpose::Given(floats) | Purpose::Kept(floats, _) => floats.width(),
            Purpose::Rows(rows) => rows.width(),
        };
        let mut bytes = bytes;
        if !self.split.is_empty() {
            bytes = fill(&mut self.split, width, bytes);
            if self.split.len() < width {
                return Ok(());
            }
            let split = std::mem::take(&mut self.split);
            self.give(&split, chunk, sink)?;
        }
        let (whole, rest) = bytes.split_at(bytes.len() / width * width);
        self.give(whole, chunk, sink)?;
        self.split.extend_from_slice(rest);
        Ok(())
    }

    /// All bytes have been taken.
    pub fn end(self, factors: &mut Factors, sink: &mut dyn TensorSink) -> Result<()> {
        match self.purpose {
            Purpose::Skipped => Ok(()),
            Purpose::Kept(_, values) => {
                factors.insert(self.name, values);
                Ok(())
            }
            Purpose::Given(_) | Purpose::Rows(_) => sink.end(),
        }
    }

    /// Whole values or rows.
    fn give(
        &mut self,
        bytes: &[u8],
        chunk: &mut Vec<f32>,
        sink: &mut dyn TensorSink,
    ) -> Result<()> {
        let Self { name, purpose, index, .. } = self;
        let not_finite = |index: usize| LecternError::NotFinite { tensor: name.clone(), index };
        match purpose {
            Purpose::Skipped => {}
            Purpose::Given(floats) | Purpose::Kept(floats, _) => {
                let floats = *floats;
                for bytes in bytes.chunks(CHUNK * floats.width()) {
                    chunk.clear();
                    floats.decode(bytes, chunk);
                    if let Some(at) = chunk.iter().position(|value| !value.is_finite()) {
                        return Err(not_finite(*index + at));
                    }
                    *index += chunk.len();
                    match purpose {
                        Purpose::Kept(_, kept) => kept.extend_from_slice(chunk),
                        _ => sink.values(chunk)?,
                    }
                }
            }
            Purpose::Rows(rows) => {
                // Short rows are padded when they are packed.
                let at_once = (CHUNK / rows.columns.next_multiple_of(BLOCK)).max(1);
                for bytes in bytes.chunks(at_once * rows.width()) {
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

/// Rows of integers with factors.
#[derive(Debug)]
struct Rows {
    scheme: Scheme,
    /// At least one.
    columns: usize,
    /// All scales and minimums of the matrix; none where they are among the integers, in blocks.
    factors: Option<[Vec<f32>; 2]>,
}

impl Rows {
    /// Bytes of a row.
    fn width(&self) -> usize {
        match (&self.factors, self.scheme.block_bytes(), self.scheme.block_size()) {
            (None, Some(bytes), Some(size)) => self.columns / size * bytes,
            _ => (self.columns * self.scheme.bits()).div_ceil(8),
        }
    }

    /// Whole rows, `first` being the number of the first one.
    fn decode(&self, first: usize, bytes: &[u8]) -> PackedMatrix {
        let rows = bytes.len() / self.width();
        let mut matrix = PackedMatrix::with_capacity(rows, self.columns, self.scheme);
        let Some([scales, minimums]) = &self.factors else {
            matrix.push_blocks(bytes);
            return matrix;
        };
        let groups = self.scheme.groups(self.columns);
        for (row, bytes) in (first..).zip(bytes.chunks_exact(self.width())) {
            // What is one for the tensor is here one for each of its rows.
            let row = if self.scheme.is_whole_tensor() { 0 } else { row };
            let part = row * groups..(row + 1) * groups;
            let minimums = minimums.get(part.clone()).unwrap_or_default();
            matrix.push_row(bytes, &scales[part], minimums);
        }
        matrix
    }
}

/// The place of the first group whose factors could give a number that is not finite, whatever its integers.
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

/// Moves bytes into `vec` until it has `length`, and gives the rest back.
pub(super) fn fill<'a>(vec: &mut Vec<u8>, length: usize, bytes: &'a [u8]) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length.saturating_sub(vec.len()).min(bytes.len()));
    vec.extend_from_slice(taken);
    rest
}

/// The dtypes that become f32.
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

    /// Whole little-endian values, as f32.
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
