//! Alignment in three stages: instructions are followed, rewards are learnt from rankings, a policy learns from rewards.

use serde::{Deserialize, Serialize};

use super::{Ending, ModelInfo, TokenText};

/// An instruction and the answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Instruction {
    /// The instruction.
    pub instruction: String,
    /// The answer.
    pub response: String,
}

/// The options of fine-tuning on instructions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase")]
pub struct InstructOptions {
    /// The highest learning rate.
    pub rate: f64,
    /// Number of steps; with 0 the tests are measured, and nothing is learnt.
    pub steps: usize,
    /// Examples of a step.
    pub batch: usize,
    /// Text between an instruction and its answer.
    pub separator: String,
    /// Whether an answer ends with the model's end-of-text token.
    pub ends: bool,
    /// Longest answer that is written to a test, in tokens.
    pub tokens: usize,
    /// A beginning that is put into the model's mouth: the answers to the tests go on from it.
    pub prefill: String,
    /// Decides the order of the examples and the written answers.
    pub seed: u32,
}

impl Default for InstructOptions {
    fn default() -> Self {
        Self {
            rate: 3e-4,
            steps: 40,
            batch: 12,
            separator: "\n".to_owned(),
            ends: true,
            tokens: 32,
            prefill: String::new(),
            seed: 1,
        }
    }
}

/// An answer that the model wrote to an instruction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The text, without what was put into the model's mouth.
    pub text: String,
    /// Whether it came to an end by itself.
    pub is_ended: bool,
    /// Whether it keeps to the subject: it has a longer word of the instruction, in any form.
    pub is_on_subject: bool,
}

/// A step of fine-tuning on instructions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct InstructStep {
    /// Counted from 1; 0 is the model before its first one.
    pub step: usize,
    /// Steps in all.
    pub total: usize,
    /// Mean loss of the answers' tokens of the step's examples, before it; of the tests before the first one.
    pub loss: f64,
    /// Of some steps: mean loss of the answers to the tests.
    pub test_loss: Option<f64>,
    /// Of some steps: an answer to the instruction of each test.
    pub answers: Vec<Answer>,
}

/// The options of texts that a model continues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase")]
pub struct ContinueOptions {
    /// Continuations of each text.
    pub count: usize,
    /// Tokens of a continuation.
    pub tokens: usize,
    /// Words that the raters like, for the worth of a continuation.
    pub taste: Vec<String>,
    /// Decides the tokens.
    pub seed: u32,
}

impl Default for ContinueOptions {
    fn default() -> Self {
        Self { count: 4, tokens: 16, taste: Vec::new(), seed: 1 }
    }
}

/// A continuation of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Continuation {
    /// Its tokens.
    pub tokens: Vec<TokenText>,
    /// Its text.
    pub text: String,
    /// What it is worth by the raters' rule: different words that they like, 3 at most, minus twice the share of longer
    /// words that were there before.
    pub worth: f64,
}

/// A ranking of the continuations of one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Ranking {
    /// The index of the text.
    pub text: usize,
    /// The indices of its continuations, from the best to the worst.
    pub order: Vec<usize>,
}

/// Raters by rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase")]
pub struct Raters {
    /// Words that they like.
    pub taste: Vec<String>,
    /// Number of rankings, together with those of people; the continuations of the other texts are for tests.
    pub rankings: usize,
    /// Share of their rankings that are by chance.
    pub noise: f64,
    /// Decides which ones, and the order of continuations that are worth the same.
    pub seed: u32,
}

impl Default for Raters {
    fn default() -> Self {
        Self { taste: Vec::new(), rankings: 0, noise: 0.0, seed: 1 }
    }
}

/// A reward model that was fitted to rankings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Rewarded {
    /// Its handle.
    pub reward: u32,
    /// All rankings: those of people, then those by rule.
    pub rankings: Vec<Ranking>,
    /// Number of pairs that they make.
    pub pairs: usize,
    /// Share of these pairs that it puts in the right order.
    pub right: f64,
    /// Share of the pairs of unranked continuations that it puts in the order of the raters' rule, of those that are
    /// not worth the same; absent without such pairs.
    pub tested: Option<f64>,
    /// For each text and continuation: what each token adds to the reward. Rewards have mean 0 and variance 1.
    pub shares: Vec<Vec<Vec<f32>>>,
}

/// The options of an alignment by reinforcement learning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase")]
pub struct AlignOptions {
    /// What a nat of distance from the reference costs.
    pub beta: f64,
    /// Number of iterations.
    pub iterations: usize,
    /// The learning rate.
    pub rate: f64,
    /// Number of layers that learn, from the last one down; with all of them the embeddings learn too.
    pub layers: usize,
    /// Texts that an iteration writes after each opening.
    pub rollouts: usize,
    /// Tokens of each of them.
    pub tokens: usize,
    /// How often an iteration learns from its texts.
    pub epochs: usize,
    /// How far a token's probability may move in an iteration, as a share of it.
    pub clip: f64,
    /// Words that the raters like, for the true worth of what is written; the policy is not told.
    pub taste: Vec<String>,
    /// Decides what is written.
    pub seed: u32,
}

impl Default for AlignOptions {
    fn default() -> Self {
        Self {
            beta: 0.05,
            iterations: 30,
            rate: 5e-4,
            layers: 3,
            rollouts: 4,
            tokens: 16,
            epochs: 2,
            clip: 0.2,
            taste: Vec::new(),
            seed: 1,
        }
    }
}

/// A text of a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Sample {
    /// The text that it goes on from.
    pub opening: String,
    /// Its tokens.
    pub tokens: Vec<TokenText>,
    /// What each of them adds to its reward.
    pub shares: Vec<f32>,
    /// Its reward.
    pub reward: f64,
    /// What it is worth by the raters' rule.
    pub worth: f64,
}

/// An iteration of an alignment: what the policy writes before it learns from that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AlignStep {
    /// Iterations done before; 0 is the reference itself.
    pub step: usize,
    /// Iterations in all.
    pub total: usize,
    /// Mean reward.
    pub reward: f64,
    /// Mean worth by the raters' rule.
    pub worth: f64,
    /// Exact divergence of the policy from the reference, in nats, mean over the tokens.
    pub divergence: f64,
    /// The policy's entropy in nats, mean over the tokens.
    pub entropy: f64,
    /// The divergence at each place after the opening.
    pub by_position: Vec<f64>,
    /// Three of the texts.
    pub samples: Vec<Sample>,
}

/// A language model that learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Tuned {
    /// The model's description.
    pub info: ModelInfo,
    /// How the training ended.
    pub ending: Ending,
    /// Seconds that it took.
    pub seconds: f64,
}
