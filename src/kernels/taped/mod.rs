//! The operations with their gradients, for models that learn: Burn backend extensions whose `Autodiff` implementation
//! records a step of the tape. Made of Burn's own operations, layer normalization, attention and GELU would be five to
//! ten steps each, with a pass over memory and an intermediate for each one.
//!
//! Only the CPU learns: a step of the small models here is done there before a GPU has been given its few hundred
//! launches.

mod layer_norm;
mod linear;
mod lstm;
mod sequence_attention;
mod sequence_embedding;

use burn::backend::{
    Autodiff, AutodiffBackend, Flex,
    autodiff::{checkpoint::strategy::CheckpointStrategy, ops::NodeGuard},
    flex::FlexTensor,
    tensor::FloatTensor,
};

pub(super) use layer_norm::layer_norm;
pub(super) use linear::linear;
pub(super) use lstm::lstm;
pub(super) use sequence_attention::sequence_attention;
pub(super) use sequence_embedding::sequence_embedding;

/// A tensor's numbers, and its node on the tape; for an absent one, a node that asks for no gradient.
fn parts<C: CheckpointStrategy>(
    tensor: Option<FloatTensor<Autodiff<Flex, C>>>,
    like: &FlexTensor,
) -> (Option<FlexTensor>, NodeGuard) {
    match tensor {
        Some(tensor) => {
            let (tensor, node) = tensor.into_parts();
            (Some(tensor.to_contiguous()), node)
        }
        None => (None, Autodiff::<Flex, C>::from_inner(like.clone()).node()),
    }
}
