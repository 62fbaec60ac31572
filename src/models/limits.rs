//! Sizes and options that the kernels can run, checked before a model is read.

use crate::{
    error::{LecternError, Result, UnsupportedReason},
    kernels::{Activation, MOST_ROWS},
};

/// The largest head: a wider one does not fit the attention kernels' registers.
const LARGEST_HEAD: usize = 128;
/// The largest size, far above published models and the kernels' limit; a config beyond it is damaged or hostile.
const LARGEST_SIZE: usize = MOST_ROWS;
/// The largest number of layers.
const LARGEST_LAYERS: usize = 1024;

/// Sizes that every transformer has.
pub(super) struct Dimensions<'a> {
    /// All sizes, those below included.
    pub(super) sizes: &'a [usize],
    pub(super) layers: usize,
    pub(super) heads: usize,
    /// Size of a hidden state.
    pub(super) hidden_size: usize,
}

impl Dimensions<'_> {
    /// Refuses sizes that the kernels do not support.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`]
    pub(super) fn check(&self) -> Result<()> {
        let Self { sizes, layers, heads, hidden_size: width } = *self;
        let reason = if sizes.iter().any(|&size| size == 0 || size > LARGEST_SIZE)
            || layers > LARGEST_LAYERS
        {
            UnsupportedReason::Sizes { sizes: sizes.into() }
        } else if !width.is_multiple_of(heads) {
            UnsupportedReason::UnevenHeads { heads, width }
        } else if width / heads > LARGEST_HEAD {
            UnsupportedReason::WideHeads { size: width / heads, most: LARGEST_HEAD }
        } else {
            return Ok(());
        };
        Err(LecternError::UnsupportedModel { reason })
    }
}

/// An activation by transformers' name.
///
/// # Errors
/// [`LecternError::UnsupportedModel`] for an unknown one.
pub(super) fn activation(name: &str) -> Result<Activation> {
    match name {
        "gelu_new" | "gelu_fast" | "gelu_pytorch_tanh" => Ok(Activation::GeluTanh),
        "gelu" => Ok(Activation::GeluErf),
        "relu" => Ok(Activation::Relu),
        "silu" | "swish" => Ok(Activation::Silu),
        other => {
            let name = other.to_owned();
            Err(LecternError::unsupported(UnsupportedReason::Activation { name }))
        }
    }
}
