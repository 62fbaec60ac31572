//! The engine's answers.

use serde::{Deserialize, Serialize};

use super::{
    AlignStep, Candidate, Comparison, Continuation, DeviceInfo, DistilStep, Ending, Filling, Gap,
    GenerationStats, InstructStep, KeptModel, LearningCurve, MixtureLearnt, MixtureStep, ModelInfo,
    Phase, Reading, Rewarded, SchemeError, Space, StopReason, StudentsStep, Taught, TeachStep,
    TensorInfo, TensorStudy, TokenText, Tuned, TypedArray,
};
use crate::error::LecternError;

/// The engine's answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// The progress of a load.
    Progress {
        /// The current phase.
        phase: Phase,
        /// The current file.
        file: String,
        /// Bytes of the model that have arrived.
        loaded: u64,
        /// Bytes in all, if known.
        total: Option<u64>,
    },
    /// Final. The device.
    Device {
        /// The device.
        device: DeviceInfo,
    },
    /// Final. The model is ready.
    Loaded {
        /// The model's description.
        info: ModelInfo,
    },
    /// Final. Models in the browser's own files.
    KeptModels {
        /// The models, by name.
        models: Vec<KeptModel>,
        /// The browser's space.
        space: Space,
    },
    /// Final. A stored model was read again.
    Verified {
        /// Files that changed; they were removed, and are fetched again another time.
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
        /// Its probability at the requested temperature.
        probability: f32,
        /// The most probable tokens, as many as requested.
        candidates: Vec<Candidate>,
    },
    /// Final. No more tokens.
    Generated {
        /// The reason for the end.
        reason: StopReason,
        /// Text held back until now (half of a possible stop text, the rest of a broken character).
        delta: String,
        /// Everything that was generated.
        text: String,
        /// The speed.
        stats: GenerationStats,
    },
    /// Final. The requested distribution.
    Candidates {
        /// The candidates, most probable first.
        candidates: Vec<Candidate>,
        /// Kullback–Leibler divergence from the reference's distribution, in nats, at temperature 1.
        divergence: Option<f64>,
    },
    /// Final. The requested attention.
    Attention {
        /// The tokens along both axes.
        tokens: Vec<TokenText>,
        /// Row-major `[tokens, tokens]`; row i has the weights of token i for each token.
        weights: TypedArray<f32>,
    },
    /// Final. The requested inner values.
    Inspected {
        /// The text's tokens.
        tokens: Vec<TokenText>,
        /// For each layer: row-major `[heads, tokens, tokens]`.
        attentions: Vec<TypedArray<f32>>,
        /// For the embeddings, then each layer: row-major `[tokens, hidden_size]`.
        hidden_states: Vec<TypedArray<f32>>,
        /// Row-major `[tokens, vocabulary]`; of a masked-language model, for each position.
        logits: TypedArray<f32>,
        /// The pooler's output, `[hidden_size]`; empty if the model has none.
        pooled: TypedArray<f32>,
        /// Number of tokens that were cut off at the model's limit; only encoders cut.
        cut: usize,
    },
    /// The progress of a request with several texts.
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
        /// Size of a vector.
        size: usize,
        /// Number of each text's tokens that were read, special ones included.
        tokens: Vec<usize>,
        /// Number of tokens of each text that were cut off at the model's limit.
        cut: Vec<usize>,
    },
    /// Final. The candidates for the masks.
    Filled {
        /// The text's tokens, special ones included.
        tokens: Vec<TokenText>,
        /// The candidates of each mask, in the text's order.
        fillings: Vec<Filling>,
        /// Number of tokens that were cut off at the model's limit.
        cut: usize,
    },
    /// Final. Whether the second text follows the first.
    NextSentence {
        /// The pair's tokens, special ones included.
        tokens: Vec<TokenText>,
        /// The probability that it follows.
        probability: f32,
        /// The logits of "follows" and of "does not follow".
        logits: [f32; 2],
        /// Number of tokens of both texts that were cut off at the model's limit.
        cut: usize,
    },
    /// The progress of scoring a text.
    TokensScored {
        /// Number of scored tokens.
        done: usize,
        /// Number of tokens to score.
        total: usize,
        /// Perplexity of the scored tokens.
        perplexity: f64,
    },
    /// Final. The perplexity of the text, or of its beginning if the request was cancelled.
    Perplexity {
        /// Number of scored tokens.
        tokens: usize,
        /// Whether the text was read to its end.
        is_complete: bool,
        /// exp of the mean of −ln p(token).
        perplexity: f64,
        /// The comparison with the reference model.
        comparison: Option<Comparison>,
    },
    /// Final. The model's matrices, in the order of their use.
    Tensors {
        /// The matrices.
        tensors: Vec<TensorInfo>,
    },
    /// Final. A matrix before and after quantization.
    TensorStudied {
        /// The results.
        study: TensorStudy,
    },
    /// The progress of a request with all of a model's matrices.
    TensorsDone {
        /// Matrices done.
        done: usize,
        /// Matrices in all.
        total: usize,
    },
    /// Final. The errors of a scheme in each matrix.
    #[serde(rename = "damaged")]
    SchemesCompared {
        /// The matrices, in the order of their use.
        tensors: Vec<SchemeError>,
    },
    /// The next bytes of a file.
    FilePiece {
        /// At most 4 MB.
        bytes: TypedArray<u8>,
        /// Bytes of the file so far.
        done: u64,
        /// Bytes of the whole file.
        total: u64,
    },
    /// Final. The file is complete.
    Exported {
        /// A name for the file.
        file: String,
        /// Length of the file.
        bytes: u64,
    },
    /// Final. A model's files other than its weights.
    ModelFiles {
        /// Its config.json.
        config: String,
        /// Its tokenizer.json.
        tokenizer: String,
    },
    /// A step of a teaching.
    TeachStep {
        /// The step.
        step: TeachStep,
    },
    /// Final. A classifier.
    Taught {
        /// The classifier.
        taught: Taught,
    },
    /// Final. The classes of texts.
    Classified {
        /// Row-major `[texts, classes]`.
        probabilities: TypedArray<f32>,
    },
    /// Final. The accuracy by the number of labels.
    LearningCurves {
        /// A curve for each lane.
        curves: Vec<LearningCurve>,
    },
    /// A step of a distillation.
    DistilStep {
        /// The step.
        step: DistilStep,
    },
    /// A lesson for tiny students, before their first step.
    Lesson {
        /// The words that may stand in a gap.
        words: Vec<String>,
        /// Number of gaps to learn from.
        gaps: usize,
        /// Some of the held-out gaps.
        shown: Vec<Gap>,
    },
    /// Steps of the students.
    StudentsStep {
        /// The step.
        step: StudentsStep,
    },
    /// Final. The students have learnt.
    StudentsTaught {
        /// How it ended.
        ending: Ending,
        /// Seconds that it took.
        seconds: f64,
    },
    /// Final. How far the words' vectors depend on one word.
    Influence {
        /// By layer, from the vectors below the first one on: for each word the mean of ‖h − h′‖ / ‖h‖, h′ being its
        /// vector after the replacement.
        layers: Vec<Vec<f32>>,
    },
    /// Final. A text that was read from both ends.
    Read {
        /// What the readers did.
        reading: Box<Reading>,
    },
    /// A step of a mixture.
    MixtureStep {
        /// The step.
        step: MixtureStep,
    },
    /// Final. The mixture has learnt.
    MixtureLearnt {
        /// What it has learnt.
        learnt: MixtureLearnt,
    },
    /// A step of fine-tuning on instructions.
    InstructStep {
        /// The step.
        step: InstructStep,
    },
    /// An iteration of an alignment.
    AlignStep {
        /// The iteration.
        step: AlignStep,
    },
    /// Final. A language model that learned.
    Tuned {
        /// The model.
        tuned: Tuned,
    },
    /// Final. Continuations of texts.
    Continued {
        /// Their handle, for rankings.
        continuations: u32,
        /// The continuations of each text.
        written: Vec<Vec<Continuation>>,
    },
    /// Final. A reward model.
    Rewarded {
        /// The reward model.
        rewarded: Rewarded,
    },
    /// Final. Memory in use.
    Memory {
        /// Bytes of the engine's WebAssembly memory (it never shrinks: this is its peak).
        wasm_bytes: u64,
        /// Bytes of the weights of all loaded models.
        weight_bytes: u64,
        /// Kernel launches since the engine started.
        launches: u64,
        /// Bytes for one model if no other was loaded; `None` without a known limit.
        limit: Option<u64>,
    },
    /// Final. Done, without a result.
    Done,
    /// Final. An error.
    Error {
        /// The error.
        error: LecternError,
        /// The message for people, in English.
        message: String,
        /// The message for people, in Russian.
        message_ru: String,
    },
}

impl Event {
    /// Whether this event ends its request.
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
                | Self::TeachStep { .. }
                | Self::DistilStep { .. }
                | Self::Lesson { .. }
                | Self::StudentsStep { .. }
                | Self::MixtureStep { .. }
                | Self::InstructStep { .. }
                | Self::AlignStep { .. }
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
