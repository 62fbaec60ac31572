//! Embeddings from hidden states, and comparisons of embeddings: pooling and the modules after it, mixtures of layers,
//! similarity, a 2D projection. Pure functions of row-major values, without a device, for the engine and the page.

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
