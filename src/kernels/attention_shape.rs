//! The sizes of attention calls.

/// Sizes of one attention call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttentionShape {
    /// Attention heads.
    pub heads: usize,
    /// Size of a head's query, key or value; at most 128.
    pub head_size: usize,
    /// Tokens whose keys and values are in the cache.
    pub past: usize,
    /// New tokens.
    pub tokens: usize,
    /// Capacity of the cache in tokens.
    pub capacity: usize,
    /// Factor of a score before the softmax: usually 1 / √head size.
    pub scale: f32,
    /// Whether a token does not see those after it.
    pub causal: bool,
}

impl AttentionShape {
    /// Number of positions that the new token at index `token` sees.
    pub(crate) fn sees(&self, token: usize) -> usize {
        self.past + if self.causal { token + 1 } else { self.tokens }
    }
}

/// Sizes of one attention call over concatenated sequences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SequenceAttentionShape {
    /// Attention heads.
    pub heads: usize,
    /// Size of a head's query, key or value; at most 128.
    pub head_size: usize,
    /// Factor of a score before the softmax: usually 1 / √head size.
    pub scale: f32,
    /// Whether a token does not see those after it.
    pub causal: bool,
}
