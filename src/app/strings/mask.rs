//! The page of hidden words.

use crate::app::language::numbers::percent;

sentences! {
    mask:
    sentence,
    fillings,
    fillings_hint,
    nothing_hidden,
    nothing_yet,
    attention,
    attention_empty,
    triangle,
    triangle_empty,
    triangle_invitation,
    compare,
    training,
    training_text,
}

/// Over the candidates of a gap.
pub fn gap(number: usize, original: Option<&str>) -> String {
    match original {
        Some(original) => say!(mask.gap_with, number = number, original = original),
        None => say!(mask.gap, number = number),
    }
}

/// The word that was hidden came after those that are shown.
pub fn rank(original: &str, rank: usize, probability: f32) -> String {
    say!(mask.rank, original = original, rank = rank, share = percent(probability.into(), 2))
}

pub fn not_among(original: &str, count: usize) -> String {
    say!(mask.not_among, original = original, count = count)
}

/// What a screen reader hears.
pub fn best(number: usize, word: &str, probability: f32) -> String {
    say!(mask.best, number = number, word = word, share = percent(probability.into(), 0))
}
