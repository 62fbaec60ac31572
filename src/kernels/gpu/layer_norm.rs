//! Layer normalization: the launch.

use burn::backend::tensor::FloatTensor;
use burn_wgpu::CubeBackend;

use super::launch::{Kernel, empty_like, launch};
use crate::kernels::layer_norm::LayerNormOps;

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
            source: include_str!("../../../shaders/layer_norm.wgsl"),
            constants: vec![("COLUMNS", columns.into()), ("EPSILON", epsilon.into())],
            threads: 64,
        };
        launch(kernel, [rows, 1, 1], &[&input, &gamma, &beta, &output]);
        output
    }
}
