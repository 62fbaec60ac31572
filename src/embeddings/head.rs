//! The modules of sentence-transformers after the pooling: a Dense layer, a layer norm.
//!
//! They run on the host, since they are one matrix-vector product a text, while the device encodes the next texts.

use super::normalize;

/// PyTorch's default epsilon of a layer norm.
const EPSILON: f64 = 1e-5;

/// A step between the pooled vector and the text's embedding.
#[derive(Debug, Clone, PartialEq)]
pub enum HeadStep {
    /// A fully connected layer.
    Dense(Dense),
    /// A layer norm.
    LayerNorm(LayerNorm),
    /// Division by the vector's length.
    Normalize,
}

impl HeadStep {
    /// The vector after this step.
    ///
    /// # Panics
    /// If the vector's size is not that of the step's input.
    pub fn apply(&self, mut vector: Vec<f32>) -> Vec<f32> {
        match self {
            Self::Dense(dense) => dense.apply(&vector),
            Self::LayerNorm(norm) => norm.apply(&vector),
            Self::Normalize => {
                normalize(&mut vector);
                vector
            }
        }
    }

    /// The size of a vector after this step, for an input of `size`.
    pub fn size_after(&self, size: usize) -> usize {
        match self {
            Self::Dense(dense) => dense.outputs,
            Self::LayerNorm(_) | Self::Normalize => size,
        }
    }
}

/// The activation of a [`Dense`] layer, by PyTorch's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenseActivation {
    /// x.
    Identity,
    /// tanh(x).
    Tanh,
    /// max(x, 0).
    Relu,
    /// x · Φ(x), computed with the error function.
    Gelu,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// x · sigmoid(x).
    Silu,
}

impl DenseActivation {
    fn apply(self, x: f64) -> f64 {
        match self {
            Self::Identity => x,
            Self::Tanh => x.tanh(),
            Self::Relu => x.max(0.0),
            Self::Gelu => 0.5 * x * (1.0 + erf(x * std::f64::consts::FRAC_1_SQRT_2)),
            Self::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Self::Silu => x / (1.0 + (-x).exp()),
        }
    }
}

/// The error function within 1.5e-7 (Abramowitz and Stegun 7.1.26).
fn erf(x: f64) -> f64 {
    const TERMS: [f64; 5] = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
    let t = 1.0 / (1.0 + 0.3275911 * x.abs());
    let series = TERMS.iter().fold(0.0, |sum, term| (sum + term) * t);
    (1.0 - series * (-x * x).exp()).copysign(x)
}

/// The residual of a [`Dense`] layer.
#[derive(Debug, Clone, PartialEq)]
pub enum Residual {
    /// No residual.
    None,
    /// The layer's input, of the size of its output.
    Input,
    /// The layer's input times a matrix `[outputs, inputs]`.
    Projected(Vec<f32>),
}

/// A fully connected layer: activation(W·x + b), plus a residual.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// W `[outputs, inputs]`, row-major.
    pub weight: Vec<f32>,
    /// b `[outputs]`; empty where there is none.
    pub bias: Vec<f32>,
    /// Number of outputs.
    pub outputs: usize,
    /// The activation.
    pub activation: DenseActivation,
    /// The residual, added after the activation.
    pub residual: Residual,
}

impl Dense {
    /// The layer's output `[outputs]` for a vector `[inputs]`, accumulated in 64 bits.
    ///
    /// # Panics
    /// If the matrix does not fit the vector.
    pub fn apply(&self, vector: &[f32]) -> Vec<f32> {
        let sums = times(&self.weight, vector);
        assert_eq!(sums.len(), self.outputs, "a row for each output");
        let biases = self.bias.iter().copied().chain(std::iter::repeat(0.0));
        let output = sums.zip(biases).map(|(sum, b)| self.activation.apply(sum + f64::from(b)));
        match &self.residual {
            Residual::None => output.map(|x| x as f32).collect(),
            Residual::Input => {
                output.zip(vector).map(|(x, input)| (x + f64::from(*input)) as f32).collect()
            }
            Residual::Projected(matrix) => {
                output.zip(times(matrix, vector)).map(|(x, input)| (x + input) as f32).collect()
            }
        }
    }
}

/// The product of a matrix `[rows, columns]` and a vector `[columns]`.
fn times<'a>(matrix: &'a [f32], vector: &'a [f32]) -> impl ExactSizeIterator<Item = f64> + 'a {
    let product = move |row: &[f32]| -> f64 {
        row.iter().zip(vector).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum()
    };
    matrix.chunks_exact(vector.len()).map(product)
}

/// A layer norm over a whole vector, with PyTorch's epsilon.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNorm {
    /// `[size]`.
    pub gamma: Vec<f32>,
    /// `[size]`.
    pub beta: Vec<f32>,
}

impl LayerNorm {
    /// The vector standardized to mean 0 and variance 1, times gamma, plus beta.
    pub fn apply(&self, vector: &[f32]) -> Vec<f32> {
        let count = vector.len() as f64;
        let mean = vector.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
        let variance = vector.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / count;
        let inverse = 1.0 / (variance + EPSILON).sqrt();
        let elements = vector.iter().zip(&self.gamma).zip(&self.beta);
        let scaled = |((x, gamma), beta): ((&f32, &f32), &f32)| {
            ((f64::from(*x) - mean) * inverse * f64::from(*gamma) + f64::from(*beta)) as f32
        };
        elements.map(scaled).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that are exact in both float types, so that only the arithmetic differs.
    fn values(count: usize, seed: u32) -> Vec<f32> {
        let value = |n: usize| ((n as u32 * 37 + seed * 11) % 64) as f32 / 32.0 - 1.0;
        (0..count).map(value).collect()
    }

    fn dense(inputs: usize, outputs: usize, activation: DenseActivation) -> Dense {
        Dense {
            weight: values(inputs * outputs, 1),
            bias: values(outputs, 2),
            outputs,
            activation,
            residual: Residual::None,
        }
    }

    #[test]
    fn a_dense_layer_is_its_matrix_its_bias_and_its_activation() {
        let (inputs, outputs) = (67, 13);
        let x = values(inputs, 3);
        let reference = |dense: &Dense, f: fn(f64) -> f64| -> Vec<f64> {
            let mut output = Vec::new();
            for row in 0..outputs {
                let mut sum = f64::from(dense.bias[row]);
                for (column, x) in x.iter().enumerate() {
                    sum += f64::from(dense.weight[row * inputs + column]) * f64::from(*x);
                }
                output.push(f(sum));
            }
            output
        };
        type Case = (DenseActivation, fn(f64) -> f64);
        let cases: [Case; 5] = [
            (DenseActivation::Identity, |x| x),
            (DenseActivation::Tanh, f64::tanh),
            (DenseActivation::Relu, |x| if x > 0.0 { x } else { 0.0 }),
            (DenseActivation::Sigmoid, |x| x.exp() / (1.0 + x.exp())),
            (DenseActivation::Silu, |x| x * (x.exp() / (1.0 + x.exp()))),
        ];
        for (activation, f) in cases {
            let dense = dense(inputs, outputs, activation);
            let found = dense.apply(&x);
            for (found, expected) in found.iter().zip(reference(&dense, f)) {
                let error = (f64::from(*found) - expected).abs();
                assert!(error <= 1e-6 * expected.abs().max(1.0), "{activation:?}: {found}");
            }
        }
    }

    #[test]
    fn gelu_is_that_of_the_error_function() {
        // torch.nn.GELU()(x)
        for (x, expected) in
            [(-3.0, -0.004_049_694), (-0.5, -0.154_268_77), (0.0, 0.0), (2.0, 1.954_499_7)]
        {
            assert!((DenseActivation::Gelu.apply(x) - expected).abs() < 1e-6, "{x}");
        }
    }

    #[test]
    fn a_residual_connection_adds_the_input() {
        let x = values(5, 3);
        let mut layer = dense(5, 5, DenseActivation::Tanh);
        let alone = layer.apply(&x);
        layer.residual = Residual::Input;
        let with_input = layer.apply(&x);
        let mut twice = vec![0.0; 25];
        (0..5).for_each(|index| twice[index * 6] = 2.0);
        layer.residual = Residual::Projected(twice);
        let with_twice = layer.apply(&x);
        for index in 0..5 {
            assert!((with_input[index] - alone[index] - x[index]).abs() < 1e-6);
            assert!((with_twice[index] - alone[index] - 2.0 * x[index]).abs() < 1e-6);
        }
    }

    #[test]
    fn a_layer_norm_has_mean_0_and_variance_1() {
        let norm = LayerNorm { gamma: vec![2.0; 4], beta: vec![0.5; 4] };
        let found = norm.apply(&[1.0, 2.0, 3.0, 4.0]);
        let scale = 2.0 / (1.25f64 + 1e-5).sqrt();
        for (found, x) in found.iter().zip([-1.5, -0.5, 0.5, 1.5]) {
            assert!((f64::from(*found) - (x * scale + 0.5)).abs() < 1e-6);
        }
    }

    #[test]
    fn steps_give_the_size_of_their_output() {
        let step = HeadStep::Dense(dense(8, 3, DenseActivation::Identity));
        assert_eq!((step.size_after(8), step.apply(values(8, 5)).len()), (3, 3));
        assert_eq!(HeadStep::Normalize.apply(vec![3.0, 4.0]), [0.6, 0.8]);
        assert_eq!(HeadStep::Normalize.size_after(2), 2);
    }
}
