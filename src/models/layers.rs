//! Layers that models share, and the selection of layers to report.

use burn::{
    module::{Module, Param},
    tensor::Tensor,
};

use crate::kernels::{self, Activation, Weight};

/// A linear layer; the weight may be quantized.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[outputs, inputs]`
    pub weight: Weight,
    /// `[outputs]`
    pub bias: Param<Tensor<1>>,
}

impl Linear {
    /// `activation(input · weightᵀ + bias) + residual`, `[tokens, inputs]` → `[tokens, outputs]`.
    pub fn forward(
        &self,
        input: Tensor<2>,
        activation: Activation,
        residual: Option<Tensor<2>>,
    ) -> Tensor<2> {
        kernels::linear(input, &self.weight, Some(self.bias.val()), residual, activation)
    }
}

/// Layer normalization (Ba, Kiros, Hinton 2016).
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// `[hidden size]`, PyTorch's `weight`.
    pub gamma: Param<Tensor<1>>,
    /// `[hidden size]`, PyTorch's `bias`.
    pub beta: Param<Tensor<1>>,
    /// Added to the variance.
    pub epsilon: f64,
}

impl LayerNorm {
    /// `[tokens, hidden size]` → the same shape.
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        kernels::layer_norm(input, self.gamma.val(), self.beta.val(), self.epsilon)
    }
}

/// The position-wise feed-forward network (Vaswani et al. 2017, section 3.3).
#[derive(Module, Debug)]
pub struct FeedForward {
    /// GPT-2's `c_fc`, BERT's `intermediate.dense`: `[inner, hidden]`.
    pub expand: Linear,
    /// GPT-2's `c_proj`, BERT's `output.dense`: `[hidden, inner]`.
    pub contract: Linear,
}

impl FeedForward {
    /// `contract(activation(expand(input))) + residual`, all `[tokens, hidden]`.
    pub fn forward(
        &self,
        input: Tensor<2>,
        residual: Tensor<2>,
        activation: Activation,
    ) -> Tensor<2> {
        let inner = self.expand.forward(input, activation, None);
        self.contract.forward(inner, Activation::Identity, Some(residual))
    }
}

/// Layers of which attention weights are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerSelection {
    /// All layers.
    All,
    /// One layer, by its index.
    One(usize),
}

impl LayerSelection {
    /// Whether this layer, by its index, is one of them.
    pub fn contains(self, layer: usize) -> bool {
        match self {
            Self::All => true,
            Self::One(index) => index == layer,
        }
    }
}
