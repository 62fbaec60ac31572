//! Self-attention over the cache, a query at a time: one row of scores is all that is ever in memory.

use wide::f32x4;

use super::floats::dot;
use crate::kernels::AttentionShape;

/// Copies the new keys and values into the cache: `[heads, capacity, head size]`.
fn append(query_key_value: &[f32], cache: [&mut [f32]; 2], shape: &AttentionShape) {
    let hidden = shape.heads * shape.head_size;
    for (index, cache) in cache.into_iter().enumerate() {
        for (t, row) in query_key_value.chunks_exact(3 * hidden).enumerate() {
            let new = &row[(index + 1) * hidden..][..hidden];
            for (head, new) in new.chunks_exact(shape.head_size).enumerate() {
                let start = (head * shape.capacity + shape.past + t) * shape.head_size;
                cache[start..][..shape.head_size].copy_from_slice(new);
            }
        }
    }
}

/// Writes the weights of one query over the positions it sees into `weights`; returns the number of positions.
fn weigh(
    query_key_value: &[f32],
    keys: &[f32],
    shape: &AttentionShape,
    [head, token]: [usize; 2],
    weights: &mut [f32],
) -> usize {
    let size = shape.head_size;
    let hidden = shape.heads * size;
    let query = &query_key_value[token * 3 * hidden + head * size..][..size];
    let sees = shape.sees(token);
    let keys = &keys[head * shape.capacity * size..][..sees * size];
    let weights = &mut weights[..sees];
    for (weight, key) in weights.iter_mut().zip(keys.chunks_exact(size)) {
        *weight = dot(query, key) * shape.scale;
    }
    softmax(weights);
    sees
}

pub(super) fn softmax(scores: &mut [f32]) {
    let maximum = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for chunk in scores.chunks_mut(4) {
        let mut four = [f32::MIN; 4];
        four[..chunk.len()].copy_from_slice(chunk);
        let powers = (f32x4::from(four) - f32x4::splat(maximum)).max(f32x4::splat(-80.0)).exp();
        chunk.copy_from_slice(&powers.to_array()[..chunk.len()]);
        sum += chunk.iter().sum::<f32>();
    }
    let inverse = 1.0 / sum;
    scores.iter_mut().for_each(|score| *score *= inverse);
}

/// Attention of the new tokens, `[tokens, hidden]`; their keys and values join the cache.
pub(crate) fn attend(
    query_key_value: &[f32],
    keys: &mut [f32],
    values: &mut [f32],
    shape: &AttentionShape,
) -> Vec<f32> {
    append(query_key_value, [&mut *keys, &mut *values], shape);
    let size = shape.head_size;
    let hidden = shape.heads * size;
    let mut output = vec![0.0; shape.tokens * hidden];
    let mut weights = vec![0.0; shape.past + shape.tokens];
    for head in 0..shape.heads {
        let values = &values[head * shape.capacity * size..][..shape.capacity * size];
        for token in 0..shape.tokens {
            let sees = weigh(query_key_value, keys, shape, [head, token], &mut weights);
            let output = &mut output[token * hidden + head * size..][..size];
            for (weight, value) in weights[..sees].iter().zip(values.chunks_exact(size)) {
                output.iter_mut().zip(value).for_each(|(sum, value)| *sum += weight * value);
            }
        }
    }
    output
}

/// The weights themselves, `[heads, tokens, past + tokens]`, 0 where the mask hides.
pub(crate) fn attention_weights(
    query_key_value: &[f32],
    keys: &[f32],
    shape: &AttentionShape,
) -> Vec<f32> {
    let length = shape.past + shape.tokens;
    let mut weights = vec![0.0; shape.heads * shape.tokens * length];
    for (row, weights) in weights.chunks_exact_mut(length).enumerate() {
        let position = [row / shape.tokens, row % shape.tokens];
        weigh(query_key_value, keys, shape, position, weights);
    }
    weights
}
