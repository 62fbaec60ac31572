//! Gradients of the operations. Products are the float kernel's on transposed copies: a copy costs a read and a write a
//! value, beside as many multiplications a value as the batch has tokens.

use wide::f32x4;

use super::{
    Matrix, Values, floats,
    pointwise::value,
    sequence_attention::{Head, head_vector},
};
use crate::kernels::{Activation, SequenceAttentionShape};

/// Side of the blocks in which a matrix is transposed: two of them stay in the first-level cache.
const BLOCK: usize = 32;

/// A row-major matrix of so many columns, transposed.
pub(crate) fn transpose(values: &[f32], columns: usize) -> Vec<f32> {
    let rows = values.len() / columns.max(1);
    let mut transposed = vec![0.0; values.len()];
    for first_row in (0..rows).step_by(BLOCK) {
        for first_column in (0..columns).step_by(BLOCK) {
            for row in first_row..rows.min(first_row + BLOCK) {
                for column in first_column..columns.min(first_column + BLOCK) {
                    transposed[column * rows + row] = values[row * columns + column];
                }
            }
        }
    }
    transposed
}

/// `[m, width]` times the transposed `[n, width]`: `[m, n]`.
pub(crate) fn product(left: &[f32], right: &[f32], width: usize) -> Vec<f32> {
    let mut output = vec![0.0; left.len() / width.max(1) * (right.len() / width.max(1))];
    floats::multiply(left, right, width, &mut output);
    output
}

/// A weight matrix `[rows, columns]` of any format as floats, transposed: `[columns, rows]`.
pub(crate) fn transposed_weight(matrix: &Matrix<'_>) -> Vec<f32> {
    let (rows, columns) = (matrix.layout.rows, matrix.layout.columns);
    if let Values::Floats(values) = matrix.values {
        return transpose(values, columns);
    }
    let element = |index: usize| value(matrix, index % rows, index / rows);
    (0..rows * columns).map(element).collect()
}

/// The sum of each column over the rows of `[rows, columns]`.
pub(crate) fn column_sums(values: &[f32], columns: usize) -> Vec<f32> {
    let mut sums = vec![0.0; columns];
    for row in values.chunks_exact(columns) {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sums
}

/// The gradient before an activation, in place: `gradient` after it, times its derivative at `before`.
pub(crate) fn activation_backward(gradient: &mut [f32], before: &[f32], activation: Activation) {
    let derivative: fn(f32x4) -> f32x4 = match activation {
        Activation::Identity => return,
        Activation::GeluTanh => gelu_tanh,
        Activation::GeluErf => gelu_erf,
        Activation::Relu => |x| x.simd_gt(f32x4::ZERO).select(f32x4::ONE, f32x4::ZERO),
        Activation::Silu => |x| {
            let share = sigmoid(x);
            share + x * share * (f32x4::ONE - share)
        },
        Activation::Tanh => |x| {
            let share = sigmoid(x + x);
            f32x4::splat(4.0) * share * (f32x4::ONE - share)
        },
    };
    for (gradient, before) in gradient.chunks_mut(4).zip(before.chunks(4)) {
        let mut four = [0.0; 4];
        four[..before.len()].copy_from_slice(before);
        let slopes = derivative(f32x4::from(four)).to_array();
        gradient.iter_mut().zip(slopes).for_each(|(gradient, slope)| *gradient *= slope);
    }
}

#[inline(always)]
fn sigmoid(x: f32x4) -> f32x4 {
    let held = x.max(f32x4::splat(-80.0)).min(f32x4::splat(80.0));
    f32x4::ONE / (f32x4::ONE + (-held).exp())
}

/// With s = σ(2u), u = √(2/π) (x + 0.044715 x³): s + 2 x s (1 − s) u'.
#[inline(always)]
fn gelu_tanh(x: f32x4) -> f32x4 {
    let (root, cubic) = (f32x4::splat(0.797_884_6), f32x4::splat(0.044_715));
    let square = x * x;
    let share = sigmoid((root + root) * x * (f32x4::ONE + cubic * square));
    let slope = root * (f32x4::ONE + f32x4::splat(3.0) * cubic * square);
    share + (x + x) * share * (f32x4::ONE - share) * slope
}

/// Φ(x) + x φ(x), with the error function of Abramowitz and Stegun 7.1.26.
#[inline(always)]
fn gelu_erf(x: f32x4) -> f32x4 {
    let z = x.abs() * f32x4::splat(std::f32::consts::FRAC_1_SQRT_2);
    let t = f32x4::ONE / (f32x4::ONE + f32x4::splat(0.327_591_1) * z);
    let coefficients = [1.061_405_4, -1.453_152, 1.421_413_8, -0.284_496_74, 0.254_829_6];
    let series = coefficients.iter().fold(f32x4::ZERO, |sum, c| (sum + f32x4::splat(*c)) * t);
    let bell = (-(z * z)).exp();
    let erf = (f32x4::ONE - series * bell).copysign(x);
    f32x4::HALF * (f32x4::ONE + erf) + x * bell * f32x4::splat(0.398_942_3)
}

/// Gradients of a layer normalization.
pub(crate) struct LayerNormGradients {
    /// Like the input.
    pub(crate) input: Vec<f32>,
    /// `[columns]`
    pub(crate) gamma: Vec<f32>,
    /// `[columns]`
    pub(crate) beta: Vec<f32>,
}

/// With x̂ the normalized row and g = gradient · gamma: (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + epsilon).
pub(crate) fn layer_norm_backward(
    input: &[f32],
    gamma: &[f32],
    epsilon: f32,
    gradient: &[f32],
) -> LayerNormGradients {
    let columns = gamma.len();
    let mut found = LayerNormGradients {
        input: Vec::with_capacity(input.len()),
        gamma: vec![0.0; columns],
        beta: column_sums(gradient, columns),
    };
    let mut normal = vec![0.0; columns];
    for (row, gradient) in input.chunks_exact(columns).zip(gradient.chunks_exact(columns)) {
        let mean = (row.iter().map(|x| f64::from(*x)).sum::<f64>() / columns as f64) as f32;
        let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / columns as f32;
        let inverse = 1.0 / (variance + epsilon).sqrt();
        normal.iter_mut().zip(row).for_each(|(normal, x)| *normal = (x - mean) * inverse);
        let (mut sum, mut along) = (0.0, 0.0);
        for column in 0..columns {
            found.gamma[column] += gradient[column] * normal[column];
            let scaled = gradient[column] * gamma[column];
            sum += scaled;
            along += scaled * normal[column];
        }
        let (sum, along) = (sum / columns as f32, along / columns as f32);
        let slopes = gradient.iter().zip(gamma).zip(&normal);
        found.input.extend(
            slopes.map(|((gradient, gamma), x)| inverse * (gradient * gamma - sum - x * along)),
        );
    }
    found
}

/// The gradient of attention within the sequences, `[tokens, 3 · hidden]`. The weights are computed again: to keep them
/// would take heads · n² numbers a sequence until the backward pass.
pub(crate) fn attend_sequences_backward(
    query_key_value: &[f32],
    tiles: &[u32],
    shape: &SequenceAttentionShape,
    gradient: &[f32],
) -> Vec<f32> {
    let (size, hidden) = (shape.head_size, shape.heads * shape.head_size);
    let mut output = vec![0.0; query_key_value.len()];
    for tile in tiles.chunks_exact(4) {
        let [queries, _, first, last] = [tile[0], tile[1], tile[2], tile[3]].map(|it| it as usize);
        // A long sequence has several tiles.
        if queries != first {
            continue;
        }
        for index in 0..shape.heads {
            let head = Head::gather(query_key_value, shape, index, first..last);
            let weights = head.weigh(query_key_value, shape, index, first..last);
            let of_head = |token: usize| &gradient[token * hidden + index * size..][..size];
            let gradient: Vec<f32> = (first..last).flat_map(of_head).copied().collect();
            let vectors = |of: usize| -> Vec<f32> {
                let vector = |token| head_vector(query_key_value, shape, token, index, of);
                (first..last).flat_map(vector).copied().collect()
            };
            let [query, key, value] = [0, 1, 2].map(vectors);
            let length = last - first;
            let by_value =
                product(&transpose(&weights, length), &transpose(&gradient, size), length);
            let mut by_score = product(&gradient, &value, size);
            for (slopes, weights) in
                by_score.chunks_exact_mut(length).zip(weights.chunks_exact(length))
            {
                let mean = floats::dot(slopes, weights);
                let pairs = slopes.iter_mut().zip(weights);
                pairs.for_each(|(slope, weight)| *slope = shape.scale * weight * (*slope - mean));
            }
            let by_query = product(&by_score, &transpose(&key, size), length);
            let by_key = product(&transpose(&by_score, length), &transpose(&query, size), length);
            for (of, vectors) in [by_query, by_key, by_value].iter().enumerate() {
                for (token, vector) in (first..last).zip(vectors.chunks_exact(size)) {
                    let start = (3 * token + of) * hidden + index * size;
                    output[start..start + size].copy_from_slice(vector);
                }
            }
        }
    }
    output
}

/// The gradient of a table `[rows, columns]` whose rows `indices` were looked up: each one's gradient joins its row.
pub(crate) fn lookup_backward(
    indices: impl Iterator<Item = u32>,
    gradient: &[f32],
    [rows, columns]: [usize; 2],
) -> Vec<f32> {
    let mut table = vec![0.0; rows * columns];
    for (index, gradient) in indices.zip(gradient.chunks_exact(columns)) {
        let row = &mut table[index as usize * columns..][..columns];
        row.iter_mut().zip(gradient).for_each(|(sum, gradient)| *sum += gradient);
    }
    table
}
