//! Texts as vectors.

use serde::{Deserialize, Serialize};

use super::Pooling;

/// The hidden states that make a vector. Layer 0 is the embeddings, layer k the k-th layer's output; negative indices
/// count from the end, -1 being the last layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Layers {
    /// One layer.
    One {
        /// Index of the layer.
        layer: i32,
    },
    /// ELMo's mixture of all layers: γ · Σ_k softmax(scalars)_k · layer k (Peters et al. 2018, equation 1).
    Mixture {
        /// A weight for each layer, the embeddings included, before the softmax.
        scalars: Vec<f32>,
        /// γ, the scale.
        gamma: f32,
    },
    /// The sum of some layers (Devlin et al. 2019, table 7: "sum last four hidden").
    Sum {
        /// Indices of the layers.
        layers: Vec<i32>,
    },
    /// The concatenation of some layers ("concat last four hidden").
    Concatenation {
        /// Indices of the layers.
        layers: Vec<i32>,
    },
}

impl Default for Layers {
    fn default() -> Self {
        Self::One { layer: -1 }
    }
}

/// The options of the vectors of texts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct EmbedOptions {
    /// The pooling; absent: as the model was trained, [`ModelInfo::pooling`].
    pub pooling: Option<Pooling>,
    /// Whether to divide each vector by its length, so that a dot product is a cosine; absent: as the model was
    /// trained, [`ModelInfo::normalized`].
    pub normalize: Option<bool>,
    /// The layers of the vectors. The Dense layers of sentence-transformers are only applied to the last layer's pooled
    /// vector, if it has the size that they were trained with.
    pub layers: Layers,
    /// The prompt before each text; absent: the one that `prompt_name` names.
    pub prompt: Option<String>,
    /// The name of one of [`ModelInfo::prompts`]; absent: [`ModelInfo::default_prompt_name`].
    pub prompt_name: Option<String>,
    /// The longest text, in tokens; absent: [`ModelInfo::context`], which is the most.
    pub max_tokens: Option<usize>,
}

/// A word in its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Occurrence {
    /// The text.
    pub text: String,
    /// The start of the word in the text, in UTF-16 code units, as in JavaScript.
    pub start: usize,
    /// The end of the word.
    pub end: usize,
}
