//! Texts as vectors.

use serde::{Deserialize, Serialize};

use super::Pooling;

/// Which hidden states a vector is made of. Layer 0 is the embeddings, layer k the k-th layer's output;
/// negative numbers count from the end, -1 being the last layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Layers {
    /// One of them.
    One {
        /// Which one.
        layer: i32,
    },
    /// ELMo's mixture of all of them: γ · Σ_k softmax(scalars)_k · layer k (Peters et al. 2018, equation 1).
    Mixture {
        /// A number for each layer, the embeddings included, before the softmax.
        scalars: Vec<f32>,
        /// γ, the scale.
        gamma: f32,
    },
    /// The sum of some (Devlin et al. 2019, table 7: "sum last four hidden").
    Sum {
        /// Which ones.
        layers: Vec<i32>,
    },
    /// Some of them one after the other ("concat last four hidden").
    Concatenation {
        /// Which ones.
        layers: Vec<i32>,
    },
}

impl Default for Layers {
    fn default() -> Self {
        Self::One { layer: -1 }
    }
}

/// How texts become vectors.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct EmbedOptions {
    /// Absent: as the model was trained, [`ModelInfo::pooling`].
    pub pooling: Option<Pooling>,
    /// Divide each vector by its length, so that a dot product is a cosine; absent: as the model was trained,
    /// [`ModelInfo::normalized`].
    pub normalize: Option<bool>,
    /// Of which layers. What a model was trained to do with the pooled vector (the Dense layers of
    /// sentence-transformers) is done to the last layer's alone, and where the pooling gives as many numbers
    /// as it was trained with.
    pub layers: Layers,
    /// What is put before each text; absent: the prompt that `prompt_name` names.
    pub prompt: Option<String>,
    /// One of [`ModelInfo::prompts`]; absent: [`ModelInfo::default_prompt_name`].
    pub prompt_name: Option<String>,
    /// The longest text, in tokens; absent: [`ModelInfo::context`], which is the most.
    pub max_tokens: Option<usize>,
}

/// A word where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Occurrence {
    /// The text around it.
    pub text: String,
    /// Where it begins in the text, in UTF-16 code units, as JavaScript counts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}
