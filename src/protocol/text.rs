//! Texts and their tokens.

use serde::{Deserialize, Serialize};

/// How the next token is chosen. The names are transformers' (and transformers.js').
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct GenerateOptions {
    /// How many tokens to add at most; 64 where absent.
    pub max_new_tokens: usize,
    /// Softmax temperature; 0 takes the most probable token (greedy); 0.8 where absent.
    pub temperature: f32,
    /// Keep the k most probable tokens; 0 keeps all; 50 where absent.
    pub top_k: usize,
    /// Keep the smallest set of tokens whose probabilities sum to this (nucleus), from 0 to 1; 1, which stands for
    /// it where absent, keeps all, 0 only the most probable.
    pub top_p: f32,
    /// Drop tokens less probable than this times the most probable one, from 0 to 1; 0, as where absent, keeps all.
    pub min_p: f32,
    /// Divide (where negative: multiply) the logits of tokens already there by this; 1, as where absent, changes
    /// nothing.
    pub repetition_penalty: f32,
    /// The same seed gives the same text on the same device and quantization; absent: a random one.
    pub seed: Option<u32>,
    /// Texts that end the generation; they are not part of what is given out.
    pub stop: Vec<String>,
    /// How many candidates to report with every token; none where absent.
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

/// Why generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
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

/// One token of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TokenText {
    /// Its number in the vocabulary.
    pub id: u32,
    /// Its text; for a token that is part of a character, what is known of it, never half a character.
    pub text: String,
}

/// What a model would put in the place of a mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Filling {
    /// Where the mask stands among the text's tokens.
    pub position: usize,
    /// Most probable first.
    pub candidates: Vec<Candidate>,
}

/// A token that might have come, and how probable it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
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
#[cfg_attr(test, derive(ts_rs::TS))]
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
