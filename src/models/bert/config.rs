//! The config.json of BERT and DistilBERT, with the checkpoint's own field names.

use serde::{Deserialize, Serialize};

use crate::{
    error::{LecternError, Result, UnsupportedReason},
    kernels::Activation,
    models::{
        config_file::ConfigFile,
        limits::{Dimensions, activation},
    },
    protocol::UnusedHead,
};

/// The model types with such a configuration.
pub(super) const MODEL_TYPES: [&str; 2] = ["bert", "distilbert"];

/// The sizes and options of a BERT-shaped model (Devlin et al. 2019; Sanh et al. 2019).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BertConfig {
    /// `bert` or `distilbert`
    #[serde(default)]
    pub model_type: String,
    /// Size of a hidden state.
    pub hidden_size: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Encoder layers.
    pub num_hidden_layers: usize,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Longest text, in tokens.
    #[serde(default = "positions")]
    pub max_position_embeddings: usize,
    /// Tokens in the vocabulary.
    pub vocab_size: usize,
    /// Token types; DistilBERT has none.
    #[serde(default)]
    pub type_vocab_size: Option<usize>,
    /// The feed-forward layer's activation, by transformers' name.
    #[serde(default = "gelu")]
    pub hidden_act: String,
    /// Added to the variance in layer norms.
    #[serde(default = "epsilon")]
    pub layer_norm_eps: f64,
    /// Whether the masked head shares the token embedding's matrix.
    #[serde(default = "yes")]
    pub tie_word_embeddings: bool,
    /// The type of position embedding; only `absolute` can be run.
    #[serde(default = "absolute")]
    pub position_embedding_type: String,
    /// Whether it is masked as a decoder. Such a model cannot be run.
    #[serde(default)]
    pub is_decoder: bool,
    /// The head that the model was published with and that is not run.
    #[serde(skip)]
    pub unused_head: Option<UnusedHead>,
}

fn positions() -> usize {
    512
}

fn gelu() -> String {
    "gelu".into()
}

fn epsilon() -> f64 {
    1e-12
}

fn yes() -> bool {
    true
}

fn absolute() -> String {
    "absolute".into()
}

/// The keys with other names in DistilBERT.
const DISTILBERT: [(&str, &str); 5] = [
    ("hidden_size", "dim"),
    ("num_attention_heads", "n_heads"),
    ("num_hidden_layers", "n_layers"),
    ("intermediate_size", "hidden_dim"),
    ("hidden_act", "activation"),
];

impl BertConfig {
    /// Reads and checks a config.json.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if it is not one, [`LecternError::UnsupportedModel`] if Lectern cannot run the model.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        Self::from_file(ConfigFile::parse(json)?)
    }

    /// [`BertConfig::from_json`] for a parsed file.
    ///
    /// # Errors
    /// As [`BertConfig::from_json`].
    pub fn from_file(file: ConfigFile) -> Result<Self> {
        let model_type = file.architecture()?;
        if !MODEL_TYPES.contains(&model_type.as_str()) {
            let known = MODEL_TYPES.map(str::to_owned).into();
            let reason = UnsupportedReason::Architecture { found: model_type, known };
            return Err(LecternError::unsupported(reason));
        }
        Self::of_any_type(file)
    }

    /// The configuration in a file of any model type whose architecture has BERT's shape.
    pub(in crate::models) fn of_any_type(file: ConfigFile) -> Result<Self> {
        let (model_type, unused_head) = (file.architecture()?, file.unused_head());
        let config = Self { model_type, unused_head, ..file.read(&DISTILBERT)? };
        config.check()?;
        Ok(config)
    }

    pub(in crate::models) fn check(&self) -> Result<()> {
        let (layers, heads) = (self.num_hidden_layers, self.num_attention_heads);
        let sizes = [
            self.hidden_size,
            heads,
            layers,
            self.intermediate_size,
            self.max_position_embeddings,
            self.vocab_size,
            self.types(),
        ];
        Dimensions { sizes: &sizes, layers, heads, hidden_size: self.hidden_size }.check()?;
        let reason = if self.position_embedding_type != "absolute" {
            UnsupportedReason::Positions { found: self.position_embedding_type.clone() }
        } else if self.is_decoder {
            UnsupportedReason::DecoderBert
        } else {
            return self.activation().map(drop);
        };
        Err(LecternError::UnsupportedModel { reason })
    }

    /// Size of a head's query, key or value.
    pub fn head_size(&self) -> usize {
        self.hidden_size / self.num_attention_heads
    }

    /// Rows of the table of token types: one of zeros if the model has none.
    pub fn types(&self) -> usize {
        self.type_vocab_size.unwrap_or(if self.has_types() { 2 } else { 1 })
    }

    /// Whether the checkpoint holds a table of token types.
    pub fn has_types(&self) -> bool {
        !self.is_distilbert()
    }

    /// Whether it is a DistilBERT, which has names of its own, no token types and no pooler.
    pub fn is_distilbert(&self) -> bool {
        self.model_type == "distilbert"
    }

    /// The feed-forward layer's activation, and the masked head's.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`] for an unknown one.
    pub fn activation(&self) -> Result<Activation> {
        activation(&self.hidden_act)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bert(change: impl Fn(&mut serde_json::Value)) -> Result<BertConfig> {
        let mut json = serde_json::json!({
            "model_type": "bert", "hidden_size": 312, "num_attention_heads": 12,
            "num_hidden_layers": 3, "intermediate_size": 600, "vocab_size": 83828,
        });
        change(&mut json);
        BertConfig::from_json(json.to_string().as_bytes())
    }

    #[test]
    fn distilbert_has_its_own_names() {
        let json = r#"{"model_type": "distilbert", "dim": 48, "n_heads": 4, "n_layers": 3,
            "hidden_dim": 96, "activation": "gelu", "vocab_size": 179, "max_position_embeddings": 64}"#;
        let config = BertConfig::from_json(json.as_bytes()).unwrap();
        assert_eq!((config.hidden_size, config.head_size(), config.types()), (48, 12, 1));
        assert!(!config.has_types());
    }

    #[test]
    fn both_spellings_of_a_size_are_one() {
        let both = |json: &mut serde_json::Value| {
            json["dim"] = 312.into();
            json["activation"] = "gelu".into();
            json["hidden_act"] = "gelu".into();
        };
        assert_eq!(bert(both).unwrap().hidden_size, 312);
    }

    #[test]
    fn defaults_are_those_of_the_published_models() {
        let config = bert(|_| ()).unwrap();
        assert_eq!((config.head_size(), config.types()), (26, 2));
        assert_eq!((config.max_position_embeddings, config.layer_norm_eps), (512, 1e-12));
        assert_eq!(config.activation().unwrap(), Activation::GeluErf);
    }

    #[test]
    fn what_cannot_be_run_is_said() {
        let unsupported = |result| matches!(result, Err(LecternError::UnsupportedModel { .. }));
        assert!(unsupported(bert(|json| json["model_type"] = "roberta".into())));
        assert!(unsupported(bert(|json| json["num_attention_heads"] = 5.into())));
        assert!(unsupported(bert(|json| json["num_attention_heads"] = 2.into())));
        assert!(unsupported(bert(|json| json["num_hidden_layers"] = 0.into())));
        assert!(unsupported(bert(|json| json["vocab_size"] = 1u64.rotate_right(8).into())));
        assert!(unsupported(bert(|json| json["hidden_act"] = "quick".into())));
        assert!(unsupported(bert(|json| json["is_decoder"] = true.into())));
        let relative = |json: &mut serde_json::Value| {
            json["position_embedding_type"] = "relative_key".into();
        };
        assert!(unsupported(bert(relative)));
        assert!(matches!(BertConfig::from_json(b"<html>"), Err(LecternError::BadFile { .. })));
    }
}
