//! The page that writes on.

use super::super::numbers::bytes;
use crate::worker::protocol::{GenerationStats, StopReason};

pub const PROMPT: &str = "Prompt";
pub const DEFAULT_PROMPT: &str = "Once upon a time";
pub const EXAMPLE_PROMPTS: [&str; 4] =
    ["Once upon a time", "In the dark forest", "The king said", "“Open the door!”"];
pub const GENERATE: &str = "Generate";
pub const GENERATE_KEYS: &str = "Ctrl+Enter";
pub const STOP: &str = "Stop";
pub const STOP_KEYS: &str = "Esc";
pub const SAMPLING: &str = "Sampling";
pub const TEMPERATURE: &str = "Temperature";
pub const TOP_K: &str = "Top-k";
pub const TOP_P: &str = "Top-p";
pub const MIN_P: &str = "Min-p";
pub const REPETITION_PENALTY: &str = "Repetition penalty";
pub const MAX_NEW_TOKENS: &str = "Max new tokens";
pub const SEED: &str = "Seed";
pub const SEED_RANDOM: &str = "random";
pub const NEW_SEED: &str = "New random seed";
pub const STOP_TEXT: &str = "Stop text";
pub const STOP_TEXT_EXAMPLE: &str = "none";
pub const MORE_SAMPLING: &str = "More sampling controls";
pub const ALL: &str = "all";
pub const OFF: &str = "off";
pub const GREEDY: &str = "0 (greedy)";
pub const TEXT: &str = "Text";
pub const TEXT_EMPTY: &str = "The text will appear here, token by token.";
pub const TEXT_LEGEND_PROMPT: &str = "prompt";
pub const TEXT_LEGEND_NEW: &str = "new, underlined by its probability";
pub const CANDIDATES: &str = "Candidates";
pub const CANDIDATES_EMPTY: &str = "Which tokens might have come, and how probable each was.";
pub const CANDIDATES_FIRST: &str =
    "Nothing comes before the first token, so there is nothing to predict it from.";
pub const CANDIDATES_LATER: &str = "Shown when the text is complete.";
pub const EVERYTHING_ELSE: &str = "everything else";
pub const CANDIDATES_TEMPERATURE: &str = "Temperature of the bars";
pub const SPEED: &str = "Speed";
pub const FIRST_TOKEN: &str = "First token";
pub const WEIGHTS_MEMORY: &str = "Weights";
pub const ENGINE_MEMORY: &str = "Engine memory";
pub const CACHE: &str = "Cache";
pub const SEED_USED: &str = "Seed";

pub fn stop_reason(reason: StopReason, used: usize, context: usize) -> String {
    match reason {
        StopReason::MaxNewTokens => {
            "Stopped: that was the number of new tokens you asked for.".into()
        }
        StopReason::EndOfText => "Finished: the model ended its text.".into(),
        StopReason::StopText => "Stopped: the stop text came.".into(),
        StopReason::ContextFull => format!("Context full: {used} of {context} positions used."),
        StopReason::Cancelled => "Stopped by you.".into(),
    }
}

/// What a screen reader hears at the end.
pub fn finished(reason: &str, stats: &GenerationStats) -> String {
    format!("{reason} {} new tokens.", stats.new_tokens)
}

pub fn writing(tokens: usize) -> String {
    format!("Writing: {tokens} new tokens …")
}

pub fn tokens_per_second(speed: f64) -> String {
    format!("{speed:.1} tokens/s")
}

pub fn cache_use(cache_bytes: u64, used: usize, context: usize) -> String {
    format!("{}, {used}/{context}", bytes(cache_bytes))
}

pub fn candidates_of(token: &str, position: usize) -> String {
    format!("For «{token}», token {}", position + 1)
}

pub fn candidates_of_next(token: &str) -> String {
    format!("Newest: «{token}»")
}

pub fn not_among(token: &str) -> String {
    format!("The chosen «{token}» is not among the most probable ones.")
}
