//! The tensors of a checkpoint that have all come, put together into layers.

use burn::{module::Param, tensor::Tensor};

use super::{
    assembly::Assembly,
    layers::{LayerNorm, Linear},
};
use crate::{
    error::{LecternError, Result},
    kernels::Weight,
};

/// The pieces of a checkpoint that lacks none, put together into layers. `missing` makes the error for a
/// tensor that has not come.
pub(super) struct Finishing {
    pub(super) assembly: Assembly,
    pub(super) missing: fn(&str) -> LecternError,
}

impl Finishing {
    pub(super) fn matrix(&mut self, name: &str) -> Result<Weight> {
        self.assembly.matrix(name).ok_or_else(|| (self.missing)(name))
    }

    pub(super) fn plain<const D: usize>(&mut self, name: &str) -> Result<Param<Tensor<D>>> {
        self.assembly.plain(name).ok_or_else(|| (self.missing)(name))
    }

    pub(super) fn linear(&mut self, name: &str) -> Result<Linear> {
        Ok(Linear {
            weight: self.matrix(&format!("{name}.weight"))?,
            bias: self.plain(&format!("{name}.bias"))?,
        })
    }

    pub(super) fn norm(&mut self, name: &str, epsilon: f64) -> Result<LayerNorm> {
        Ok(LayerNorm {
            gain: self.plain(&format!("{name}.weight"))?,
            shift: self.plain(&format!("{name}.bias"))?,
            epsilon,
        })
    }
}
