//! The linear layer: matrix product, bias, activation and residual in one launch, for every format of weights. One
//! token goes through the matrix-vector kernels, several through the tiled one.

use burn::{
    backend::{Backend, Dispatch, Flex, backend_extension, tensor::FloatTensor},
    tensor::Tensor,
};

#[cfg(feature = "train")]
use super::taped;
use super::{
    Activation, Weight, cpu,
    weight::{Maybe, WeightLayout, WeightTensors},
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
    #[cfg(feature = "train")]
    if input.is_autodiff()
        || weight.is_autodiff()
        || bias.as_ref().is_some_and(Tensor::is_autodiff)
        || residual.as_ref().is_some_and(Tensor::is_autodiff)
    {
        return taped::linear(input, (weight, layout), bias, residual, activation);
    }
    Tensor::from_dispatch(<Dispatch as LinearOps>::linear_rows(
        input.into_dispatch(),
        weight,
        Maybe::new(bias),
        Maybe::new(residual),
        activation,
        layout,
    ))
}

#[backend_extension(Cube: cfg(feature = "gpu"), Flex)]
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
