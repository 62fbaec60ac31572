//! Hidden states to vectors, and vectors compared: pooling and what follows it, mixing layers, similarity, a flat
//! map. Pure functions over row-major numbers, without a device, for the engine and the page alike.

mod head;
mod layers;
mod pooling;
mod projection;
mod similarity;

pub use head::{Dense, DenseActivation, HeadStep, LayerNorm, Residual};
pub use layers::{combine, mix, mix_normalized, mixture_weights};
pub use pooling::{normalize, pool};
pub use projection::principal_components;
pub use similarity::{cosine, nearest_pairs, similarities};
