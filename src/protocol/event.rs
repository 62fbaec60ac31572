//! What the engine answers.

use serde::{Deserialize, Serialize};

use super::{
    Candidate, Comparison, Damage, DeviceInfo, Filling, GenerationStats, KeptModel, ModelInfo,
    Phase, Space, StopReason, TensorInfo, TensorStudy, TokenText, TypedArray,
};
use crate::error::LecternError;

/// What the engine answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
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
    /// Final. Models in the browser's own files.
    KeptModels {
        /// By name.
        models: Vec<KeptModel>,
        /// What the browser has room for.
        space: Space,
    },
    /// Final. A kept model was read again.
    Verified {
        /// Files that are not what they were; they were removed, and are fetched again another time.
        damaged: Vec<String>,
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
        /// Kullback–Leibler divergence from the reference's distribution, in nats, at temperature 1.
        divergence: Option<f64>,
    },
    /// Final. The attention asked for.
    Attention {
        /// The tokens along both axes.
        tokens: Vec<TokenText>,
        /// Row-major `[tokens, tokens]`; row i says how much token i attends to each token.
        weights: TypedArray<f32>,
    },
    /// Final. What is inside.
    Inspected {
        /// The text's tokens.
        tokens: Vec<TokenText>,
        /// A layer each: row-major `[heads, tokens, tokens]`.
        attentions: Vec<TypedArray<f32>>,
        /// The embeddings, then a layer each: row-major `[tokens, hidden_size]`.
        hidden_states: Vec<TypedArray<f32>>,
        /// Row-major `[tokens, vocabulary]`: of a masked-language model, what it would put in each place.
        logits: TypedArray<f32>,
        /// The pooler's output, `[hidden_size]`; empty where the model has none.
        pooled: TypedArray<f32>,
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
        vectors: TypedArray<f32>,
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
    /// So many of a text's tokens were scored.
    TokensScored {
        /// Tokens scored.
        done: usize,
        /// Tokens to score.
        total: usize,
        /// Perplexity of those that were.
        perplexity: f64,
    },
    /// Final. How well the model foretells the text, as far as it was read.
    Perplexity {
        /// Tokens scored.
        tokens: usize,
        /// Was it read to its end? False where it was stopped.
        is_complete: bool,
        /// exp of the mean of −ln p(token).
        perplexity: f64,
        /// Beside the reference model.
        comparison: Option<Comparison>,
    },
    /// Final. The model's matrices, in the order of their use.
    Tensors {
        /// One each.
        tensors: Vec<TensorInfo>,
    },
    /// Final. A matrix, before and after.
    TensorStudied {
        /// What was found.
        study: TensorStudy,
    },
    /// So many of a model's matrices are done.
    TensorsDone {
        /// Matrices done.
        done: usize,
        /// Matrices in all.
        total: usize,
    },
    /// Final. What the scheme does to each matrix.
    Damaged {
        /// In the order of their use.
        tensors: Vec<Damage>,
    },
    /// The next bytes of a file.
    FilePiece {
        /// At most 4 MB of them.
        bytes: TypedArray<u8>,
        /// Bytes of the file so far.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// Final. The file is complete.
    Exported {
        /// A name for it.
        file: String,
        /// Its length.
        bytes: u64,
    },
    /// Final. Memory in use.
    Memory {
        /// Bytes of the engine's WebAssembly memory (it never shrinks: this is its peak).
        wasm_bytes: u64,
        /// Bytes of the weights of all loaded models.
        weight_bytes: u64,
        /// Kernel launches since the engine started.
        launches: u64,
        /// Bytes that one model could have if no other was loaded; none where nothing is known of a limit.
        limit: Option<u64>,
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
                | Self::TokensScored { .. }
                | Self::TensorsDone { .. }
                | Self::FilePiece { .. }
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
