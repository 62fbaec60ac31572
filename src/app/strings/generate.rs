//! The page of text generation.

use crate::app::language::{
    self,
    numbers::{bytes, decimal},
    t,
};
use crate::worker::protocol::{GenerationStats, StopReason};

/// Returns the prompts of the page, of which the first one is there at once.
pub fn prompts() -> [&'static str; 4] {
    let english =
        ["Once upon a time", "One day, a little dog", "Tom found a", "\"Can we go to the park?\""];
    let russian = ["Жила-была", "Однажды маленький зайчик", "Маша нашла", "«Мама, пойдём в парк!»"];
    language::pick(english, russian)
}

pub fn stop_reason(reason: StopReason, used: usize, context: usize) -> String {
    match reason {
        StopReason::MaxNewTokens => t!(generate.stopped_at_limit).into(),
        StopReason::EndOfText => t!(generate.ended).into(),
        StopReason::StopText => t!(generate.stop_text_came).into(),
        StopReason::ContextFull => t!(generate.context_full, used = used, context = context),
        StopReason::Cancelled => t!(generate.cancelled).into(),
    }
}

/// Returns the announcement for screen readers at the end of a generation.
pub fn finished(reason: &str, stats: &GenerationStats) -> String {
    t!(generate.finished, reason = reason, count = stats.new_tokens)
}

pub fn tokens_per_second(speed: f64) -> String {
    t!(generate.tokens_per_second, speed = decimal(speed, 1))
}

pub fn cache_use(cache_bytes: u64, used: usize, context: usize) -> String {
    format!("{}, {used}/{context}", bytes(cache_bytes))
}

pub fn candidates_of(token: &str, position: usize) -> String {
    t!(generate.candidates_of, token = token, place = position + 1)
}
