//! Attention weights that arrive in chunks of rows, joined.

use crate::quantization::{AllocationError, try_with_capacity};

/// Weights `[heads, tokens, tokens]` of a causal model, whose text runs through it in chunks.
#[derive(Debug)]
pub struct AttentionRows {
    tokens: usize,
    rows: usize,
    weights: Vec<f32>,
}

impl AttentionRows {
    /// An empty matrix for a text of so many tokens.
    ///
    /// # Errors
    /// [`AllocationError`] where there is no memory for the weights.
    pub fn new(heads: usize, tokens: usize) -> Result<Self, AllocationError> {
        let count =
            [heads, tokens, tokens].iter().fold(1, |all: u64, &n| all.saturating_mul(n as u64));
        let mut weights = try_with_capacity(count)?;
        // What was reserved fits this machine's addresses.
        weights.resize(count as usize, 0.0);
        Ok(Self { tokens, rows: 0, weights })
    }

    /// Appends the weights of the next tokens, `[heads, new tokens, tokens so far]`: they do not see later tokens.
    ///
    /// # Panics
    /// If the chunk has another shape, or there are more tokens than the text has.
    pub fn push(&mut self, chunk: &[f32], new_tokens: usize) {
        let (first, seen) = (self.rows, self.rows + new_tokens);
        let heads = self.weights.chunks_exact_mut(self.tokens * self.tokens);
        assert_eq!(chunk.len(), heads.len() * new_tokens * seen, "a chunk of {new_tokens} rows");
        for (head, chunk) in heads.zip(chunk.chunks_exact(new_tokens * seen)) {
            let rows = head.chunks_exact_mut(self.tokens).skip(first);
            for (row, weights) in rows.zip(chunk.chunks_exact(seen)) {
                row[..seen].copy_from_slice(weights);
            }
        }
        self.rows = seen;
    }

    /// All weights, row-major.
    pub fn finish(self) -> Vec<f32> {
        self.weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_where_they_belong_and_the_rest_is_zero() {
        let mut rows = AttentionRows::new(2, 3).unwrap();
        rows.push(&[1.0, 0.0, 2.0, 3.0, 4.0, 0.0, 5.0, 6.0], 2);
        rows.push(&[7.0, 8.0, 9.0, 10.0, 11.0, 12.0], 1);
        let first = [1.0, 0.0, 0.0, 2.0, 3.0, 0.0, 7.0, 8.0, 9.0];
        let second = [4.0, 0.0, 0.0, 5.0, 6.0, 0.0, 10.0, 11.0, 12.0];
        assert_eq!(rows.finish(), [first, second].concat());
    }

    #[test]
    fn more_than_there_is_memory_for_is_refused() {
        assert!(AttentionRows::new(1 << 20, 1 << 30).is_err());
    }
}
