//! One tensor's bytes to f32 values, however they are cut.

use std::collections::HashMap;

use half::{bf16, f16};

use super::{
    Dtype, TensorSink,
    safetensors_header::Entry,
    safetensors_scales::{Role, scales_of},
};
use crate::{
    error::{LecternError, Result},
    quantization::Scheme,
};

/// Values handed to a sink at once.
pub(super) const CHUNK: usize = 65536;

/// Scales that have arrived and whose matrices have not, by the names of the scales.
pub(super) type Scales = HashMap<String, Vec<f32>>;

/// The tensor whose bytes are arriving.
#[derive(Debug)]
pub(super) struct Current {
    name: String,
    /// Bytes that have not arrived.
    pub left: u64,
    purpose: Purpose,
    /// Values decoded.
    index: usize,
    /// The bytes of a value that is not complete.
    split: Vec<u8>,
}

/// What becomes of a tensor's values.
#[derive(Debug)]
enum Purpose {
    /// Nothing: the sink does not want them.
    Skipped,
    /// The sink gets them.
    Given(Format),
    /// They are kept for the matrix whose scales they are.
    Kept(Vec<f32>),
    /// The sink gets them, each times the scale of its row.
    Scaled { scales: Vec<f32>, columns: usize },
}

impl Current {
    /// Begin a tensor: the sink is asked whether it wants it.
    pub fn begin(entry: Entry, scales: &mut Scales, sink: &mut dyn TensorSink) -> Result<Self> {
        let Entry { header, bytes, role } = entry;
        let purpose = match role {
            Role::Scales => Purpose::Kept(Vec::new()),
            Role::Values if sink.begin(&header)? => Purpose::Given(Format::of(&header.dtype)?),
            Role::Values => Purpose::Skipped,
            Role::Matrix { columns } => {
                let scales = scales.remove(&scales_of(&header.name)).unwrap_or_default();
                if sink.begin(&header)? {
                    Purpose::Scaled { scales, columns }
                } else {
                    Purpose::Skipped
                }
            }
        };
        Ok(Self { name: header.name, left: bytes, purpose, index: 0, split: Vec::new() })
    }

    /// The next bytes, none of them beyond the tensor's end. `chunk` is a buffer to be used again.
    pub fn take(
        &mut self,
        bytes: &[u8],
        chunk: &mut Vec<f32>,
        sink: &mut dyn TensorSink,
    ) -> Result<()> {
        self.left -= bytes.len() as u64;
        let Some(format) = self.format() else { return Ok(()) };
        let width = format.width();
        let mut bytes = bytes;
        chunk.clear();
        if !self.split.is_empty() {
            bytes = fill(&mut self.split, width, bytes);
            if self.split.len() < width {
                return Ok(());
            }
            format.decode(&self.split, chunk);
            self.split.clear();
        }
        loop {
            let whole = (bytes.len() / width).min(CHUNK - chunk.len()) * width;
            let (values, rest) = bytes.split_at(whole);
            format.decode(values, chunk);
            bytes = rest;
            if chunk.is_empty() {
                break;
            }
            self.give(chunk, sink)?;
            chunk.clear();
        }
        self.split.extend_from_slice(bytes);
        Ok(())
    }

    /// All bytes have been taken.
    pub fn end(self, scales: &mut Scales, sink: &mut dyn TensorSink) -> Result<()> {
        match self.purpose {
            Purpose::Skipped => Ok(()),
            Purpose::Kept(values) => {
                scales.insert(self.name, values);
                Ok(())
            }
            Purpose::Given(_) | Purpose::Scaled { .. } => sink.end(),
        }
    }

    /// `None`: the bytes need not be read.
    fn format(&self) -> Option<Format> {
        match self.purpose {
            Purpose::Skipped => None,
            Purpose::Given(format) => Some(format),
            Purpose::Kept(_) => Some(Format::F32),
            Purpose::Scaled { .. } => Some(Format::I8),
        }
    }

    fn give(&mut self, values: &mut [f32], sink: &mut dyn TensorSink) -> Result<()> {
        if let Purpose::Scaled { scales, columns } = &self.purpose {
            for (place, value) in (self.index..).zip(values.iter_mut()) {
                let scale = scales[place / columns];
                *value = Scheme::Int8Channel.dequantize(*value as i32, scale, 0.0);
            }
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(LecternError::NotFinite {
                tensor: self.name.clone(),
                index: self.index + at,
            });
        }
        self.index += values.len();
        if let Purpose::Kept(kept) = &mut self.purpose {
            kept.extend_from_slice(values);
            Ok(())
        } else {
            sink.values(values)
        }
    }
}

/// Moves bytes into `vec` until it has `length`, and gives the rest back.
pub(super) fn fill<'a>(vec: &mut Vec<u8>, length: usize, bytes: &'a [u8]) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length.saturating_sub(vec.len()).min(bytes.len()));
    vec.extend_from_slice(taken);
    rest
}

/// The dtypes that become f32.
#[derive(Debug, Clone, Copy)]
enum Format {
    F32,
    F16,
    BF16,
    I8,
}

impl Format {
    /// How a tensor without scales is read.
    fn of(dtype: &Dtype) -> Result<Self> {
        let unsupported = |reason| Err(LecternError::UnsupportedModel { reason });
        match dtype {
            Dtype::F32 => Ok(Self::F32),
            Dtype::F16 => Ok(Self::F16),
            Dtype::BF16 => Ok(Self::BF16),
            Dtype::I8 => {
                unsupported("weights of the type I8 without their scales in the same file".into())
            }
            Dtype::Other(name) => unsupported(format!(
                "weights of the type {name}; F32, F16, BF16, and I8 with scales can be read"
            )),
        }
    }

    fn width(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::BF16 => 2,
            Self::I8 => 1,
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
            Self::I8 => values.extend(bytes.iter().map(|&byte| f32::from(byte as i8))),
        }
    }
}
