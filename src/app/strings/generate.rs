//! The page that writes on.

use crate::app::language::numbers::{bytes, decimal};
use crate::worker::protocol::{GenerationStats, StopReason};

sentences! {
    generate:
    prompt,
    generate,
    generate_keys,
    stop,
    stop_keys,
    sampling,
    temperature,
    top_k,
    top_p,
    min_p,
    repetition_penalty,
    max_new_tokens,
    seed,
    seed_random,
    new_seed,
    stop_text,
    stop_text_example,
    more_sampling,
    all,
    off,
    greedy,
    text,
    text_empty,
    text_legend_prompt,
    text_legend_new,
    candidates,
    candidates_empty,
    candidates_first,
    candidates_later,
    everything_else,
    candidates_temperature,
    speed,
    first_token,
    weights_memory,
    engine_memory,
    cache,
    seed_used,
    stopped_at_limit,
    ended,
    stop_text_came,
    cancelled,
}

pub const DEFAULT_PROMPT: &str = "Once upon a time";
/// In the language of the models that the site has.
pub const EXAMPLE_PROMPTS: [&str; 4] =
    ["Once upon a time", "In the dark forest", "The king said", "“Open the door!”"];

pub fn stop_reason(reason: StopReason, used: usize, context: usize) -> String {
    match reason {
        StopReason::MaxNewTokens => stopped_at_limit().into(),
        StopReason::EndOfText => ended().into(),
        StopReason::StopText => stop_text_came().into(),
        StopReason::ContextFull => say!(generate.context_full, used = used, context = context),
        StopReason::Cancelled => cancelled().into(),
    }
}

/// What a screen reader hears at the end.
pub fn finished(reason: &str, stats: &GenerationStats) -> String {
    say!(generate.finished, reason = reason, count = stats.new_tokens)
}

pub fn writing(tokens: usize) -> String {
    say!(generate.writing, count = tokens)
}

pub fn tokens_per_second(speed: f64) -> String {
    say!(generate.tokens_per_second, speed = decimal(speed, 1))
}

pub fn cache_use(cache_bytes: u64, used: usize, context: usize) -> String {
    format!("{}, {used}/{context}", bytes(cache_bytes))
}

pub fn candidates_of(token: &str, position: usize) -> String {
    say!(generate.candidates_of, token = token, place = position + 1)
}

pub fn candidates_of_next(token: &str) -> String {
    say!(generate.candidates_of_next, token = token)
}

pub fn not_among(token: &str) -> String {
    say!(generate.not_among, token = token)
}
