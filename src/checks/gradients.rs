//! Checks of the gradients: those of the tape against differences of the references in 64 bits, for a sum of all outputs
//! in which each has a weight of its own.

use burn::{
    module::Param,
    tensor::{Device, Tensor, TensorData},
};

use super::{
    linear::{ACTIVATIONS, tensor},
    lstm,
    outcome::{Outcome, compare},
    reference::{self, values},
};
use crate::{
    kernels::{
        self, Activation, AttentionShape, SequenceAttentionShape, Sequences, Weight, layer_norm,
        linear, sequence_attention, sequence_embedding,
    },
    learning::numbers,
};

/// Distance of a difference's points: a power of two, so that numbers move by it exactly.
const STEP: f32 = 1.0 / 64.0;
/// Largest error, as a share of the largest slope.
const TOLERANCE: f32 = 1e-4;

/// Tokens, columns and rows of the linear layers.
const SHAPES: [[usize; 3]; 4] = [[1, 1, 1], [3, 5, 2], [5, 33, 7], [6, 12, 40]];
/// Heads, head size, tokens of each sequence.
const SEQUENCES: [(usize, usize, &[usize]); 4] =
    [(1, 1, &[2]), (2, 3, &[1, 4, 2]), (3, 8, &[5]), (1, 4, &[35, 3])];

/// LSTM layers. Where one is clipped, no value is so near the clip that a difference would step over it.
const LSTMS: [lstm::Case; 4] = [
    (1, 2, None, false, None),
    (3, 3, None, true, None),
    (5, 4, Some(3), false, None),
    (4, 3, Some(5), true, Some(0.35)),
];

/// Runs every check on the CPU.
pub fn run(mut report: impl FnMut(&Outcome)) {
    let device = Device::flex().autodiff();
    for activation in ACTIVATIONS {
        // A rectifier's kink would lie between the two points of some of the many differences of larger ones.
        let count = if activation == Activation::Relu { 2 } else { SHAPES.len() };
        for shape in SHAPES.into_iter().take(count) {
            report(&check_linear(&device, shape, activation));
        }
    }
    for shape in [[1, 2], [3, 5], [4, 33]] {
        report(&check_layer_norm(&device, shape));
    }
    for case in SEQUENCES {
        for causal in [false, true] {
            report(&check_attention(&device, case, causal));
        }
    }
    report(&check_embedding(&device));
    for case in LSTMS {
        report(&check_lstm(&device, case));
    }
}

/// The slopes of a function, by two central differences whose errors of second order cancel (Richardson 1911).
fn slopes(at: &[f32], function: impl Fn(&[f32]) -> f64) -> Vec<f64> {
    let difference = |index: usize, step: f32| {
        let moved = |by: f32| {
            let mut moved = at.to_vec();
            moved[index] += by;
            (function(&moved), f64::from(moved[index]))
        };
        let ((high, right), (low, left)) = (moved(step), moved(-step));
        (high - low) / (right - left)
    };
    let slope = |index| (4.0 * difference(index, STEP / 2.0) - difference(index, STEP)) / 3.0;
    (0..at.len()).map(slope).collect()
}

/// Σ weight · output, with the weights that the check of an output of that size has.
fn weighted(outputs: &[f64]) -> f64 {
    let weights = values(99, outputs.len());
    outputs.iter().zip(weights).map(|(output, weight)| output * f64::from(weight)).sum()
}

/// The gradients of the same sum at the leaves, by the tape.
fn gradients(output: Tensor<2>, leaves: &[Leaf]) -> Vec<Vec<f32>> {
    let shape = output.dims();
    let weights = TensorData::new(values(99, shape.iter().product()), shape);
    let weights = Tensor::from_data(weights, &output.device());
    let found = (output * weights).sum().backward();
    let of = |leaf: &Leaf| match leaf {
        Leaf::Vector(tensor) => tensor.grad(&found).map(numbers),
        Leaf::Matrix(tensor) => tensor.grad(&found).map(numbers),
    };
    leaves.iter().map(|leaf| of(leaf).unwrap_or_default()).collect()
}

/// A tensor whose gradient is asked.
enum Leaf {
    Vector(Tensor<1>),
    Matrix(Tensor<2>),
}

fn vector(values: &[f32], device: &Device) -> Tensor<1> {
    tensor(values, [values.len()], device).require_grad()
}

fn matrix(values: &[f32], shape: [usize; 2], device: &Device) -> Tensor<2> {
    tensor(values, shape, device).require_grad()
}

/// A float weight, and the leaf that it is.
fn weight(values: &[f32], shape: [usize; 2], device: &Device) -> (Weight, Leaf) {
    let leaf = Param::from_tensor(tensor(values, shape, device));
    (Weight::Float(leaf.clone()), Leaf::Matrix(leaf.val()))
}

/// Compares each gradient with its slopes, all relative to the largest of them.
fn agree(found: Vec<Vec<f32>>, expected: Vec<Vec<f64>>) -> Result<(), String> {
    compare(&found.concat(), &expected.concat(), TOLERANCE.into())
}

fn check_linear(
    device: &Device,
    [tokens, columns, rows]: [usize; 3],
    activation: Activation,
) -> Outcome {
    let name = format!("gradients of linear {tokens} × {columns} → {rows}, {activation:?}");
    let input = values(31, tokens * columns);
    let (weights, bias) = (values(32, rows * columns), values(33, rows));
    let residual = values(34, tokens * rows);
    let sum = |input: &[f32], weights: &[f32], bias: &[f32], residual: &[f32]| {
        let (bias, residual) = (Some(bias), Some(residual));
        weighted(&reference::linear(input, weights, columns, bias, residual, activation))
    };
    let expected = vec![
        slopes(&input, |input| sum(input, &weights, &bias, &residual)),
        slopes(&weights, |weights| sum(&input, weights, &bias, &residual)),
        slopes(&bias, |bias| sum(&input, &weights, bias, &residual)),
        slopes(&residual, |residual| sum(&input, &weights, &bias, residual)),
    ];
    let x = matrix(&input, [tokens, columns], device);
    let (weight, of_weight) = weight(&weights, [rows, columns], device);
    let (b, r) = (vector(&bias, device), matrix(&residual, [tokens, rows], device));
    let output = linear(x.clone(), &weight, Some(b.clone()), Some(r.clone()), activation);
    let leaves = [Leaf::Matrix(x), of_weight, Leaf::Vector(b), Leaf::Matrix(r)];
    (name, agree(gradients(output, &leaves), expected))
}

fn check_layer_norm(device: &Device, [rows, columns]: [usize; 2]) -> Outcome {
    // Far from the point where a row is constant, and its slopes are steep.
    let input: Vec<f32> = values(35, rows * columns).iter().map(|x| 4.0 * x).collect();
    let (gamma, beta) = (values(36, columns), values(37, columns));
    let epsilon = 1e-5;
    let sum = |input: &[f32], gamma: &[f32], beta: &[f32]| {
        weighted(&reference::layer_norm(input, gamma, beta, epsilon))
    };
    let expected = vec![
        slopes(&input, |input| sum(input, &gamma, &beta)),
        slopes(&gamma, |gamma| sum(&input, gamma, &beta)),
        slopes(&beta, |beta| sum(&input, &gamma, beta)),
    ];
    let x = matrix(&input, [rows, columns], device);
    let (g, b) = (vector(&gamma, device), vector(&beta, device));
    let output = layer_norm(x.clone(), g.clone(), b.clone(), epsilon);
    let leaves = [Leaf::Matrix(x), Leaf::Vector(g), Leaf::Vector(b)];
    (
        format!("gradients of a layer norm {rows} × {columns}"),
        agree(gradients(output, &leaves), expected),
    )
}

fn check_attention(
    device: &Device,
    (heads, head_size, lengths): (usize, usize, &[usize]),
    causal: bool,
) -> Outcome {
    let width = 3 * heads * head_size;
    let input = values(38, lengths.iter().sum::<usize>() * width);
    let scale = 1.0 / (head_size as f32).sqrt();
    let sum = |input: &[f32]| {
        let mut rest = input;
        let mut outputs = Vec::new();
        for &tokens in lengths {
            let (rows, others) = rest.split_at(tokens * width);
            rest = others;
            let (past, capacity) = (0, tokens);
            let alone = AttentionShape { heads, head_size, past, tokens, capacity, scale, causal };
            outputs.extend(reference::attention(rows, &alone).0);
        }
        weighted(&outputs)
    };
    let sequences = Sequences::new(lengths, device);
    let x = matrix(&input, [sequences.tokens(), width], device);
    let shape = SequenceAttentionShape { heads, head_size, scale, causal };
    let output = sequence_attention(x.clone(), &sequences, shape);
    let found = gradients(output, &[Leaf::Matrix(x)]);
    let kind = if causal { "masked" } else { "full" };
    (
        format!("gradients of {kind} attention, {heads} heads of {head_size}, {lengths:?}"),
        agree(found, vec![slopes(&input, sum)]),
    )
}

fn check_embedding(device: &Device) -> Outcome {
    let [rows, columns, context, types] = [7, 5, 4, 2];
    let (ids, token_types, positions) = ([6, 0, 3, 3, 6], [0, 1, 0, 0, 1], [0, 1, 2, 0, 1]);
    let tables = [rows, context, types].map(|rows| rows * columns);
    let tables: Vec<Vec<f32>> =
        tables.into_iter().zip(40..).map(|(count, seed)| values(seed, count)).collect();
    let sum = |tables: [&[f32]; 3]| {
        let rows = ids.iter().zip(positions).zip(token_types);
        let rows = rows.flat_map(|((id, position), token_type)| {
            let at = [*id as usize, position, token_type as usize].map(|row| row * columns);
            (0..columns).map(move |column| at.map(|start| start + column))
        });
        let element =
            |at: [usize; 3]| at.iter().zip(tables).map(|(at, table)| f64::from(table[*at])).sum();
        weighted(&rows.map(element).collect::<Vec<f64>>())
    };
    let [words, places, kinds] = [0, 1, 2].map(|index: usize| &tables[index][..]);
    let expected = vec![
        slopes(words, |words| sum([words, places, kinds])),
        slopes(places, |places| sum([words, places, kinds])),
        slopes(kinds, |kinds| sum([words, places, kinds])),
    ];
    let (weight, of_weight) = weight(words, [rows, columns], device);
    let p = matrix(places, [context, columns], device);
    let t = matrix(kinds, [types, columns], device);
    let sequences = Sequences::new(&[3, 2], device);
    let output = sequence_embedding(&weight, p.clone(), t.clone(), &ids, &token_types, &sequences);
    let found = gradients(output, &[of_weight, Leaf::Matrix(p), Leaf::Matrix(t)]);
    ("gradients of the embeddings".into(), agree(found, expected))
}

fn check_lstm(device: &Device, case: lstm::Case) -> Outcome {
    let (tokens, cells, projection, ..) = case;
    let shape = lstm::shape(case);
    let [gates, outputs] = [4 * cells, shape.outputs];
    let (input, recurrent) = (values(61, tokens * gates), values(62, gates * outputs));
    let projection = projection.map(|_| values(63, outputs * cells));
    let sum = |input: &[f32], recurrent: &[f32], projection: Option<&[f32]>| {
        weighted(&reference::lstm(input, recurrent, projection, &shape))
    };
    let mut expected = vec![
        slopes(&input, |input| sum(input, &recurrent, projection.as_deref())),
        slopes(&recurrent, |recurrent| sum(&input, recurrent, projection.as_deref())),
    ];
    let x = matrix(&input, [tokens, gates], device);
    let (r, of_recurrent) = weight(&recurrent, [gates, outputs], device);
    let mut leaves = vec![Leaf::Matrix(x.clone()), of_recurrent];
    let p = projection.as_ref().map(|projection| {
        expected.push(slopes(projection, |projection| sum(&input, &recurrent, Some(projection))));
        let (p, of_projection) = weight(projection, [outputs, cells], device);
        leaves.push(of_projection);
        p
    });
    let trace = kernels::lstm(x, &r, p.as_ref(), shape);
    let output = Tensor::cat(vec![trace.gates, trace.cells, trace.outputs], 1);
    let found = gradients(output, &leaves);
    (format!("gradients of an LSTM {case:?}"), agree(found, expected))
}
