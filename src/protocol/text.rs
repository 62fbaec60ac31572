//! Texts and their tokens.

use serde::{Deserialize, Serialize};

/// The options of the choice of the next token, with the names of transformers (and transformers.js).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct GenerateOptions {
    /// Largest number of new tokens; 64 if absent.
    pub max_new_tokens: usize,
    /// Softmax temperature; 0 takes the most probable token (greedy); 0.8 if absent.
    pub temperature: f32,
    /// Keep the k most probable tokens; 0 keeps all; 50 if absent.
    pub top_k: usize,
    /// Keep the smallest set of tokens whose probabilities sum to this (nucleus), from 0 to 1; 1, the default,
    /// keeps all, 0 only the most probable.
    pub top_p: f32,
    /// Drop tokens less probable than this times the most probable one, from 0 to 1; 0, the default, keeps all.
    pub min_p: f32,
    /// Divide (if negative: multiply) the logits of tokens in the text by this; 1, the default, changes nothing.
    pub repetition_penalty: f32,
    /// The seed: the same one gives the same text on the same device and quantization; random if absent.
    pub seed: Option<u32>,
    /// Texts that end the generation; they are not in its output.
    pub stop: Vec<String>,
    /// Number of candidates to return with every token; 0 if absent.
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

/// The reason for the end of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum StopReason {
    /// `maxNewTokens` were generated.
    MaxNewTokens,
    /// The model's end-of-text token was generated.
    EndOfText,
    /// One of the stop texts was generated.
    StopText,
    /// The model has no more positions.
    ContextFull,
    /// The caller cancelled it.
    Cancelled,
}

/// One token of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TokenText {
    /// Its id in the vocabulary.
    pub id: u32,
    /// Its text; incomplete characters become U+FFFD.
    pub text: String,
}

/// A model's candidates for a mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Filling {
    /// Index of the mask among the text's tokens.
    pub position: usize,
    /// The candidates, most probable first.
    pub candidates: Vec<Candidate>,
}

/// A possible next token, with its probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Its id in the vocabulary.
    pub id: u32,
    /// Its text.
    pub text: String,
    /// Its probability under softmax at the requested temperature, over the whole vocabulary.
    pub probability: f32,
    /// Its raw logit.
    pub logit: f32,
}

/// The speed of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GenerationStats {
    /// Number of tokens in the prompt.
    pub prompt_tokens: usize,
    /// Number of generated tokens.
    pub new_tokens: usize,
    /// Seconds from request to first token.
    pub time_to_first_token: f64,
    /// Tokens per second after the first one.
    pub tokens_per_second: f64,
    /// The seed that was used.
    pub seed: u32,
    /// Kernel launches per decoded token; 0 on the CPU.
    pub launches_per_token: f64,
    /// Microseconds of this thread to enqueue a launch while decoding; 0 on the CPU.
    pub microseconds_per_launch: f64,
}
