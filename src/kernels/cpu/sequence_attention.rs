//! Attention in a batch of sequences: for each head and sequence the keys are brought together, the values
//! transposed, and both products are the float kernel's, 32 queries at a time.

use std::ops::Range;

use super::{attention::softmax, floats};
use crate::kernels::SequenceAttentionShape;

/// One head of one sequence.
pub(super) struct Head {
    /// Index of the sequence's first token.
    first: usize,
    /// `[n, head size]`
    keys: Vec<f32>,
    /// `[head size, n]`
    values: Vec<f32>,
}

/// A head's vector in one token's row: 0 its query, 1 its key, 2 its value.
pub(super) fn head_vector<'a>(
    query_key_value: &'a [f32],
    shape: &SequenceAttentionShape,
    token: usize,
    head: usize,
    index: usize,
) -> &'a [f32] {
    let hidden = shape.heads * shape.head_size;
    let start = (3 * token + index) * hidden + head * shape.head_size;
    &query_key_value[start..start + shape.head_size]
}

impl Head {
    pub(super) fn gather(
        query_key_value: &[f32],
        shape: &SequenceAttentionShape,
        head: usize,
        tokens: Range<usize>,
    ) -> Self {
        let (first, length) = (tokens.start, tokens.len());
        let mut keys = Vec::with_capacity(length * shape.head_size);
        let mut values = vec![0.0; length * shape.head_size];
        for (index, token) in tokens.enumerate() {
            keys.extend_from_slice(head_vector(query_key_value, shape, token, head, 1));
            let value = head_vector(query_key_value, shape, token, head, 2);
            for (column, element) in values.chunks_exact_mut(length).zip(value) {
                column[index] = *element;
            }
        }
        Self { first, keys, values }
    }

    /// The weights `[queries, n]` of some queries; 0 for the tokens that a query does not see.
    pub(super) fn weigh(
        &self,
        query_key_value: &[f32],
        shape: &SequenceAttentionShape,
        head: usize,
        queries: Range<usize>,
    ) -> Vec<f32> {
        let length = self.keys.len() / shape.head_size;
        let mut weights = vec![0.0; queries.len() * length];
        let scaled = queries.clone().flat_map(|token| {
            head_vector(query_key_value, shape, token, head, 0)
                .iter()
                .map(|element| element * shape.scale)
        });
        let scaled: Vec<f32> = scaled.collect();
        floats::multiply(&scaled, &self.keys, shape.head_size, &mut weights);
        for (query, weights) in queries.zip(weights.chunks_exact_mut(length)) {
            let sees = if shape.causal { query - self.first + 1 } else { length };
            let (seen, hidden) = weights.split_at_mut(sees);
            softmax(seen);
            hidden.fill(0.0);
        }
        weights
    }
}

/// Attention within the sequences, `[tokens, hidden]`; see `shaders/sequence_attention.wgsl` for the tiles.
pub(crate) fn attend_sequences(
    query_key_value: &[f32],
    tiles: &[u32],
    shape: &SequenceAttentionShape,
) -> Vec<f32> {
    let hidden = shape.heads * shape.head_size;
    let mut output = vec![0.0; query_key_value.len() / 3];
    for head_index in 0..shape.heads {
        let mut gathered: Option<(u32, Head)> = None;
        for tile in tiles.chunks_exact(4) {
            let [queries, end, first, last] = [tile[0], tile[1], tile[2], tile[3]];
            // A long sequence has several tiles.
            if gathered.as_ref().is_none_or(|(of, _)| *of != first) {
                let tokens = first as usize..last as usize;
                gathered = Some((first, Head::gather(query_key_value, shape, head_index, tokens)));
            }
            let Some((_, head)) = &gathered else { continue };
            let queries = queries as usize..end as usize;
            let weights = head.weigh(query_key_value, shape, head_index, queries.clone());
            let mut context = vec![0.0; queries.len() * shape.head_size];
            floats::multiply(&weights, &head.values, (last - first) as usize, &mut context);
            for (token, context) in queries.zip(context.chunks_exact(shape.head_size)) {
                let start = token * hidden + head_index * shape.head_size;
                output[start..start + shape.head_size].copy_from_slice(context);
            }
        }
    }
    output
}

/// The weights, `[heads, n, n]` of each sequence; see `shaders/sequence_attention_weights.wgsl` for the rows.
pub(crate) fn weigh_sequences(
    query_key_value: &[f32],
    rows: &[u32],
    pairs: usize,
    shape: &SequenceAttentionShape,
) -> Vec<f32> {
    let mut weights = Vec::with_capacity(shape.heads * pairs);
    for (token, row) in rows.chunks_exact(3).enumerate() {
        let tokens = row[0] as usize..row[1] as usize;
        if token != tokens.start {
            continue;
        }
        for head_index in 0..shape.heads {
            let head = Head::gather(query_key_value, shape, head_index, tokens.clone());
            weights.extend(head.weigh(query_key_value, shape, head_index, tokens.clone()));
        }
    }
    weights
}
