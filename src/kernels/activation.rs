//! The activations of linear layers.

/// A function of each output of a linear layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// The identity.
    #[default]
    Identity,
    /// GELU by its tanh approximation (Hendrycks and Gimpel 2016), GPT-2's `gelu_new`.
    GeluTanh,
    /// GELU by the error function.
    GeluErf,
    /// max(x, 0).
    Relu,
    /// x · sigmoid(x).
    Silu,
    /// tanh(x), of BERT's pooler.
    Tanh,
}
