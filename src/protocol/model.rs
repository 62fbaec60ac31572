//! Models: their sources, devices and abilities.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Pooling, WeightFormat};
use crate::error::LecternError;

/// The source of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Source {
    /// A folder of the site's own `models/`, by name.
    BuiltIn {
        /// The folder's name, for example `stories-en-gpt2`.
        name: String,
    },
    /// A Hugging Face Hub id such as `openai-community/gpt2`.
    Hub {
        /// `owner/name`.
        id: String,
        /// Branch, tag or commit; `main` if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<String>,
    },
    /// The address of a folder with config.json, the weights and the tokenizer.
    Url {
        /// The address, with or without a slash at its end.
        base: String,
    },
    /// The `File` objects sent beside the request, in `files`.
    Files,
    /// A model with random weights, generated in the engine from a seed: for benchmarks.
    Random {
        /// The configuration, as in a config.json.
        #[cfg_attr(test, ts(type = "object"))]
        config: serde_json::Value,
        /// The seed of the weights.
        seed: u32,
    },
}

/// The choice of a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// A real WebGPU adapter, else the CPU.
    #[default]
    Auto,
    /// WebGPU, even on a software adapter.
    Gpu,
    /// The CPU.
    Cpu,
}

/// The type of a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A WebGPU adapter.
    Gpu,
    /// The CPU.
    Cpu,
}

/// The processor that computes, and the reason of its choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DeviceInfo {
    /// The type of the processor.
    pub kind: DeviceKind,
    /// The adapter's name, or a description of the CPU version.
    pub name: String,
    /// The reason of the choice.
    pub reason: DeviceReason,
}

/// The reason of a device's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum DeviceReason {
    /// The GPU was requested.
    GpuAsked,
    /// The CPU was requested.
    CpuAsked,
    /// The GPU: WebGPU gives a real adapter.
    RealAdapter,
    /// The CPU: the adapter computes in software, which is slower.
    SoftwareAdapter,
    /// The CPU: this browser has no WebGPU.
    NoWebGpu,
    /// The CPU: WebGPU gives no adapter, or one that cannot be set up.
    NoAdapter,
    /// The CPU: the GPU was lost again and again. Set only by a page, for a model that it loaded again.
    LostBefore,
}

impl DeviceReason {
    /// All reasons.
    pub const ALL: [Self; 7] = [
        Self::GpuAsked,
        Self::CpuAsked,
        Self::RealAdapter,
        Self::SoftwareAdapter,
        Self::NoWebGpu,
        Self::NoAdapter,
        Self::LostBefore,
    ];
}

/// An ability of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Ability {
    /// Continues texts: [`Request::Generate`].
    Generate,
    /// Turns texts into vectors: [`Request::Embed`], [`Request::EmbedWords`].
    Embed,
    /// Predicts masked tokens: [`Request::FillMask`].
    FillMask,
    /// Predicts whether a sentence follows another: [`Request::NextSentence`].
    NextSentence,
    /// Reads a text from both ends: [`Request::Read`].
    Read,
}

/// A head that a model was published with and that is not run here: the model works without it, as an encoder
/// or a decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UnusedHead {
    /// A class for the text: sentiment, topic, entailment.
    SequenceClassification,
    /// A class for each token: named entities, parts of speech.
    TokenClassification,
    /// The start and end of an answer in a text.
    QuestionAnswering,
    /// The choice among several texts.
    MultipleChoice,
}

/// The description of a loaded model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelInfo {
    /// The engine's handle for it.
    pub model: u32,
    /// The name of its folder, Hub id or file.
    pub name: String,
    /// The architecture by the `model_type` of a config.json: `gpt2`, `bert`, `distilbert`.
    pub architecture: String,
    /// Its abilities.
    pub abilities: Vec<Ability>,
    /// The head that it was published with and that is not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub unused_head: Option<UnusedHead>,
    /// The pooling that it was trained with for the vector of a text.
    pub pooling: Pooling,
    /// Whether it was trained to divide that vector by its length.
    pub normalized: bool,
    /// Size of that vector.
    pub embedding_size: usize,
    /// The prompts before texts that it was trained with, by names such as `query`.
    #[serde(default)]
    pub prompts: BTreeMap<String, String>,
    /// The name of the prompt before every embedded text, unless the request has another.
    #[serde(default)]
    pub default_prompt_name: Option<String>,
    /// The token for a masked word in a text, usually `[MASK]`; absent if it has none.
    pub mask_token: Option<String>,
    /// Number of weights.
    pub parameters: u64,
    /// Bytes of the weights in memory.
    pub weight_bytes: u64,
    /// Bytes of key/value cache for a token; 0 for an encoder.
    pub cache_bytes_per_token: u64,
    /// The format of the weights in memory: the requested one, or, for weights that are kept as stored, that of most
    /// weights.
    pub quantization: WeightFormat,
    /// Number of layers.
    pub layers: usize,
    /// Attention heads in a layer.
    pub heads: usize,
    /// Size of a hidden state.
    pub hidden_size: usize,
    /// The longest text, in tokens, special ones and the prompt included.
    pub context: usize,
    /// Tokens in the vocabulary.
    pub vocabulary: usize,
    /// The processor that computes.
    pub device: DeviceInfo,
    /// Seconds from request to ready.
    pub load_seconds: f64,
    /// The reason if it could not be stored in the browser's files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub not_kept: Option<LecternError>,
}

/// The phase of a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// Bytes are arriving (and are quantized as they do).
    Fetching,
    /// A connection broke; waiting before the next try.
    Retrying,
    /// First run, so that the first token is not slow.
    Preparing,
}
