//! Models that learn: what they are taught, how, and what is reported of it.

use serde::{Deserialize, Serialize};

use super::{Candidate, TypedArray};

/// A text and the class it belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Example {
    /// The text.
    pub text: String,
    /// Its class, from 0.
    pub label: usize,
}

/// What a classifier knows before its first example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Lane {
    /// Nothing: it counts words.
    Words,
    /// Nothing: an encoder of two layers with random weights.
    SmallEncoder,
    /// A pre-trained encoder whose weights stay as they are, with a linear head.
    #[default]
    Features,
    /// A pre-trained encoder that learns with its head.
    FineTuning,
}

/// The options of a teaching. Those of the learning itself matter to the lanes that learn step by step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase")]
pub struct TeachOptions {
    /// What is taught.
    pub lane: Lane,
    /// Number of the encoder's layers that learn, from the last one down.
    pub layers: usize,
    /// Whether the head is fitted to the encoder's vectors before both learn.
    pub head_first: bool,
    /// The highest learning rate.
    pub rate: f64,
    /// Number of steps.
    pub steps: usize,
    /// Examples of a step.
    pub batch: usize,
    /// Decides random weights and the order of the examples.
    pub seed: u32,
}

impl Default for TeachOptions {
    fn default() -> Self {
        Self {
            lane: Lane::Features,
            layers: 2,
            head_first: true,
            rate: 1e-4,
            steps: 30,
            batch: 16,
            seed: 1,
        }
    }
}

/// How a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Ending {
    /// All steps were done.
    Complete,
    /// It was stopped; what was learnt until then is kept.
    Stopped,
    /// Its numbers grew beyond all bounds: the rate is too high.
    Diverged,
}

/// A step of a teaching.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TeachStep {
    /// Counted from 1.
    pub step: usize,
    /// Steps in all.
    pub total: usize,
    /// Mean loss of the step's examples, before it.
    pub loss: f64,
    /// Share of the step's examples that were classified rightly, before it.
    pub trained: f64,
    /// The measurements of some steps.
    pub measured: Option<Measured>,
}

/// What is measured of a classifier between two steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// Share of the held-out texts that are classified rightly; absent without such texts.
    pub accuracy: Option<f64>,
    /// What is left of the encoder's notion of similarity: the correlation of all pairs' cosines before and now.
    pub kept: f64,
    /// The examples' vectors, row-major `[examples, size]`.
    pub vectors: TypedArray<f32>,
    /// Size of a vector.
    pub size: usize,
}

/// A classifier that was taught.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Taught {
    /// Its handle.
    pub classifier: u32,
    /// Handle of the encoder that learned with it, if one did.
    pub model: Option<u32>,
    /// How the training ended.
    pub ending: Ending,
    /// Share of the examples that it classifies rightly.
    pub trained: f64,
    /// Share of the held-out texts that it classifies rightly; absent without such texts.
    pub accuracy: Option<f64>,
    /// Seconds that it took, without the encoder's own vectors.
    pub seconds: f64,
    /// Seconds that the encoder took for its vectors.
    pub reading_seconds: f64,
    /// Number of weights that were learnt.
    pub parameters: u64,
}

/// The accuracy by the number of labels, of one lane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct LearningCurve {
    /// The lane.
    pub lane: Lane,
    /// For each number of labels a class: the accuracy on the held-out texts, of every draw.
    pub accuracies: Vec<Vec<f64>>,
}

/// The options of a distillation to a smaller encoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase")]
pub struct DistilOptions {
    /// Temperature of the two distributions.
    pub temperature: f64,
    /// Weight of the teacher's distribution.
    pub soft: f64,
    /// Weight of the hidden words themselves.
    pub hard: f64,
    /// Weight of the direction of the hidden states.
    pub cosine: f64,
    /// Whether the student begins with the teacher's layers; else with random ones.
    pub from_teacher: bool,
    /// The highest learning rate.
    pub rate: f64,
    /// Number of steps.
    pub steps: usize,
    /// Tokens of a step.
    pub tokens: usize,
    /// Decides random weights, the order of the texts and the hidden words.
    pub seed: u32,
}

impl Default for DistilOptions {
    fn default() -> Self {
        Self {
            temperature: 2.0,
            soft: 5.0,
            hard: 2.0,
            cosine: 1.0,
            from_teacher: true,
            rate: 1e-3,
            steps: 60,
            tokens: 256,
            seed: 1,
        }
    }
}

/// A step of a distillation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DistilStep {
    /// Counted from 1; 0 is the student before its first one.
    pub step: usize,
    /// Steps in all.
    pub total: usize,
    /// KL divergence of the two distributions at the temperature, without T².
    pub soft: f64,
    /// Cross-entropy of the hidden words.
    pub hard: f64,
    /// 1 − cosine of the hidden states.
    pub cosine: f64,
    /// The weighted sum.
    pub loss: f64,
    /// The student's candidates for the masks of the probe, of some steps.
    pub probe: Vec<Vec<Candidate>>,
    /// Share of the hidden words of texts it does not learn from that the student names, of some steps.
    pub accuracy: Option<f64>,
}

/// The options of two tiny students, one of which learns from the words, the other from its teacher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase")]
pub struct StudentsOptions {
    /// Index of the word whose gaps neither of them sees.
    pub hidden: Option<usize>,
    /// Temperature of the two distributions.
    pub temperature: f64,
    /// Weight of the teacher's distribution for the second student; 1 − α is the weight of the word.
    pub alpha: f64,
    /// Whether the teacher's term is multiplied by T².
    pub squared: bool,
    /// Share of the gaps at which the teacher's answers are those of the next word of the list.
    pub spoiled: f64,
    /// Gaps of each word; absent: all.
    pub gaps: Option<usize>,
    /// The learning rate.
    pub rate: f64,
    /// Number of steps.
    pub steps: usize,
    /// Decides the first weights and the order of the gaps.
    pub seed: u32,
}

impl Default for StudentsOptions {
    fn default() -> Self {
        Self {
            hidden: None,
            temperature: 2.0,
            alpha: 1.0,
            squared: true,
            spoiled: 0.0,
            gaps: None,
            rate: 0.01,
            steps: 600,
            seed: 1,
        }
    }
}

/// A gap of a text that the students have not learnt from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Text before it.
    pub before: String,
    /// Text after it.
    pub after: String,
    /// Index of the word that stood there.
    pub word: usize,
    /// The teacher's probability of each word.
    pub teacher: Vec<f32>,
}

/// What a tiny student can do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct StudentScore {
    /// Share of the held-out gaps whose word is its first choice.
    pub accuracy: f64,
    /// Share of the held-out gaps at which its first choice is the teacher's.
    pub agreement: f64,
    /// Of the gaps of the hidden word: its mean probability, and the shares where it is the first choice, and among
    /// the first three. Absent if no word is hidden.
    pub hidden: Option<[f64; 3]>,
    /// Its probability of each word for each of the shown gaps, row-major `[gaps, words]`.
    pub shown: Vec<f32>,
}

/// A step of the two students.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct StudentsStep {
    /// Number of steps done.
    pub step: usize,
    /// Steps in all.
    pub total: usize,
    /// The student that learns from the words, then the one that learns from its teacher.
    pub students: Vec<StudentScore>,
}
