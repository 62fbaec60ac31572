//! Layer normalization over the last axis (Ba, Kiros, Hinton 2016).

use burn::{
    backend::{Backend, Dispatch, Flex, backend_extension, tensor::FloatTensor},
    tensor::Tensor,
};

use super::cpu;
#[cfg(feature = "train")]
use super::taped;

/// Normalizes each row of `input` `[rows, columns]` to mean 0 and variance 1, then multiplies by `gamma` and adds
/// `beta`, both `[columns]`. `epsilon` is added to the variance.
///
/// # Panics
/// If the sizes do not match.
pub fn layer_norm(input: Tensor<2>, gamma: Tensor<1>, beta: Tensor<1>, epsilon: f64) -> Tensor<2> {
    let [_, columns] = input.dims();
    assert_eq!([gamma.dims(), beta.dims()], [[columns]; 2], "gamma and beta of {columns}");
    #[cfg(feature = "train")]
    if input.is_autodiff() || gamma.is_autodiff() {
        return taped::layer_norm(input, gamma, beta, epsilon as f32);
    }
    Tensor::from_dispatch(<Dispatch as LayerNormOps>::layer_norm_rows(
        input.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        epsilon as f32,
    ))
}

#[backend_extension(Cube: cfg(feature = "gpu"), Flex)]
pub(crate) trait LayerNormOps: Backend {
    fn layer_norm_rows(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self>;
}

impl LayerNormOps for Flex {
    fn layer_norm_rows(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        let shape = cpu::shape2(&input);
        let (input, gamma, beta) =
            (input.to_contiguous(), gamma.to_contiguous(), beta.to_contiguous());
        let output = cpu::layer_norm(input.storage(), gamma.storage(), beta.storage(), epsilon);
        cpu::tensor(output, shape)
    }
}
