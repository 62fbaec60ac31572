//! A named tensor of a checkpoint, and the receiver of its values.

use std::fmt;

use crate::{
    error::Result,
    quantization::{PackedMatrix, Scheme},
};

/// The most values passed to a sink at once.
pub(super) const CHUNK: usize = 65536;

/// The type of a tensor's values in a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dtype {
    /// 32-bit floats.
    F32,
    /// IEEE 16-bit floats.
    F16,
    /// The upper half of a 32-bit float.
    BF16,
    /// Integers of that scheme, with their factors: a matrix that is passed on in rows.
    Packed(Scheme),
    /// Any other type, by its name in the file (`I64`, `BOOL`, `U8`): such a tensor can only be skipped.
    Other(String),
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::F32 => f.write_str("F32"),
            Self::F16 => f.write_str("F16"),
            Self::BF16 => f.write_str("BF16"),
            Self::Packed(scheme) => scheme.fmt(f),
            Self::Other(name) => f.write_str(name),
        }
    }
}

/// The description of a tensor, which precedes its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorHeader {
    /// Its name, as the checkpoint spells it.
    pub name: String,
    /// The type of its values.
    pub dtype: Dtype,
    /// Its dimensions, outermost first.
    pub shape: Vec<usize>,
    /// Whether a matrix has a row for each output, regardless of the architecture's own files. (GPT-2's have a column
    /// for each.)
    pub by_output: bool,
}

/// A consumer of a checkpoint's tensors, one after the other, while they arrive.
pub trait TensorSink {
    /// Takes the headers of all tensors of a file before the first of them: once for each file that lists them at its
    /// beginning. An error ends the file.
    fn headers(&mut self, tensors: &[TensorHeader]) -> Result<()> {
        let _ = tensors;
        Ok(())
    }
    /// Begins a tensor; `false` skips it (a mask buffer), without further calls.
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool>;
    /// Takes the next values, as floats in row-major order; at most 65536 of them.
    fn values(&mut self, values: &[f32]) -> Result<()>;
    /// Takes the next rows of a matrix that is stored as integers. The default implementation dequantizes them and
    /// calls `values`.
    fn packed(&mut self, rows: &PackedMatrix) -> Result<()> {
        for row in 0..rows.rows {
            for values in rows.dequantize_row(row).chunks(CHUNK) {
                self.values(values)?;
            }
        }
        Ok(())
    }
    /// Ends the tensor.
    fn end(&mut self) -> Result<()>;
}
