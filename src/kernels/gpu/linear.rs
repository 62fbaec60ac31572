//! The linear layer: the launches. One token goes through the matrix-vector kernels, several through the tiled one.

use burn::backend::tensor::FloatTensor;
use burn_wgpu::CubeBackend;

use super::{
    launch::{Constant, Kernel, empty_like, launch, parameters, unused},
    weight_bindings::bind_weight,
};
use crate::kernels::{
    Activation,
    limits::grid,
    linear::LinearOps,
    weight::{Maybe, WeightLayout, WeightTensors},
};

/// The value of `ACTIVATION` in the shaders.
fn activation_code(activation: Activation) -> usize {
    match activation {
        Activation::Identity => 0,
        Activation::GeluTanh => 1,
        Activation::GeluErf => 2,
        Activation::Relu => 3,
        Activation::Silu => 4,
        Activation::Tanh => 5,
    }
}

impl LinearOps for CubeBackend {
    fn linear_rows(
        input: FloatTensor<Self>,
        weight: WeightTensors<Self>,
        bias: Maybe<Self>,
        residual: Maybe<Self>,
        activation: Activation,
        layout: WeightLayout,
    ) -> FloatTensor<Self> {
        let [words, scales, minimums] = bind_weight(weight);
        let (bias, residual) = (bias.into_option(), residual.into_option());
        let tokens = input.meta.shape()[0];
        let WeightLayout { rows, columns, .. } = layout;
        let output = empty_like(&input, [tokens, rows]);
        let mut constants: Vec<(&'static str, Constant)> = vec![
            ("ROWS", rows.into()),
            ("COLUMNS", columns.into()),
            ("HAS_BIAS", bias.is_some().into()),
            ("HAS_RESIDUAL", residual.is_some().into()),
            ("ACTIVATION", activation_code(activation).into()),
        ];
        let bias = bias.unwrap_or_else(|| unused(&input));
        let residual = residual.unwrap_or_else(|| unused(&input));
        if tokens == 1 && layout.scheme.is_none() {
            let kernel = Kernel {
                name: "linear_f32_decode",
                source: include_str!("../../../shaders/linear_f32_decode.wgsl"),
                constants,
                threads: 64,
            };
            let buffers = [&input, &words, &bias, &residual, &output];
            launch(kernel, grid(rows.div_ceil(4)), &buffers);
            return output;
        }
        constants.extend(layout.constants());
        if tokens == 1 {
            let kernel = Kernel {
                name: "linear_decode",
                source: include_str!("../../../shaders/linear_decode.wgsl"),
                constants,
                threads: 64,
            };
            let buffers = [&input, &words, &scales, &minimums, &bias, &residual, &output];
            launch(kernel, grid(rows.div_ceil(8)), &buffers);
        } else {
            let kernel = Kernel {
                name: "linear_tile",
                source: include_str!("../../../shaders/linear_tile.wgsl"),
                constants,
                threads: 128,
            };
            let count = parameters(&input, &[tokens as u32]);
            let buffers = [&input, &words, &scales, &minimums, &bias, &residual, &count, &output];
            launch(kernel, [rows.div_ceil(64), tokens.div_ceil(32), 1], &buffers);
        }
        output
    }
}
