//! The linear layer: matrix product, bias, activation and residual in one launch, for every format of weights. One
//! token goes through the matrix-vector kernels, several through the tiled one.

use burn::{
    backend::{Backend, Dispatch, Flex, backend_extension, tensor::FloatTensor},
    tensor::Tensor,
};
use burn_wgpu::CubeBackend;

use super::{
    Activation, Weight, cpu,
    launch::{Constant, Kernel, empty_like, launch, parameters, unused},
    limits::grid,
    weight::{Maybe, WeightLayout, WeightTensors},
    weight_bindings::bind_weight,
};

/// `activation(input · weightᵀ + bias) + residual`.
///
/// `input` is `[tokens, columns]`, `weight` `[rows, columns]`, `bias` `[rows]`, `residual` and the output
/// `[tokens, rows]`.
///
/// # Panics
/// If the sizes do not match.
pub fn linear(
    input: Tensor<2>,
    weight: &Weight,
    bias: Option<Tensor<1>>,
    residual: Option<Tensor<2>>,
    activation: Activation,
) -> Tensor<2> {
    let [tokens, width] = input.dims();
    let [rows, columns] = weight.shape();
    assert_eq!(width, columns, "the input's width is the weight's");
    assert!(bias.as_ref().is_none_or(|bias| bias.dims() == [rows]), "a bias for each row");
    assert!(residual.as_ref().is_none_or(|r| r.dims() == [tokens, rows]), "residual like output");
    let (weight, layout) = weight.tensors();
    Tensor::from_dispatch(<Dispatch as LinearOps>::linear_rows(
        input.into_dispatch(),
        weight,
        Maybe::new(bias),
        Maybe::new(residual),
        activation,
        layout,
    ))
}

#[backend_extension(Cube, Flex)]
pub(crate) trait LinearOps: Backend {
    fn linear_rows(
        input: FloatTensor<Self>,
        #[extension_type] weight: WeightTensors<Self>,
        #[extension_type] bias: Maybe<Self>,
        #[extension_type] residual: Maybe<Self>,
        activation: Activation,
        layout: WeightLayout,
    ) -> FloatTensor<Self>;
}

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
                source: include_str!("../../shaders/linear_f32_decode.wgsl"),
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
                source: include_str!("../../shaders/linear_decode.wgsl"),
                constants,
                threads: 64,
            };
            let buffers = [&input, &words, &scales, &minimums, &bias, &residual, &output];
            launch(kernel, grid(rows.div_ceil(8)), &buffers);
        } else {
            let kernel = Kernel {
                name: "linear_tile",
                source: include_str!("../../shaders/linear_tile.wgsl"),
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

impl LinearOps for Flex {
    fn linear_rows(
        input: FloatTensor<Self>,
        weight: WeightTensors<Self>,
        bias: Maybe<Self>,
        residual: Maybe<Self>,
        activation: Activation,
        layout: WeightLayout,
    ) -> FloatTensor<Self> {
        let input = input.to_contiguous();
        let mut output = cpu::multiply(input.storage(), &cpu::Matrix::new(&weight, layout));
        let (bias, residual) = (bias.into_option(), residual.into_option());
        cpu::finish(&mut output, layout.rows, bias.as_ref(), residual.as_ref(), activation);
        cpu::tensor(output, [cpu::shape2(&input)[0], layout.rows])
    }
}
