//! A text as ELMo's two readers go over it, and what is learnt from their layers.

use serde::{Deserialize, Serialize};

use super::{Candidate, Ending, TypedArray};

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ReadWord {
    /// The word.
    pub text: String,
    /// Its start in the text, in UTF-16 code units, as in JavaScript.
    pub start: usize,
    /// Its end.
    pub end: usize,
    /// Whether the readers can name it; they read any word.
    pub is_known: bool,
}

/// What a reader's layer does at a word: means over its cells.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ReaderStep {
    /// The input gate: the share of the word that is let in.
    pub input: f32,
    /// The forget gate: the share of the state that is kept.
    pub forget: f32,
    /// The output gate: the share of the state that is shown.
    pub output: f32,
    /// Length of the state.
    pub norm: f32,
}

/// One reader's way over a text. Everything is in the order of the text; the forward reader begins at the mark before the
/// first word, the backward reader at the mark after the last, so that both have one step more than there are words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ReaderTrace {
    /// Layer by layer, the steps.
    pub layers: Vec<Vec<ReaderStep>>,
    /// After each step, the likeliest words to come; none for a model without its output layer.
    pub likely: Vec<Vec<Candidate>>,
}

/// A text that was read from both ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    /// The words.
    pub words: Vec<ReadWord>,
    /// The words' vectors by layer, each row-major `[words, size]`: the first half is the forward reader's, the second the
    /// backward reader's. Layer 0 is made of the word's characters alone, the same in both halves.
    pub layers: Vec<TypedArray<f32>>,
    /// Size of a vector.
    pub size: usize,
    /// The reader from the first word on.
    pub forward: ReaderTrace,
    /// The reader from the last word on.
    pub backward: ReaderTrace,
    /// Number of words that were cut off at the model's limit.
    pub cut: usize,
    /// Seconds that the readers took.
    pub seconds: f64,
}

/// A word in its text, with the class that it belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LabelledWord {
    /// Index of the text.
    pub text: usize,
    /// The start of the word in the text, in UTF-16 code units.
    pub start: usize,
    /// The end of the word.
    pub end: usize,
    /// Its class, from 0.
    pub label: usize,
}

/// The options of a mixture that learns with a probe (Peters et al. 2018, section 3.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase")]
pub struct MixtureOptions {
    /// λ: the factor of Σ w² of the mixture's scalars; 1 keeps the layers' shares at a third each.
    pub l2: f64,
    /// The learning rate.
    pub rate: f64,
    /// Number of steps, each over all words.
    pub steps: usize,
    /// Decides the probe's first weights.
    pub seed: u32,
}

impl Default for MixtureOptions {
    fn default() -> Self {
        Self { l2: 0.001, rate: 0.02, steps: 60, seed: 1 }
    }
}

/// A step of a mixture that learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MixtureStep {
    /// Number of steps done.
    pub step: usize,
    /// Steps in all.
    pub total: usize,
    /// Mean cross-entropy of the words that it learns from, with the penalty.
    pub loss: f64,
    /// The layers' shares, softmax(w).
    pub shares: Vec<f64>,
    /// γ.
    pub gamma: f64,
    /// Share of the held-out words that are told rightly.
    pub accuracy: f64,
}

/// A mixture that has learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MixtureLearnt {
    /// How the training ended.
    pub ending: Ending,
    /// The mixture after its last step.
    pub mixture: MixtureStep,
    /// For each layer: the share of the held-out words that a probe of it alone tells rightly.
    pub alone: Vec<f64>,
    /// Number of the held-out words.
    pub tests: usize,
    /// Seconds that reading the texts took.
    pub reading_seconds: f64,
    /// Seconds that learning took.
    pub seconds: f64,
}
