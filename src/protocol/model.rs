//! Models: where they come from, what runs them, what they can do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Pooling, WeightFormat};
use crate::error::LecternError;

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Source {
    /// A folder of the site's own `models/`, by name.
    BuiltIn {
        /// The folder's name, for example `tales-gpt2`.
        name: String,
    },
    /// A Hugging Face Hub id such as `openai-community/gpt2`.
    Hub {
        /// `owner/name`.
        id: String,
        /// Branch, tag or commit; `main` where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<String>,
    },
    /// The address of a folder that holds config.json, the weights and the tokenizer.
    Url {
        /// With or without a slash at its end.
        base: String,
    },
    /// The `File` objects sent beside the request, in `files`.
    Files,
    /// A model with random weights, made in the engine from a seed: for benchmarks.
    Random {
        /// The shape, as a config.json.
        #[cfg_attr(test, ts(type = "object"))]
        config: serde_json::Value,
        /// The seed of the weights.
        seed: u32,
    },
}

/// Which processor computes.
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

/// A kind of processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A WebGPU adapter.
    Gpu,
    /// The CPU.
    Cpu,
}

/// What computes, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DeviceInfo {
    /// Which kind of processor.
    pub kind: DeviceKind,
    /// The adapter's name, or what the CPU path is.
    pub name: String,
    /// Why this one was chosen.
    pub reason: DeviceReason,
}

/// Why a device was chosen: one value a situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum DeviceReason {
    /// The GPU was asked for.
    GpuAsked,
    /// The CPU was asked for.
    CpuAsked,
    /// The GPU: WebGPU gives a real adapter.
    RealAdapter,
    /// The CPU: the adapter computes in software, which is slower.
    SoftwareAdapter,
    /// The CPU: this browser has no WebGPU.
    NoWebGpu,
    /// The CPU: WebGPU gives no adapter, or none that can be set up.
    NoAdapter,
    /// The CPU: the GPU was lost again and again. Only a page says so, of a model that it loaded again.
    LostBefore,
}

impl DeviceReason {
    /// All of them.
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

/// What a model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Ability {
    /// Continue a text: [`Request::Generate`].
    Generate,
    /// Turn texts into vectors: [`Request::Embed`], [`Request::EmbedWords`].
    Embed,
    /// Say what stands behind a mask: [`Request::FillMask`].
    FillMask,
    /// Say whether a sentence follows another: [`Request::NextSentence`].
    NextSentence,
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
    /// Where in a text the answer to a question begins and ends.
    QuestionAnswering,
    /// Which of several texts it is.
    MultipleChoice,
}

/// What is known of a loaded model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelInfo {
    /// The engine's handle for it.
    pub model: u32,
    /// The name of the folder, Hub id or file it came from.
    pub name: String,
    /// The architecture by the `model_type` of a config.json: `gpt2`, `bert`, `distilbert`.
    pub architecture: String,
    /// What it can do.
    pub abilities: Vec<Ability>,
    /// The head that it was published with and that is not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub unused_head: Option<UnusedHead>,
    /// How it was trained to make one vector of a text.
    pub pooling: Pooling,
    /// Was it trained to divide that vector by its length?
    pub normalized: bool,
    /// Numbers in that vector.
    pub embedding_size: usize,
    /// What it was trained to have before texts of a kind, by the kind's name, such as `query`.
    #[serde(default)]
    pub prompts: BTreeMap<String, String>,
    /// Which of them comes before every text that is embedded, unless the request names another.
    #[serde(default)]
    pub default_prompt_name: Option<String>,
    /// What stands for a masked word in a text, `[MASK]` as a rule; absent where it knows none.
    pub mask_token: Option<String>,
    /// Number of weights.
    pub parameters: u64,
    /// Bytes the weights take as they are kept.
    pub weight_bytes: u64,
    /// Bytes of key/value cache a token; 0 for an encoder.
    pub cache_bytes_per_token: u64,
    /// What the weights are in memory: the format that was asked for, or, of weights that are kept as they were
    /// stored, the one that most of them have.
    pub quantization: WeightFormat,
    /// Decoder or encoder layers.
    pub layers: usize,
    /// Attention heads a layer.
    pub heads: usize,
    /// Numbers in a hidden state.
    pub hidden_size: usize,
    /// The longest text, in tokens, special ones and the prompt included.
    pub context: usize,
    /// Tokens in the vocabulary.
    pub vocabulary: usize,
    /// What computes.
    pub device: DeviceInfo,
    /// Seconds from request to ready.
    pub load_seconds: f64,
    /// Why it is not kept in the browser's files, where it should have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub not_kept: Option<LecternError>,
}

/// What a request is doing while it loads.
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
