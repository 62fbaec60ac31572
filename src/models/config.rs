//! GPT-2's config.json, with the checkpoint's own field names.

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    error::{LecternError, Result},
    kernels::Activation,
};

/// The sizes and options of a GPT-2-shaped model (Radford et al. 2019).
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Gpt2Config {
    /// `gpt2`
    #[serde(default = "gpt2")]
    pub model_type: String,
    /// Numbers in a hidden state.
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
    /// Are attention scores divided by √head size?
    #[serde(default = "yes")]
    pub scale_attn_weights: bool,
    /// Are they divided by the layer's number (from 1) too?
    #[serde(default)]
    pub scale_attn_by_inverse_layer_idx: bool,
    /// Does the head read the token embedding's matrix?
    #[serde(default = "yes")]
    pub tie_word_embeddings: bool,
    /// The token that ends a text.
    #[serde(default)]
    pub eos_token_id: Option<u32>,
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

/// A head wider than this does not fit the attention kernels' registers.
pub(super) const LARGEST_HEAD: usize = 128;
/// No published model comes near; a config that asks for more is damaged or hostile.
pub(super) const LARGEST_SIZE: usize = 1 << 22;
/// The same for the number of layers.
pub(super) const LARGEST_LAYERS: usize = 1024;

/// The architecture that a config.json names; `gpt2` where it names none, as the oldest files do not.
///
/// # Errors
/// [`LecternError::BadFile`] where it is not a config.json.
pub fn model_type(json: &[u8]) -> Result<String> {
    let value: serde_json::Value = crate::checkpoint::parse_json("config.json", json)?;
    Ok(value.get("model_type").and_then(|kind| kind.as_str()).unwrap_or("gpt2").to_owned())
}

/// A config.json's fields, where a key may have an older spelling beside it: the published GPT-2 has both
/// `n_positions` and `n_ctx`, which mean the same. The older one counts where the other is absent or null.
pub(super) fn settled<T: DeserializeOwned>(
    mut json: serde_json::Value,
    spellings: &[(&str, &str)],
) -> Result<T> {
    if let Some(fields) = json.as_object_mut() {
        // To transformers null means what an absent key means: the default.
        fields.retain(|_, value| !value.is_null());
        for (key, older) in spellings {
            if let Some(value) = fields.remove(*older) {
                fields.entry(*key).or_insert(value);
            }
        }
    }
    serde_json::from_value(json).map_err(|error| LecternError::bad_file("config.json", error))
}

/// An activation by transformers' name.
pub(super) fn activation(name: &str) -> Result<Activation> {
    match name {
        "gelu_new" | "gelu_fast" | "gelu_pytorch_tanh" => Ok(Activation::GeluTanh),
        "gelu" => Ok(Activation::GeluErf),
        "relu" => Ok(Activation::Relu),
        "silu" | "swish" => Ok(Activation::Silu),
        other => {
            let reason = format!("its activation {other} is not known here");
            Err(LecternError::UnsupportedModel { reason })
        }
    }
}

impl Gpt2Config {
    /// Read and check a config.json.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] where it is not one, [`LecternError::UnsupportedModel`] where it describes
    /// something else than Lectern can run.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let value: serde_json::Value = crate::checkpoint::parse_json("config.json", json)?;
        let model_type = value.get("model_type").and_then(|kind| kind.as_str()).unwrap_or("gpt2");
        if model_type != "gpt2" {
            let reason = format!("its architecture is {model_type}, not gpt2");
            return Err(LecternError::UnsupportedModel { reason });
        }
        let config: Self = settled(value, &[("n_positions", "n_ctx")])?;
        config.check()?;
        Ok(config)
    }

    pub(super) fn check(&self) -> Result<()> {
        let sizes = [self.n_embd, self.n_head, self.n_layer, self.n_positions, self.vocab_size];
        let reason = if sizes.iter().any(|&size| size == 0 || size > LARGEST_SIZE)
            || self.inner_size() > LARGEST_SIZE
            || self.n_layer > LARGEST_LAYERS
        {
            format!("config.json gives sizes that make no model: {sizes:?}")
        } else if !self.n_embd.is_multiple_of(self.n_head) {
            format!("{} heads do not divide a width of {}", self.n_head, self.n_embd)
        } else if self.head_size() > LARGEST_HEAD {
            format!("heads of {} numbers; {LARGEST_HEAD} is the most", self.head_size())
        } else {
            return self.activation().map(drop);
        };
        Err(LecternError::UnsupportedModel { reason })
    }

    /// Numbers in a head's query, key or value.
    pub fn head_size(&self) -> usize {
        self.n_embd / self.n_head
    }

    /// Width of the feed-forward layer.
    pub fn inner_size(&self) -> usize {
        self.n_inner.unwrap_or(4 * self.n_embd)
    }

    /// What attention scores of a layer are multiplied by.
    pub fn attention_scale(&self, layer: usize) -> f32 {
        let by_size =
            if self.scale_attn_weights { 1.0 / (self.head_size() as f32).sqrt() } else { 1.0 };
        if self.scale_attn_by_inverse_layer_idx { by_size / (layer + 1) as f32 } else { by_size }
    }

    /// The feed-forward layer's activation.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`] for one that is not known.
    pub fn activation(&self) -> Result<Activation> {
        activation(&self.activation_function)
    }

    /// Bytes of key/value cache a token takes.
    pub fn cache_bytes_per_token(&self) -> usize {
        2 * 4 * self.n_layer * self.n_embd
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
    fn what_cannot_be_run_is_said() {
        let unsupported = |result| matches!(result, Err(LecternError::UnsupportedModel { .. }));
        assert!(unsupported(config(|json| json["model_type"] = "llama".into())));
        assert!(unsupported(config(|json| json["n_head"] = 5.into())));
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
