//! Checks of the kernels for concatenated sequences: each sequence against the reference and against a run without
//! the others, because the rest of the batch must not matter.

use burn::tensor::{Device, Tensor};

use super::{
    linear::{columns, tensor, weight},
    outcome::{Outcome, compare, read},
    reference,
};
use crate::{
    kernels::{
        AttentionShape, SequenceAttentionShape, Sequences, sequence_attention,
        sequence_attention_weights, sequence_embedding,
    },
    quantization::Scheme,
};

/// `(heads, head size, tokens of each sequence)`
pub(super) type Case = (usize, usize, &'static [usize]);

/// Whether a token sees those after it, and whether not.
pub(super) const CAUSAL: [bool; 2] = [false, true];

pub(super) const CASES: [Case; 9] = [
    (1, 1, &[1]),
    (2, 12, &[1, 1, 5]),
    (12, 26, &[7]),
    (12, 32, &[33, 1, 64, 12]),
    (3, 64, &[31, 32, 33]),
    (1, 80, &[65, 96]),
    (2, 128, &[40, 3]),
    (2, 64, &[512]),
    (4, 32, &[3; 70]),
];

pub(super) async fn check_attention(
    device: &Device,
    (heads, head_size, lengths): Case,
    causal: bool,
) -> Outcome {
    let kind = if causal { "masked" } else { "full" };
    let name =
        format!("sequence attention, {kind}, {heads} heads of {head_size}, sequences {lengths:?}");
    let width = 3 * heads * head_size;
    let tokens: usize = lengths.iter().sum();
    let rows: Vec<f32> = reference::values(12, tokens * width).iter().map(|x| 2.0 * x).collect();
    let scale = 1.0 / (head_size as f32).sqrt();
    let shape = SequenceAttentionShape { heads, head_size, scale, causal };
    let sequences = Sequences::new(lengths, device);
    let input = tensor(&rows, [tokens, width], device);
    let output = sequence_attention(input.clone(), &sequences, shape);
    let weights = sequence_attention_weights(input, &sequences, shape);

    let (mut expected, mut expected_weights) = (Vec::new(), Vec::new());
    let (mut single, mut single_weights) = (Vec::new(), Vec::new());
    for (start, &length) in sequences.starts().into_iter().zip(lengths) {
        let (past, capacity) = (0, length);
        let alone =
            AttentionShape { heads, head_size, past, tokens: length, capacity, scale, causal };
        let rows = &rows[start * width..(start + length) * width];
        let (output, weights) = reference::attention(rows, &alone);
        expected.extend(output);
        expected_weights.extend(weights);
        let input = tensor(rows, [length, width], device);
        let alone = Sequences::new(&[length], device);
        single.push(sequence_attention(input.clone(), &alone, shape));
        single_weights.push(sequence_attention_weights(input, &alone, shape));
    }
    let found = agree(output, &expected, Tensor::cat(single, 0)).await;
    let found_weights = agree(weights, &expected_weights, Tensor::cat(single_weights, 0)).await;
    (name, found.and(found_weights))
}

/// Compares a batch's result with the reference and, more strictly, with the results of single runs: a sequence goes
/// through the same operations in the same order whatever else is in the batch.
async fn agree<const D: usize>(
    batch: Tensor<D>,
    expected: &[f64],
    single: Tensor<D>,
) -> Result<(), String> {
    let (batch, single) = (read(batch).await?, read(single).await?);
    compare(&batch, expected, 1e-5)?;
    let single: Vec<f64> = single.into_iter().map(f64::from).collect();
    compare(&batch, &single, 1e-6).map_err(|error| format!("in a batch and alone: {error}"))
}

pub(super) async fn check_embedding(device: &Device, scheme: Option<Scheme>) -> Outcome {
    let [rows, columns, context, types] = [11, columns(scheme), 9, 3];
    let (weight, dequantized) =
        weight(reference::values(13, rows * columns), [rows, columns], scheme, device);
    let positions = reference::values(14, context * columns);
    let type_weights = reference::values(15, types * columns);
    let (ids, token_types) = ([10u32, 0, 3, 3, 7, 1], [0u32, 0, 1, 0, 2, 1]);
    let lengths = [3, 1, 2];
    let output = sequence_embedding(
        &weight,
        tensor(&positions, [context, columns], device),
        tensor(&type_weights, [types, columns], device),
        &ids,
        &token_types,
        &Sequences::new(&lengths, device),
    );
    let mut expected = Vec::new();
    for ((id, token_type), position) in ids.iter().zip(token_types).zip([0, 1, 2, 0, 0, 1]) {
        let [token, token_type] = [*id as usize * columns, token_type as usize * columns];
        for c in 0..columns {
            let sum = dequantized[token + c] as f64
                + f64::from(positions[position * columns + c])
                + f64::from(type_weights[token_type + c]);
            expected.push(sum);
        }
    }
    let result = read(output).await.and_then(|found| compare(&found, &expected, 1e-6));
    (format!("sequence embedding {scheme:?}"), result)
}
