//! A model's sizes and options as GGUF files have them: keys that begin with the architecture's name.

use super::{
    BertConfig, Gpt2Config,
    gguf_ends::{ends, write_ends},
};
use crate::{
    checkpoint::{GgufHeader, Metadata},
    error::{BadFileReason, BadRequestReason, LecternError, Result, UnsupportedReason},
    kernels::Activation,
};

/// What is said beyond llama.cpp's own keys: an activation that differs a little from what it computes.
const ACTIVATION: &str = "lectern.activation";
const BOS: &str = "tokenizer.ggml.bos_token_id";
const TYPES: &str = "tokenizer.ggml.token_type_count";
const TOKENS: &str = "tokenizer.ggml.tokens";

/// The architecture that a file names.
///
/// # Errors
/// [`LecternError::BadFile`] where it names none, [`LecternError::UnsupportedModel`] where it says that it is no model.
pub fn gguf_architecture(metadata: &Metadata) -> Result<&str> {
    let kind = metadata.text("general.type")?;
    if let Some(kind) = kind.filter(|kind| *kind != "model") {
        return Err(LecternError::unsupported(match kind {
            "adapter" => UnsupportedReason::GgufAdapter,
            "mmproj" => UnsupportedReason::GgufProjector,
            "imatrix" => UnsupportedReason::GgufImportanceMatrix,
            "vocab" => UnsupportedReason::GgufVocabulary,
            kind => UnsupportedReason::GgufKind { found: kind.to_owned() },
        }));
    }
    needed(metadata.text("general.architecture")?, "general.architecture")
}

fn needed<T>(value: Option<T>, key: &str) -> Result<T> {
    let missing = || BadFileReason::MissingKey { key: key.to_owned() };
    value.ok_or_else(|| LecternError::bad_file("", missing()))
}

/// The keys of an architecture.
struct Keys<'a> {
    metadata: &'a Metadata,
    architecture: &'a str,
}

impl Keys<'_> {
    fn size(&self, key: &str) -> Result<usize> {
        let key = format!("{}.{key}", self.architecture);
        needed(self.metadata.integer(&key)?, &key)
    }

    fn epsilon(&self) -> Result<f64> {
        let key = format!("{}.attention.layer_norm_epsilon", self.architecture);
        needed(self.metadata.number(&key)?, &key)
    }
}

/// Rows of the token embedding; a file without one is not of a model, and that is said later.
fn vocabulary(header: &GgufHeader) -> Result<usize> {
    let embedding = header.tensors.iter().find(|tensor| tensor.name == "token_embd.weight");
    match embedding.and_then(|embedding| embedding.shape.first()) {
        Some(rows) => Ok(*rows),
        None => Ok(needed(header.metadata.texts(TOKENS)?, TOKENS)?.len()),
    }
}

/// An activation that llama.cpp computes or nearly computes; what is said of it, where it is not its own.
fn write_activation(
    metadata: &mut Metadata,
    activation: Activation,
    name: &str,
    usual: Activation,
) -> Result<()> {
    match activation {
        activation if activation == usual => Ok(()),
        Activation::GeluTanh | Activation::GeluErf => {
            metadata.insert(ACTIVATION, name);
            Ok(())
        }
        _ => {
            let name = name.to_owned();
            Err(LecternError::bad_request(BadRequestReason::ActivationNotInGguf { name }))
        }
    }
}

fn count(size: usize) -> u32 {
    // Configs are checked: no size comes near.
    size as u32
}

impl Gpt2Config {
    /// From what a GGUF file says.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] where a size is missing, [`LecternError::UnsupportedModel`] where it
    /// describes something else than Lectern can run.
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

    /// Say it in a GGUF file.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] for what GGUF cannot say.
    pub fn to_gguf(&self, metadata: &mut Metadata) -> Result<()> {
        if !self.scale_attn_weights || self.scale_attn_by_inverse_layer_idx {
            return Err(LecternError::bad_request(BadRequestReason::ScalingNotInGguf));
        }
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

impl BertConfig {
    /// From what a GGUF file says. A model without a table of token types is a DistilBERT.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] where a size is missing, [`LecternError::UnsupportedModel`] where it
    /// describes something else than Lectern can run.
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

    /// Say it in a GGUF file.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] for what GGUF cannot say.
    pub fn to_gguf(&self, metadata: &mut Metadata) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(say: impl FnOnce(&mut Metadata)) -> Metadata {
        let mut metadata = Metadata::default();
        metadata.insert("general.architecture", "gpt2");
        say(&mut metadata);
        metadata
    }

    #[test]
    fn what_is_no_model_is_refused_by_what_it_is() {
        let of = |kind: &'static str| metadata(|it| it.insert("general.type", kind));
        assert_eq!(gguf_architecture(&of("model")), Ok("gpt2"));
        assert_eq!(gguf_architecture(&metadata(|_| ())), Ok("gpt2"));
        let others = [
            ("adapter", UnsupportedReason::GgufAdapter),
            ("mmproj", UnsupportedReason::GgufProjector),
            ("imatrix", UnsupportedReason::GgufImportanceMatrix),
            ("x", UnsupportedReason::GgufKind { found: "x".into() }),
        ];
        for (kind, said) in others {
            let metadata = of(kind);
            assert_eq!(gguf_architecture(&metadata), Err(LecternError::unsupported(said)));
        }
    }
}
