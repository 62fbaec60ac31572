//! The CPU versions of the kernels: one thread, 128-bit SIMD (SSE2 natively, simd128 in WebAssembly).
//!
//! Weights are never dequantized into memory: a row's integers are unpacked in registers (one token) or into
//! a row-sized scratch that stays in the first-level cache (several tokens).

mod attention;
#[cfg(feature = "train")]
mod backward;
mod floats;
mod integers;
mod lstm;
mod pointwise;
mod sequence_attention;

use burn::{backend::Flex, tensor::TensorData};
use burn_flex::FlexTensor;

pub(crate) use attention::{attend, attention_weights};
#[cfg(feature = "train")]
pub(crate) use backward::{
    activation_backward, attend_sequences_backward, column_sums, layer_norm_backward,
    lookup_backward, product, transpose, transposed_weight,
};
pub(crate) use lstm::lstm;
#[cfg(feature = "train")]
pub(crate) use lstm::lstm_backward;
pub(crate) use pointwise::{embed_sequences, embedding, finish, layer_norm};
pub(crate) use sequence_attention::{attend_sequences, weigh_sequences};

use super::weight::{WeightLayout, WeightTensors};
use crate::quantization::Scheme;

/// A tensor of these values.
pub(crate) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// The two axes of a matrix.
pub(crate) fn shape2(tensor: &FlexTensor) -> [usize; 2] {
    let shape = tensor.layout().shape();
    [shape[0], shape[1]]
}

/// A weight matrix in memory, as it is kept.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    pub(crate) layout: WeightLayout,
    pub(crate) values: Values<'a>,
}

#[derive(Clone, Copy)]
pub(crate) enum Values<'a> {
    Floats(&'a [f32]),
    Packed { words: &'a [u32], scales: &'a [f32], minimums: &'a [f32] },
}

impl<'a> Matrix<'a> {
    pub(crate) fn new(weight: &'a WeightTensors<Flex>, layout: WeightLayout) -> Self {
        let values = match weight {
            WeightTensors::Float(values) => Values::Floats(values.storage()),
            WeightTensors::F16(words) => {
                Values::Packed { words: words.storage(), scales: &[], minimums: &[] }
            }
            WeightTensors::Scaled(words, scales) => {
                Values::Packed { words: words.storage(), scales: scales.storage(), minimums: &[] }
            }
            WeightTensors::Affine(words, scales, minimums) => Values::Packed {
                words: words.storage(),
                scales: scales.storage(),
                minimums: minimums.storage(),
            },
        };
        Self { layout, values }
    }
}

/// `input` `[tokens, columns]` times the transposed matrix `[rows, columns]`: `[tokens, rows]`.
pub(crate) fn multiply(input: &[f32], matrix: &Matrix<'_>) -> Vec<f32> {
    let WeightLayout { rows, columns, scheme } = matrix.layout;
    let tokens = input.len() / columns.max(1);
    let mut output = vec![0.0; tokens * rows];
    match matrix.values {
        Values::Floats(values) => floats::multiply(input, values, columns, &mut output),
        Values::Packed { words, .. } if scheme == Some(Scheme::F16) => {
            floats::multiply_halves(input, words, columns, &mut output);
        }
        Values::Packed { words, scales, minimums } => {
            use integers::{Eight, EightBySixteen, Four, Grouped, multiply};
            let grouped = Grouped::new(matrix.layout, scales, minimums);
            match (matrix.layout.format(), matrix.layout.group_size()) {
                (2, 16) => multiply::<EightBySixteen>(input, words, &grouped, &mut output),
                (2, _) => multiply::<Eight>(input, words, &grouped, &mut output),
                _ => multiply::<Four>(input, words, &grouped, &mut output),
            }
        }
    }
    output
}
