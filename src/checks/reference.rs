//! The references: plain loops in 64-bit floats, and their inputs.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::kernels::{Activation, AttentionShape, LstmShape};

/// Reproducible values with a bell-shaped distribution and a few outliers, as weights have it.
pub(super) fn values(seed: u64, count: usize) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut unit = || (random.next_u32() >> 8) as f32 / (1 << 24) as f32;
    (0..count)
        .map(|_| {
            let bell = unit() + unit() + unit() + unit() - 2.0;
            if unit() < 0.01 { 4.0 * bell } else { bell }
        })
        .collect()
}

/// The error function by a series of positive terms (Abramowitz and Stegun 7.1.6), so that no digits cancel.
fn erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let mut term = x;
    let mut sum = x;
    for n in 1..300 {
        term *= 2.0 * x * x / f64::from(2 * n + 1);
        sum += term;
    }
    sum * 2.0 / std::f64::consts::PI.sqrt() * (-x * x).exp()
}

pub(super) fn activate(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::Identity => x,
        Activation::GeluTanh => {
            0.5 * x
                * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
        }
        Activation::GeluErf => 0.5 * x * (1.0 + erf(x / 2.0f64.sqrt())),
        Activation::Relu => x.max(0.0),
        Activation::Silu => x / (1.0 + (-x).exp()),
        Activation::Tanh => x.tanh(),
    }
}

/// `activation(input · weightᵀ + bias) + residual`, `[tokens, rows]`.
pub(super) fn linear(
    input: &[f32],
    weight: &[f32],
    columns: usize,
    bias: Option<&[f32]>,
    residual: Option<&[f32]>,
    activation: Activation,
) -> Vec<f64> {
    let rows = weight.len() / columns;
    let mut output = Vec::new();
    for x in input.chunks_exact(columns) {
        for (row, w) in weight.chunks_exact(columns).enumerate() {
            let dot: f64 = x.iter().zip(w).map(|(x, w)| f64::from(*x) * f64::from(*w)).sum();
            let bias = bias.map_or(0.0, |bias| f64::from(bias[row]));
            let residual = residual.map_or(0.0, |residual| f64::from(residual[output.len()]));
            output.push(activate(activation, dot + bias) + residual);
        }
    }
    debug_assert_eq!(output.len(), input.len() / columns * rows);
    output
}

/// The trace of an LSTM layer, `[tokens, 5 · cells + outputs]`: the gates i, f, g and o, the cell states, the outputs.
pub(super) fn lstm(
    input: &[f32],
    recurrent: &[f32],
    projection: Option<&[f32]>,
    shape: &LstmShape,
) -> Vec<f64> {
    let LstmShape { cells, outputs, reversed, cell_clip, projection_clip } = *shape;
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let product = |matrix: &[f32], x: &[f64]| -> Vec<f64> {
        let dot = |row: &[f32]| row.iter().zip(x).map(|(w, x)| f64::from(*w) * x).sum();
        matrix.chunks_exact(x.len()).map(dot).collect()
    };
    let clip =
        |x: f64, most: Option<f32>| most.map_or(x, |most| x.clamp(-most as f64, most as f64));
    let tokens = input.len() / (4 * cells);
    let (mut hidden, mut states) = (vec![0.0; outputs], vec![0.0; cells]);
    let mut rows = vec![Vec::new(); tokens];
    for step in 0..tokens {
        let token = if reversed { tokens - 1 - step } else { step };
        let given = &input[token * 4 * cells..][..4 * cells];
        let sums = product(recurrent, &hidden);
        let sums: Vec<f64> = sums.iter().zip(given).map(|(sum, x)| sum + f64::from(*x)).collect();
        let gates: Vec<f64> = (sums.iter().enumerate())
            .map(|(index, sum)| if index / cells == 2 { sum.tanh() } else { sigmoid(*sum) })
            .collect();
        for (index, state) in states.iter_mut().enumerate() {
            let [i, f, g] = [0, 1, 2].map(|gate| gates[gate * cells + index]);
            *state = clip(f * *state + i * g, cell_clip);
        }
        let output = states.iter().zip(&gates[3 * cells..]).map(|(state, o)| o * state.tanh());
        let output: Vec<f64> = output.collect();
        hidden = match projection {
            Some(matrix) => {
                product(matrix, &output).into_iter().map(|h| clip(h, projection_clip)).collect()
            }
            None => output,
        };
        rows[token] = [gates, states.clone(), hidden.clone()].concat();
    }
    rows.concat()
}

pub(super) fn layer_norm(input: &[f32], gamma: &[f32], beta: &[f32], epsilon: f64) -> Vec<f64> {
    let columns = gamma.len();
    let mut output = Vec::new();
    for row in input.chunks_exact(columns) {
        let row: Vec<f64> = row.iter().map(|x| f64::from(*x)).collect();
        let mean = row.iter().sum::<f64>() / columns as f64;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / columns as f64;
        for (c, x) in row.iter().enumerate() {
            let normal = (x - mean) / (variance + epsilon).sqrt();
            output.push(normal * f64::from(gamma[c]) + f64::from(beta[c]));
        }
    }
    output
}

/// Attention of the last `shape.tokens` rows over all of `query_key_value` `[past + tokens, 3 · hidden]`:
/// the output `[tokens, hidden]` and the weights `[heads, tokens, past + tokens]`.
pub(super) fn attention(query_key_value: &[f32], shape: &AttentionShape) -> (Vec<f64>, Vec<f64>) {
    let size = shape.head_size;
    let hidden = shape.heads * size;
    let length = shape.past + shape.tokens;
    let element = |row: usize, section: usize, head: usize, d: usize| {
        f64::from(query_key_value[row * 3 * hidden + section * hidden + head * size + d])
    };
    let mut output = vec![0.0; shape.tokens * hidden];
    let mut weights = vec![0.0; shape.heads * shape.tokens * length];
    for head in 0..shape.heads {
        for token in 0..shape.tokens {
            let row = shape.past + token;
            let visible = if shape.causal { row + 1 } else { length };
            let score = |j: usize| {
                let dot: f64 =
                    (0..size).map(|d| element(row, 0, head, d) * element(j, 1, head, d)).sum();
                dot * f64::from(shape.scale)
            };
            let scores: Vec<f64> = (0..visible).map(score).collect();
            let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = scores.iter().map(|score| (score - highest).exp()).sum();
            for (j, score) in scores.iter().enumerate() {
                let weight = (score - highest).exp() / sum;
                weights[(head * shape.tokens + token) * length + j] = weight;
                for d in 0..size {
                    output[token * hidden + head * size + d] += weight * element(j, 2, head, d);
                }
            }
        }
    }
    (output, weights)
}
