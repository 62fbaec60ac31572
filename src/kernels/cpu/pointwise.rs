//! Operations that touch each value once: normalization, activations, embeddings.

use burn_flex::FlexTensor;
use half::f16;
use wide::f32x4;

use super::{Matrix, Values};
use crate::kernels::Activation;

/// Layer normalization of each row; see `shaders/layer_norm.wgsl`.
pub(crate) fn layer_norm(input: &[f32], gamma: &[f32], beta: &[f32], epsilon: f32) -> Vec<f32> {
    let columns = gamma.len();
    let mut output = Vec::with_capacity(input.len());
    for row in input.chunks_exact(columns) {
        // In 64 bits: a mean far from 0 would cost the differences to it their last digits.
        let mean = (row.iter().map(|x| f64::from(*x)).sum::<f64>() / columns as f64) as f32;
        let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / columns as f32;
        let inverse = 1.0 / (variance + epsilon).sqrt();
        let normalized = row.iter().zip(gamma).zip(beta);
        output.extend(normalized.map(|((x, gamma), beta)| (x - mean) * inverse * gamma + beta));
    }
    output
}

/// Bias, activation and residual of a linear layer, in place.
pub(crate) fn finish(
    output: &mut [f32],
    rows: usize,
    bias: Option<&FlexTensor>,
    residual: Option<&FlexTensor>,
    activation: Activation,
) {
    if let Some(bias) = bias {
        let bias = bias.to_contiguous();
        for row in output.chunks_exact_mut(rows) {
            row.iter_mut().zip(bias.storage::<f32>()).for_each(|(x, bias)| *x += bias);
        }
    }
    activate(output, activation);
    if let Some(residual) = residual {
        let residual = residual.to_contiguous();
        output.iter_mut().zip(residual.storage::<f32>()).for_each(|(x, residual)| *x += residual);
    }
}

/// tanh of every value, in place.
pub(super) fn tanh_of(values: &mut [f32]) {
    activate(values, Activation::Tanh);
}

fn activate(values: &mut [f32], activation: Activation) {
    let function: fn(f32x4) -> f32x4 = match activation {
        Activation::Identity => return,
        Activation::GeluTanh => gelu_tanh,
        Activation::GeluErf => gelu_erf,
        Activation::Relu => |x| x.max(f32x4::ZERO),
        Activation::Silu => |x| x / (f32x4::ONE + (-x).exp()),
        Activation::Tanh => tanh,
    };
    let mut chunks = values.chunks_exact_mut(4);
    for chunk in &mut chunks {
        let four: [f32; 4] = (&*chunk).try_into().expect("four values");
        chunk.copy_from_slice(&function(f32x4::from(four)).to_array());
    }
    let tail = chunks.into_remainder();
    let mut four = [0.0; 4];
    four[..tail.len()].copy_from_slice(tail);
    tail.copy_from_slice(&function(f32x4::from(four)).to_array()[..tail.len()]);
}

/// 0.5 x (1 + tanh u) = x (1 − 1 / (exp 2u + 1)), with u held where tanh has long saturated.
#[inline(always)]
fn gelu_tanh(x: f32x4) -> f32x4 {
    let cubic = x + f32x4::splat(0.044_715) * x * x * x;
    let u = (f32x4::splat(0.797_884_6) * cubic).max(f32x4::splat(-10.0)).min(f32x4::splat(10.0));
    x - x / ((u + u).exp() + f32x4::ONE)
}

/// Through e^−2|x| − 1, which keeps its digits only away from 0: near it by the Taylor series.
#[inline(always)]
fn tanh(x: f32x4) -> f32x4 {
    let magnitude = x.abs();
    let power = (f32x4::splat(-2.0) * magnitude).exp();
    let far = ((f32x4::ONE - power) / (f32x4::ONE + power)).copysign(x);
    let square = x * x;
    let series =
        f32x4::ONE - square * (f32x4::splat(1.0 / 3.0) - square * f32x4::splat(2.0 / 15.0));
    magnitude.simd_lt(f32x4::splat(0.1)).select(x * series, far)
}

/// With the error function of Abramowitz and Stegun 7.1.26: absolute error below 1.5e-7.
#[inline(always)]
fn gelu_erf(x: f32x4) -> f32x4 {
    let z = x.abs() * f32x4::splat(std::f32::consts::FRAC_1_SQRT_2);
    let t = f32x4::ONE / (f32x4::ONE + f32x4::splat(0.327_591_1) * z);
    let coefficients = [1.061_405_4, -1.453_152, 1.421_413_8, -0.284_496_74, 0.254_829_6];
    let series = coefficients.iter().fold(f32x4::ZERO, |sum, c| (sum + f32x4::splat(*c)) * t);
    let erf = (f32x4::ONE - series * (-(z * z)).exp()).copysign(x);
    f32x4::HALF * x * (f32x4::ONE + erf)
}

/// `output[t] = matrix[ids[t]] + positions[past + t]`.
pub(crate) fn embedding(
    matrix: &Matrix<'_>,
    positions: &[f32],
    ids: &[u32],
    past: usize,
) -> Vec<f32> {
    let columns = matrix.layout.columns;
    let mut output = Vec::with_capacity(ids.len() * columns);
    for (t, &id) in ids.iter().enumerate() {
        let position = &positions[(past + t) * columns..][..columns];
        output.extend((0..columns).map(|c| value(matrix, id as usize, c) + position[c]));
    }
    output
}

/// `output[t] = matrix[id] + positions[position] + types[type]` of the table's rows `[id, position, type]`.
pub(crate) fn embed_sequences(
    matrix: &Matrix<'_>,
    positions: &[f32],
    types: &[f32],
    table: &[u32],
) -> Vec<f32> {
    let columns = matrix.layout.columns;
    let mut output = Vec::with_capacity(table.len() / 3 * columns);
    for token in table.chunks_exact(3) {
        let [id, position, token_type] = [token[0] as usize, token[1] as usize, token[2] as usize];
        let position = &positions[position * columns..][..columns];
        let token_type = &types[token_type * columns..][..columns];
        output.extend((0..columns).map(|c| value(matrix, id, c) + position[c] + token_type[c]));
    }
    output
}

/// One dequantized value of a matrix.
pub(super) fn value(matrix: &Matrix<'_>, row: usize, column: usize) -> f32 {
    let layout = matrix.layout;
    match (matrix.values, layout.scheme) {
        (Values::Packed { words, scales, minimums }, Some(scheme)) => {
            let bits = scheme.bits();
            let word = words[row * layout.words_per_row() + column * bits / 32];
            let field = word >> (column * bits % 32);
            let stored = match bits {
                16 => return f16::from_bits(field as u16).to_f32(),
                8 => i32::from(field as u8 as i8),
                _ => (field & 15) as i32,
            };
            let group = row * layout.groups() + column / layout.group_size();
            let minimum = minimums.get(group).copied().unwrap_or(0.0);
            scheme.dequantize(stored, scales[group], minimum)
        }
        (Values::Floats(values), _) => values[row * layout.columns + column],
        (Values::Packed { .. }, None) => unreachable!("packed values have a scheme"),
    }
}
