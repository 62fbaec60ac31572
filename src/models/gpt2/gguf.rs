//! GPT-2's sizes and options in GGUF metadata.

use super::Gpt2Config;
use crate::{
    checkpoint::{GgufHeader, Metadata},
    error::{BadRequestReason, LecternError, Result},
    kernels::Activation,
    models::{
        gguf_ends::{ends, write_ends},
        gguf_keys::{ACTIVATION, Keys, count, vocabulary, write_activation},
    },
};

const BOS: &str = "tokenizer.ggml.bos_token_id";

impl Gpt2Config {
    /// The configuration in GGUF metadata.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if a size is missing, [`LecternError::UnsupportedModel`] if Lectern cannot run the
    /// model.
    pub fn from_gguf(header: &GgufHeader) -> Result<Self> {
        let metadata = &header.metadata;
        let keys = Keys { metadata, architecture: "gpt2" };
        let id = |key| -> Result<Option<u32>> {
            Ok(metadata.integer(key)?.and_then(|id| id.try_into().ok()))
        };
        let config = Self {
            model_type: "gpt2".into(),
            n_embd: keys.size("embedding_length")?,
            n_head: keys.size("attention.head_count")?,
            n_layer: keys.size("block_count")?,
            n_positions: keys.size("context_length")?,
            vocab_size: vocabulary(header)?,
            n_inner: Some(keys.size("feed_forward_length")?),
            activation_function: metadata.text(ACTIVATION)?.unwrap_or("gelu_new").into(),
            layer_norm_epsilon: keys.epsilon()?,
            scale_attn_weights: true,
            scale_attn_by_inverse_layer_idx: false,
            tie_word_embeddings: !header.has("output.weight"),
            add_cross_attention: false,
            bos_token_id: id(BOS)?.into_iter().collect(),
            eos_token_id: ends(metadata)?,
            unused_head: None,
        };
        config.check()?;
        Ok(config)
    }

    /// Writes this configuration as GGUF metadata.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] for options without a GGUF key.
    pub fn to_gguf(&self, metadata: &mut Metadata) -> Result<()> {
        if !self.scale_attn_weights || self.scale_attn_by_inverse_layer_idx {
            return Err(LecternError::bad_request(BadRequestReason::ScalingNotInGguf));
        }
        metadata.insert("general.architecture", "gpt2");
        write_ends(&self.eos_token_id, metadata);
        metadata.insert("gpt2.context_length", count(self.n_positions));
        metadata.insert("gpt2.embedding_length", count(self.n_embd));
        metadata.insert("gpt2.block_count", count(self.n_layer));
        metadata.insert("gpt2.feed_forward_length", count(self.inner_size()));
        metadata.insert("gpt2.attention.head_count", count(self.n_head));
        metadata.insert("gpt2.attention.layer_norm_epsilon", self.layer_norm_epsilon as f32);
        let name = &self.activation_function;
        write_activation(metadata, self.activation()?, name, Activation::GeluTanh)
    }
}
