//! BERT's sizes and options in GGUF metadata.

use super::BertConfig;
use crate::{
    checkpoint::{GgufHeader, Metadata},
    error::Result,
    kernels::Activation,
    models::gguf_keys::{ACTIVATION, Keys, count, vocabulary, write_activation},
};

const TYPES: &str = "tokenizer.ggml.token_type_count";

impl BertConfig {
    /// The configuration in GGUF metadata. A model without a table of token types is a DistilBERT.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if a size is missing, [`LecternError::UnsupportedModel`] if Lectern cannot run the
    /// model.
    pub fn from_gguf(header: &GgufHeader) -> Result<Self> {
        let metadata = &header.metadata;
        let keys = Keys { metadata, architecture: "bert" };
        let types = header.tensors.iter().find(|tensor| tensor.name == "token_types.weight");
        let config = Self {
            model_type: if types.is_some() { "bert" } else { "distilbert" }.into(),
            hidden_size: keys.size("embedding_length")?,
            num_attention_heads: keys.size("attention.head_count")?,
            num_hidden_layers: keys.size("block_count")?,
            intermediate_size: keys.size("feed_forward_length")?,
            max_position_embeddings: keys.size("context_length")?,
            vocab_size: vocabulary(header)?,
            type_vocab_size: types.and_then(|types| types.shape.first().copied()),
            hidden_act: metadata.text(ACTIVATION)?.unwrap_or("gelu").into(),
            layer_norm_eps: keys.epsilon()?,
            tie_word_embeddings: !header.has("cls.predictions.decoder.weight"),
            position_embedding_type: "absolute".into(),
            is_decoder: metadata.flag("bert.attention.causal")?.unwrap_or(false),
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
        metadata.insert("general.architecture", "bert");
        metadata.insert("bert.context_length", count(self.max_position_embeddings));
        metadata.insert("bert.embedding_length", count(self.hidden_size));
        metadata.insert("bert.block_count", count(self.num_hidden_layers));
        metadata.insert("bert.feed_forward_length", count(self.intermediate_size));
        metadata.insert("bert.attention.head_count", count(self.num_attention_heads));
        metadata.insert("bert.attention.layer_norm_epsilon", self.layer_norm_eps as f32);
        metadata.insert("bert.attention.causal", false);
        metadata.insert(TYPES, count(self.types()));
        let name = &self.hidden_act;
        write_activation(metadata, self.activation()?, name, Activation::GeluErf)
    }
}
