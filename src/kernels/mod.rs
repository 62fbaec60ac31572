//! One file for each operation: its tensor function with its shape checks, its WGSL launch for the GPU, its CPU
//! version. The WGSL itself is in `shaders/`, one file for each kernel.
//!
//! An operation is a Burn backend extension: a trait whose `Cube` implementation launches WGSL and whose
//! `Flex` implementation calls into [`cpu`]. The public functions take and return Burn tensors, so that
//! models are written without knowing where they run.

mod activation;
mod attention;
mod attention_shape;
pub(crate) mod cpu;
mod embedding;
mod launch;
mod layer_norm;
mod limits;
mod linear;
mod sequence_attention;
mod sequence_embedding;
mod sequences;
mod weight;
mod weight_bindings;

pub use activation::Activation;
pub use attention::{KeyValueCache, Position, attention, attention_weights};
pub use attention_shape::{AttentionShape, SequenceAttentionShape};
pub use embedding::embedding;
pub use launch::launches;
pub use layer_norm::layer_norm;
pub use limits::{MOST_ROWS, MOST_TOKENS, largest_buffer};
pub use linear::linear;
pub use sequence_attention::{sequence_attention, sequence_attention_weights};
pub use sequence_embedding::sequence_embedding;
pub use sequences::Sequences;
pub(crate) use weight::WeightLayout;
pub use weight::{PackedWeight, Weight};
