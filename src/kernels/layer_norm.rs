//! Layer normalization over the last axis (Ba, Kiros, Hinton 2016).

use burn::{
    backend::{Backend, Dispatch, Flex, backend_extension, tensor::FloatTensor},
    tensor::Tensor,
};
use burn_wgpu::CubeBackend;

use super::{
    cpu,
    launch::{Kernel, empty_like, launch},
};

/// Normalizes each row of `input` `[rows, columns]` to mean 0 and variance 1, then multiplies by `gamma` and adds
/// `beta`, both `[columns]`. `epsilon` is added to the variance.
///
/// # Panics
/// If the sizes do not match.
pub fn layer_norm(input: Tensor<2>, gamma: Tensor<1>, beta: Tensor<1>, epsilon: f64) -> Tensor<2> {
    let [_, columns] = input.dims();
    assert_eq!([gamma.dims(), beta.dims()], [[columns]; 2], "gamma and beta of {columns}");
    Tensor::from_dispatch(<Dispatch as LayerNormOps>::layer_norm_rows(
        input.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        epsilon as f32,
    ))
}

#[backend_extension(Cube, Flex)]
pub(crate) trait LayerNormOps: Backend {
    fn layer_norm_rows(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self>;
}

impl LayerNormOps for CubeBackend {
    fn layer_norm_rows(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        let [rows, columns] = [input.meta.shape()[0], input.meta.shape()[1]];
        let output = empty_like(&input, [rows, columns]);
        let kernel = Kernel {
            name: "layer_norm",
            source: include_str!("../../shaders/layer_norm.wgsl"),
            constants: vec![("COLUMNS", columns.into()), ("EPSILON", epsilon.into())],
            threads: 64,
        };
        launch(kernel, [rows, 1, 1], &[&input, &gamma, &beta, &output]);
        output
    }
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
