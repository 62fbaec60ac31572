//! GPT-2's config.json, with the checkpoint's own field names.

use serde::{Deserialize, Serialize};

use crate::{
    error::{LecternError, Result, UnsupportedReason},
    kernels::Activation,
    models::{
        config_file::{ConfigFile, one_or_more},
        limits::{Dimensions, activation},
    },
    protocol::UnusedHead,
};

/// The sizes and options of a GPT-2-shaped model (Radford et al. 2019).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gpt2Config {
    /// `gpt2`
    #[serde(default = "gpt2")]
    pub model_type: String,
    /// Size of a hidden state.
    pub n_embd: usize,
    /// Attention heads.
    pub n_head: usize,
    /// Decoder layers.
    pub n_layer: usize,
    /// Longest text, in tokens.
    pub n_positions: usize,
    /// Tokens in the vocabulary.
    pub vocab_size: usize,
    /// Width of the feed-forward layer; absent: four times `n_embd`.
    #[serde(default)]
    pub n_inner: Option<usize>,
    /// The feed-forward layer's activation, by transformers' name.
    #[serde(default = "gelu_new")]
    pub activation_function: String,
    /// Added to the variance in layer norms.
    #[serde(default = "epsilon")]
    pub layer_norm_epsilon: f64,
    /// Whether attention scores are divided by √head size.
    #[serde(default = "yes")]
    pub scale_attn_weights: bool,
    /// Whether they are divided by the layer's index plus one too.
    #[serde(default)]
    pub scale_attn_by_inverse_layer_idx: bool,
    /// Whether the head shares the token embedding's matrix.
    #[serde(default = "yes")]
    pub tie_word_embeddings: bool,
    /// Whether its layers attend to another model's states too. Such a model cannot be run.
    #[serde(default)]
    pub add_cross_attention: bool,
    /// The token that begins a text.
    #[serde(default, deserialize_with = "one_or_more")]
    pub bos_token_id: Vec<u32>,
    /// The tokens that end a text; if empty, `<|endoftext|>`, if the tokenizer has it.
    #[serde(default, deserialize_with = "one_or_more")]
    pub eos_token_id: Vec<u32>,
    /// The head that the model was published with and that is not run.
    #[serde(skip)]
    pub unused_head: Option<UnusedHead>,
}

/// The used fields of a generation_config.json.
#[derive(Deserialize)]
struct GenerationFile {
    #[serde(default, deserialize_with = "one_or_more")]
    eos_token_id: Vec<u32>,
    #[serde(default, deserialize_with = "one_or_more")]
    bos_token_id: Vec<u32>,
}

fn gpt2() -> String {
    "gpt2".into()
}

fn gelu_new() -> String {
    "gelu_new".into()
}

fn epsilon() -> f64 {
    1e-5
}

fn yes() -> bool {
    true
}

/// Equivalent keys: the oldest files' key of the longest text, and the keys that transformers takes for every
/// architecture.
const SPELLINGS: [(&str, &str); 5] = [
    ("n_positions", "n_ctx"),
    ("n_positions", "max_position_embeddings"),
    ("n_embd", "hidden_size"),
    ("n_head", "num_attention_heads"),
    ("n_layer", "num_hidden_layers"),
];

impl Gpt2Config {
    /// Reads and checks a config.json.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if it is not one, [`LecternError::UnsupportedModel`] if Lectern cannot run the model.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        Self::from_file(ConfigFile::parse(json)?)
    }

    /// [`Gpt2Config::from_json`] for a parsed file.
    ///
    /// # Errors
    /// As [`Gpt2Config::from_json`].
    pub fn from_file(file: ConfigFile) -> Result<Self> {
        let architecture = file.architecture()?;
        if architecture != "gpt2" {
            return Err(LecternError::unsupported(UnsupportedReason::Architecture {
                found: architecture,
                known: vec!["gpt2".to_owned()],
            }));
        }
        let unused_head = file.unused_head();
        let config = Self { unused_head, ..file.read(&SPELLINGS)? };
        config.check()?;
        Ok(config)
    }

    /// Overrides the configuration by a generation_config.json, as transformers' `generate` does.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if it is not one.
    pub fn apply_generation_config(&mut self, json: &[u8]) -> Result<()> {
        let GenerationFile { eos_token_id, bos_token_id } = ConfigFile::parse(json)?.read(&[])?;
        for (ids, own) in
            [(eos_token_id, &mut self.eos_token_id), (bos_token_id, &mut self.bos_token_id)]
        {
            if !ids.is_empty() {
                *own = ids;
            }
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Result<()> {
        let (layers, heads, hidden_size) = (self.n_layer, self.n_head, self.n_embd);
        let sizes =
            [hidden_size, heads, layers, self.n_positions, self.vocab_size, self.inner_size()];
        Dimensions { sizes: &sizes, layers, heads, hidden_size }.check()?;
        if self.add_cross_attention {
            return Err(LecternError::unsupported(UnsupportedReason::CrossAttention));
        }
        self.activation().map(drop)
    }

    /// Size of a head's query, key or value.
    pub fn head_size(&self) -> usize {
        self.n_embd / self.n_head
    }

    /// Width of the feed-forward layer.
    pub fn inner_size(&self) -> usize {
        self.n_inner.unwrap_or(4 * self.n_embd)
    }

    /// The factor of a layer's attention scores.
    pub fn attention_scale(&self, layer: usize) -> f32 {
        let by_size =
            if self.scale_attn_weights { 1.0 / (self.head_size() as f32).sqrt() } else { 1.0 };
        if self.scale_attn_by_inverse_layer_idx { by_size / (layer + 1) as f32 } else { by_size }
    }

    /// The feed-forward layer's activation.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`] for an unknown one.
    pub fn activation(&self) -> Result<Activation> {
        activation(&self.activation_function)
    }

    /// Bytes of key/value cache for a token.
    pub fn cache_bytes_per_token(&self) -> u64 {
        2 * 4 * self.n_layer as u64 * self.n_embd as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(change: impl Fn(&mut serde_json::Value)) -> Result<Gpt2Config> {
        let mut json = serde_json::json!({
            "model_type": "gpt2", "n_embd": 64, "n_head": 4, "n_layer": 3, "n_positions": 128,
            "vocab_size": 542, "n_inner": null, "activation_function": "gelu_new",
        });
        change(&mut json);
        Gpt2Config::from_json(json.to_string().as_bytes())
    }

    #[test]
    fn defaults_are_those_of_the_published_models() {
        let config = config(|_| ()).unwrap();
        assert_eq!(config.inner_size(), 256);
        assert_eq!(config.attention_scale(2), 0.25);
        assert!(config.tie_word_embeddings);
    }

    #[test]
    fn the_published_file_has_two_spellings_of_its_longest_text() {
        let published = config(|json| json["n_ctx"] = 1024.into()).unwrap();
        assert_eq!(published.n_positions, 128);
        let oldest = config(|json| {
            json["n_ctx"] = 64.into();
            json["n_positions"] = serde_json::Value::Null;
        });
        assert_eq!(oldest.unwrap().n_positions, 64);
    }

    #[test]
    fn a_text_may_end_in_several_ways() {
        for (written, ids) in [
            (serde_json::json!(50256), vec![50256]),
            (serde_json::json!([1, 2]), vec![1, 2]),
            (serde_json::json!(-1), vec![]),
            (serde_json::json!(null), vec![]),
        ] {
            let config = config(|json| json["eos_token_id"] = written.clone()).unwrap();
            assert_eq!(config.eos_token_id, ids, "{written}");
        }
    }

    #[test]
    fn what_cannot_be_run_is_said() {
        let unsupported = |result| matches!(result, Err(LecternError::UnsupportedModel { .. }));
        assert!(unsupported(config(|json| json["model_type"] = "llama".into())));
        assert!(unsupported(config(|json| json["n_head"] = 5.into())));
        assert!(unsupported(config(|json| json["add_cross_attention"] = true.into())));
        assert!(unsupported(config(|json| json["n_layer"] = 0.into())));
        assert!(unsupported(config(|json| json["vocab_size"] = 1u64.rotate_right(8).into())));
        assert!(unsupported(config(|json| json["activation_function"] = "quick".into())));
        assert!(matches!(
            config(|json| json["n_embd"] = (-1).into()),
            Err(LecternError::BadFile { .. })
        ));
        assert!(matches!(Gpt2Config::from_json(b"<html>"), Err(LecternError::BadFile { .. })));
    }
}
