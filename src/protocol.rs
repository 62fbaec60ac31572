//! What the page and the worker say to each other: plain objects, as in the tables below.
//!
//! A message to the worker is `{ id, request, files? }`; every answer is `{ id, event }` with the same
//! `id`. A request ends with exactly one final event ([`Event::is_final`]); what comes before it is
//! progress. `web/lectern.js` and the page speak the same protocol.

use serde::{Deserialize, Serialize};

use crate::error::LecternError;

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
        config: serde_json::Value,
        /// The seed of the weights.
        seed: u32,
    },
}

/// How weights are kept: see the quantization room for the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub enum Quantization {
    /// 32-bit floats, as the checkpoint has them.
    #[default]
    #[serde(rename = "f32")]
    F32,
    /// 16-bit floats, computed with as 32-bit ones.
    #[serde(rename = "f16")]
    F16,
    /// Eight bits, symmetric, one scale a row.
    #[serde(rename = "int8")]
    Int8,
    /// Four bits, a scale and a minimum for each group of 32 in a row; the token embedding, which is the head
    /// too, in eight.
    #[serde(rename = "int4")]
    Int4,
}

/// Which processor computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
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

/// What computes, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceInfo {
    /// `gpu` or `cpu`, never `auto`.
    pub kind: DeviceChoice,
    /// The adapter's name, or what the CPU path is.
    pub name: String,
    /// Why this one was chosen: one of `asked`, `real-adapter`, `no-webgpu`, `no-adapter`, `software-adapter`.
    pub reason: String,
}

/// What a model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// How the vectors of a text's tokens become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// Their mean, the special tokens' included.
    #[default]
    Mean,
    /// The first one, which is `[CLS]`'s.
    Cls,
    /// The largest number of each column.
    Max,
}

/// Which hidden states a vector is made of. Layer 0 is the embeddings, layer k the k-th layer's output;
/// negative numbers count from the end, -1 being the last layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[serde(rename_all = "camelCase", default)]
pub struct EmbedOptions {
    /// Absent: as the model was trained, [`ModelInfo::pooling`].
    pub pooling: Option<Pooling>,
    /// Divide each vector by its length, so that a dot product is a cosine.
    pub normalize: bool,
    /// Of which layers.
    pub layers: Layers,
    /// The longest text, in tokens; absent: [`ModelInfo::context`], which is the most.
    pub max_tokens: Option<usize>,
}

/// A word where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Occurrence {
    /// The text around it.
    pub text: String,
    /// Where it begins in the text, in UTF-16 code units, as JavaScript counts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// What is known of a loaded model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelInfo {
    /// The engine's handle for it.
    pub model: u32,
    /// The name of the folder, Hub id or file it came from.
    pub name: String,
    /// `gpt2`, `bert` or `distilbert`.
    pub architecture: String,
    /// What it can do.
    pub abilities: Vec<Ability>,
    /// How it was trained to make one vector of a text.
    pub pooling: Pooling,
    /// What stands for a masked word in a text, `[MASK]` as a rule; absent where it knows none.
    pub mask_token: Option<String>,
    /// Number of weights.
    pub parameters: u64,
    /// Bytes the weights take as they are kept.
    pub weight_bytes: u64,
    /// Bytes of key/value cache a token; 0 for an encoder.
    pub cache_bytes_per_token: u64,
    /// How the weights are kept.
    pub quantization: Quantization,
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
}

/// How the next token is chosen. The names are transformers' (and transformers.js').
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GenerateOptions {
    /// How many tokens to add at most.
    pub max_new_tokens: usize,
    /// Softmax temperature; 0 takes the most probable token (greedy).
    pub temperature: f32,
    /// Keep the k most probable tokens; 0 keeps all.
    pub top_k: usize,
    /// Keep the smallest set of tokens whose probabilities sum to this (nucleus); 1 keeps all.
    pub top_p: f32,
    /// Drop tokens less probable than this times the most probable one; 0 keeps all.
    pub min_p: f32,
    /// Divide (where negative: multiply) the logits of tokens already there by this; 1 changes nothing.
    pub repetition_penalty: f32,
    /// The same seed gives the same text on the same device and quantization; absent: a random one.
    pub seed: Option<u32>,
    /// Texts that end the generation; they are not part of what is given out.
    pub stop: Vec<String>,
    /// How many candidates to report with every token.
    pub candidates: usize,
}

impl Default for GenerateOptions {
    fn default() -> Self {
        Self {
            max_new_tokens: 64,
            temperature: 0.8,
            top_k: 50,
            top_p: 1.0,
            min_p: 0.0,
            repetition_penalty: 1.0,
            seed: None,
            stop: Vec::new(),
            candidates: 0,
        }
    }
}

/// What the page asks of the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Request {
    /// Choose the device and say which. → [`Event::Device`]
    Device {
        /// What to prefer.
        device: DeviceChoice,
    },
    /// Load a model; others stay loaded. → [`Event::Progress`]*, [`Event::Loaded`]
    Load {
        /// Where from.
        source: Source,
        /// How to keep the weights.
        #[serde(default)]
        quantization: Quantization,
        /// Where to run it.
        #[serde(default)]
        device: DeviceChoice,
    },
    /// Continue a text. → [`Event::Prompt`], [`Event::Token`]*, [`Event::Generated`]
    Generate {
        /// Handle of the model.
        model: u32,
        /// The text to continue.
        prompt: String,
        /// How.
        #[serde(default)]
        options: GenerateOptions,
    },
    /// The distribution from which the token at `position` of the last generation came. → [`Event::Candidates`]
    Candidates {
        /// Handle of the model.
        model: u32,
        /// Position of the token in the text, the prompt's first token being 0 (which has no distribution).
        position: usize,
        /// Softmax temperature.
        temperature: f32,
        /// How many of the most probable tokens.
        count: usize,
    },
    /// One head's attention over the tokens of the last generation; of an encoder, over those of the last
    /// [`Request::FillMask`], [`Request::NextSentence`] or [`Request::Inspect`]. → [`Event::Attention`]
    Attention {
        /// Handle of the model.
        model: u32,
        /// Layer, from 0.
        layer: usize,
        /// Head, from 0.
        head: usize,
    },
    /// Run a text through the model and report what is inside. → [`Event::Inspected`]
    Inspect {
        /// Handle of the model.
        model: u32,
        /// The text.
        text: String,
        /// A second text, after `[SEP]`; for encoders only.
        #[serde(default)]
        pair: Option<String>,
        /// Attention weights of all layers and heads?
        #[serde(default)]
        attentions: bool,
        /// Hidden states of all layers?
        #[serde(default)]
        hidden_states: bool,
        /// Logits of all positions?
        #[serde(default)]
        logits: bool,
    },
    /// Turn texts into vectors. → [`Event::TextsDone`]*, [`Event::Embedded`]
    Embed {
        /// Handle of the model.
        model: u32,
        /// The texts, in any number.
        texts: Vec<String>,
        /// How.
        #[serde(default)]
        options: EmbedOptions,
    },
    /// The vectors of words in their contexts: the mean over each one's tokens. → [`Event::TextsDone`]*,
    /// [`Event::Embedded`]
    EmbedWords {
        /// Handle of the model.
        model: u32,
        /// The words.
        occurrences: Vec<Occurrence>,
        /// Of which layers.
        #[serde(default)]
        layers: Layers,
    },
    /// What the model would put in the place of each mask of a text. → [`Event::Filled`]
    FillMask {
        /// Handle of the model.
        model: u32,
        /// The text, with [`ModelInfo::mask_token`] in it once or more.
        text: String,
        /// How many candidates a mask.
        top_k: usize,
    },
    /// How probable it is that the second text follows the first. → [`Event::NextSentence`]
    NextSentence {
        /// Handle of the model.
        model: u32,
        /// The first text.
        first: String,
        /// The one that may follow.
        second: String,
    },
    /// Stop the request of that id, at once. It ends with its own final event. → [`Event::Done`]
    Cancel {
        /// The `id` of the message to stop.
        target: u32,
    },
    /// Forget a model and free its memory. → [`Event::Done`]
    Dispose {
        /// Handle of the model.
        model: u32,
    },
    /// Measure memory. → [`Event::Memory`]
    Memory,
}

/// Why generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StopReason {
    /// `maxNewTokens` were made.
    MaxNewTokens,
    /// The model's end-of-text token came.
    EndOfText,
    /// One of the stop texts came.
    StopText,
    /// The model has no more positions.
    ContextFull,
    /// The caller stopped it.
    Cancelled,
}

/// What a request is doing while it loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// Bytes are arriving (and are quantized as they do).
    Fetching,
    /// A connection broke; waiting before the next try.
    Retrying,
    /// First run, so that the first token is not slow.
    Preparing,
}

/// One token of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenText {
    /// Its number in the vocabulary.
    pub id: u32,
    /// Its text; for a token that is part of a character, what is known of it, never half a character.
    pub text: String,
}

/// What a model would put in the place of a mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Filling {
    /// Where the mask stands among the text's tokens.
    pub position: usize,
    /// Most probable first.
    pub candidates: Vec<Candidate>,
}

/// A token that might have come, and how probable it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Its number in the vocabulary.
    pub id: u32,
    /// Its text.
    pub text: String,
    /// Its probability under softmax at the asked temperature, over the whole vocabulary.
    pub probability: f32,
    /// Its raw logit.
    pub logit: f32,
}

/// How fast a generation was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GenerationStats {
    /// Tokens in the prompt.
    pub prompt_tokens: usize,
    /// Tokens made.
    pub new_tokens: usize,
    /// Seconds from request to first token.
    pub time_to_first_token: f64,
    /// Tokens a second after the first one.
    pub tokens_per_second: f64,
    /// The seed that was used.
    pub seed: u32,
    /// Kernel launches a decoded token; 0 on the CPU.
    pub launches_per_token: f64,
    /// Microseconds this thread needed to enqueue a launch while decoding; 0 on the CPU.
    pub microseconds_per_launch: f64,
}

/// What the engine answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// How far a load is.
    Progress {
        /// What is going on.
        phase: Phase,
        /// The file at hand.
        file: String,
        /// Bytes of the model that have arrived.
        loaded: u64,
        /// Bytes in all; absent where the server does not say.
        total: Option<u64>,
    },
    /// Final. The device.
    Device {
        /// Which one.
        device: DeviceInfo,
    },
    /// Final. The model is ready.
    Loaded {
        /// What it is.
        info: ModelInfo,
    },
    /// The prompt, cut into tokens, before the first new one.
    Prompt {
        /// The prompt's tokens.
        tokens: Vec<TokenText>,
    },
    /// A new token.
    Token {
        /// The token.
        token: TokenText,
        /// Text that is complete now: append it to what is shown.
        delta: String,
        /// Its probability at the temperature asked for.
        probability: f32,
        /// The most probable tokens there, as many as were asked for.
        candidates: Vec<Candidate>,
    },
    /// Final. No more tokens.
    Generated {
        /// Why.
        reason: StopReason,
        /// Text held back until now (half of a possible stop text, the rest of a broken character).
        delta: String,
        /// Everything that was generated.
        text: String,
        /// How fast.
        stats: GenerationStats,
    },
    /// Final. The distribution asked for.
    Candidates {
        /// Most probable first.
        candidates: Vec<Candidate>,
    },
    /// Final. The attention asked for.
    Attention {
        /// The tokens along both axes.
        tokens: Vec<TokenText>,
        /// Row-major `[tokens, tokens]`; row i says how much token i attends to each token.
        weights: Vec<f32>,
    },
    /// Final. What is inside.
    Inspected {
        /// The text's tokens.
        tokens: Vec<TokenText>,
        /// A layer each: row-major `[heads, tokens, tokens]`.
        attentions: Vec<Vec<f32>>,
        /// The embeddings, then a layer each: row-major `[tokens, hidden_size]`.
        hidden_states: Vec<Vec<f32>>,
        /// Row-major `[tokens, vocabulary]`: of a masked-language model, what it would put in each place.
        logits: Vec<f32>,
        /// The pooler's output, `[hidden_size]`; empty where the model has none.
        pooled: Vec<f32>,
        /// Tokens that the text has beyond the model's limit, and that were cut off; only encoders cut.
        cut: usize,
    },
    /// So many of the texts are done.
    TextsDone {
        /// Texts done.
        done: usize,
        /// Texts in all.
        total: usize,
    },
    /// Final. Texts as vectors.
    Embedded {
        /// Row-major `[texts, size]`.
        vectors: Vec<f32>,
        /// Numbers in a vector.
        size: usize,
        /// Each text's number of tokens, special ones included, as far as they were read.
        tokens: Vec<usize>,
        /// How many tokens of each text were cut off at the model's limit.
        cut: Vec<usize>,
    },
    /// Final. The masks, filled.
    Filled {
        /// The text's tokens, special ones included.
        tokens: Vec<TokenText>,
        /// One for each mask, in the text's order.
        fillings: Vec<Filling>,
        /// Tokens cut off at the model's limit.
        cut: usize,
    },
    /// Final. Does the second text follow the first?
    NextSentence {
        /// The pair's tokens, special ones included.
        tokens: Vec<TokenText>,
        /// The probability that it does.
        probability: f32,
        /// Of "follows" and of "does not follow".
        logits: [f32; 2],
        /// Tokens cut off at the model's limit, of both texts together.
        cut: usize,
    },
    /// Final. Memory in use.
    Memory {
        /// Bytes of the engine's WebAssembly memory (it never shrinks: this is its peak).
        wasm_bytes: u64,
        /// Bytes of the weights of all loaded models.
        weight_bytes: u64,
        /// Kernel launches since the engine started.
        launches: u64,
    },
    /// Final. Done, nothing to report.
    Done,
    /// Final. It failed.
    Error {
        /// How.
        error: LecternError,
        /// The sentence for people, in English.
        message: String,
        /// The sentence for people, in Russian.
        message_ru: String,
    },
}

impl Event {
    /// Does this event end its request?
    pub fn is_final(&self) -> bool {
        !matches!(
            self,
            Self::Progress { .. }
                | Self::Prompt { .. }
                | Self::Token { .. }
                | Self::TextsDone { .. }
        )
    }

    /// The event for an error.
    pub fn from_error(error: LecternError) -> Self {
        use crate::error::Language;
        Self::Error {
            message: error.message(Language::En),
            message_ru: error.message(Language::Ru),
            error,
        }
    }
}

/// `{ id, request }`: a message to the worker (its `files`, if any, are read beside it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToWorker {
    /// The caller's number for this request; answers carry it.
    pub id: u32,
    /// The request.
    pub request: Request,
}

/// `{ id, event }`: a message from the worker. `id` 0 with [`Event::Done`] says that the worker is ready.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FromWorker {
    /// The number of the request this answers.
    pub id: u32,
    /// The event.
    pub event: Event,
}
