//! Bytes to named tensors: safetensors files read as they stream in, shard after shard, from any [`Folder`].

mod cancel;
mod folder;
mod names;
mod safetensors;
mod safetensors_header;
mod safetensors_scales;
mod safetensors_tensor;
mod sniff;
mod transfer;

pub use cancel::CancelToken;
pub use folder::{Folder, LocalFuture, PieceSink, stream_tensors};
pub use names::{bert_name, bert_spellings, gpt2_name, gpt2_spellings};
pub use safetensors::SafetensorsStream;
pub use sniff::{looks_like, parse_json};
pub use transfer::{ProgressReport, Transfer, TransferPhase};

use crate::error::Result;

/// How a checkpoint stores a tensor's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dtype {
    /// 32-bit floats.
    F32,
    /// IEEE 16-bit floats.
    F16,
    /// The upper half of a 32-bit float.
    BF16,
    /// 8-bit integers: a matrix with its scales before it is given out as their products, any other can
    /// only be skipped.
    I8,
    /// Anything else, by its name in the file (`I64`, `BOOL`, `U8`): such a tensor can only be skipped.
    Other(String),
}

/// What a checkpoint says of a tensor before its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorHeader {
    /// Its name, as the checkpoint spells it.
    pub name: String,
    /// How its values are stored.
    pub dtype: Dtype,
    /// Its dimensions, outermost first.
    pub shape: Vec<usize>,
}

/// Takes a checkpoint's tensors, one after the other, while they arrive.
pub trait TensorSink {
    /// A tensor's values are about to come; `false` skips it (a mask buffer), and it gets no further calls.
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool>;
    /// The next values in row-major order, whatever they were stored as; at most 65536 of them.
    fn values(&mut self, values: &[f32]) -> Result<()>;
    /// The tensor is complete.
    fn end(&mut self) -> Result<()>;
}

#[cfg(test)]
pub(crate) mod testing;
