//! The GPU versions of the operations: a launch for each WGSL file under `shaders/`.

mod attention;
mod embedding;
mod launch;
mod layer_norm;
mod linear;
mod sequence_attention;
mod sequence_embedding;
mod weight_bindings;

pub(super) use launch::launches;
