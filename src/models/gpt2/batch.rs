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
        let lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
        self.read_batch_from(self.read_batch_to(texts, 0), &lengths, 0)
    }

    /// The hidden states of texts before a layer, `[tokens, hidden]`: those below it do not depend on what it learns.
    ///
    /// # Panics
    /// As [`Gpt2::read_batch`], and if there are fewer layers.
    pub fn read_batch_to(&self, texts: &[&[u32]], layer: usize) -> Tensor<2> {
        let (config, device) = (&self.config, self.device());
        let lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
        let sequences = Sequences::new(&lengths, &device);
        let ids = texts.concat();
        // It has no token types: all tokens are of one that adds nothing.
        let types = Tensor::zeros([1, config.n_embd], &device);
        let mut hidden = kernels::sequence_embedding(
            &self.token_embedding,
            self.position_embedding.val(),
            types,
            &ids,
            &vec![0; ids.len()],
            &sequences,
        );
        for index in 0..layer {
            hidden = self.batch_layer(index, hidden, &sequences);
        }
        hidden
    }

    /// The hidden states after the final norm, `[tokens, hidden]`, from those before a layer on, of texts of these
    /// lengths.
    ///
    /// # Panics
    /// If the lengths do not add up to the tokens.
    pub fn read_batch_from(
        &self,
        mut hidden: Tensor<2>,
        lengths: &[usize],
        layer: usize,
    ) -> Tensor<2> {
        let sequences = Sequences::new(lengths, &self.device());
        assert_eq!(sequences.tokens(), hidden.dims()[0], "the lengths are the texts'");
        for index in layer..self.layers.len() {
            hidden = self.batch_layer(index, hidden, &sequences);
        }
        self.final_norm.forward(hidden)
    }

    fn batch_layer(&self, index: usize, hidden: Tensor<2>, sequences: &Sequences) -> Tensor<2> {
        let (layer, config) = (&self.layers[index], &self.config);
        let activation = config.activation().expect("checked when the config was read");
        let shape = SequenceAttentionShape {
            heads: config.n_head,
            head_size: config.head_size(),
            scale: config.attention_scale(index),
            causal: true,
        };
        let attention = &layer.attention;
        let normed = layer.attention_norm.forward(hidden.clone());
        let query_key_value = attention.query_key_value.forward(normed, Activation::Identity, None);
        let context = kernels::sequence_attention(query_key_value, sequences, shape);
        let attended = attention.projection.forward(context, Activation::Identity, Some(hidden));
        let normed = layer.feed_forward_norm.forward(attended.clone());
        layer.feed_forward.forward(normed, attended, activation)
    }
}
