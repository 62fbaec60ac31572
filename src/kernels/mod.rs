//! One file for each operation: its tensor function with its shape checks, and its CPU version by [`cpu`]. Its launch on
//! the GPU is in `gpu`, its gradient in `taped`; the WGSL itself is in `shaders/`, one file for each kernel.
//!
//! An operation is a Burn backend extension: a trait whose `Cube` implementation launches WGSL and whose
//! `Flex` implementation calls into [`cpu`]. The public functions take and return Burn tensors, so that
//! models are written without knowing where they run, and whether they learn.

mod activation;
mod attention;
mod attention_shape;
pub(crate) mod cpu;
mod embedding;
#[cfg(feature = "gpu")]
mod gpu;
mod layer_norm;
mod limits;
mod linear;
mod lstm;
mod sequence_attention;
mod sequence_embedding;
mod sequences;
#[cfg(feature = "train")]
mod taped;
mod weight;

pub use activation::Activation;
pub use attention::{KeyValueCache, Position, attention, attention_weights};
pub use attention_shape::{AttentionShape, SequenceAttentionShape};
pub use embedding::embedding;
pub use layer_norm::layer_norm;
pub use limits::{MOST_ROWS, MOST_TOKENS, largest_buffer};
pub use linear::linear;
pub use lstm::{LstmShape, LstmTrace, lstm};
pub use sequence_attention::{sequence_attention, sequence_attention_weights};
pub use sequence_embedding::sequence_embedding;
pub use sequences::Sequences;
pub(crate) use weight::WeightLayout;
pub use weight::{PackedWeight, Weight};

/// Number of our kernels' launches since the program started; 0 without a GPU.
pub fn launches() -> u64 {
    #[cfg(feature = "gpu")]
    return gpu::launches();
    #[cfg(not(feature = "gpu"))]
    0
}
