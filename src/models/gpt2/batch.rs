//! GPT-2 over a batch of texts, as it learns: all their tokens at once, without a cache.

use burn::tensor::Tensor;

use super::Gpt2;
use crate::kernels::{self, Activation, SequenceAttentionShape, Sequences};

impl Gpt2 {
    /// The hidden states after the final norm, `[tokens, hidden]`, of texts that lie end to end.
    ///
    /// # Panics
    /// If there are no texts, one is empty or longer than the context, all together hold more than
    /// [`kernels::MOST_TOKENS`], or an id is out of range.
    pub fn read_batch(&self, texts: &[&[u32]]) -> Tensor<2> {
        let (config, device) = (&self.config, self.device());
        let lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
        let sequences = Sequences::new(&lengths, &device);
        let ids = texts.concat();
        // It has no token types: all tokens are of one that adds nothing.
        let types = Tensor::zeros([1, config.n_embd], &device);
        let activation = config.activation().expect("checked when the config was read");
        let mut hidden = kernels::sequence_embedding(
            &self.token_embedding,
            self.position_embedding.val(),
            types,
            &ids,
            &vec![0; ids.len()],
            &sequences,
        );
        for (index, layer) in self.layers.iter().enumerate() {
            let shape = SequenceAttentionShape {
                heads: config.n_head,
                head_size: config.head_size(),
                scale: config.attention_scale(index),
                causal: true,
            };
            let attention = &layer.attention;
            let normed = layer.attention_norm.forward(hidden.clone());
            let query_key_value =
                attention.query_key_value.forward(normed, Activation::Identity, None);
            let context = kernels::sequence_attention(query_key_value, &sequences, shape);
            let attended =
                attention.projection.forward(context, Activation::Identity, Some(hidden));
            let normed = layer.feed_forward_norm.forward(attended.clone());
            hidden = layer.feed_forward.forward(normed, attended, activation);
        }
        self.final_norm.forward(hidden)
    }
}
