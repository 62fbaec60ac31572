//! The page of masked words.

use crate::app::language::{numbers::percent, t};

/// Returns the title of a gap's candidates.
pub fn gap(ordinal: usize, original: Option<&str>) -> String {
    match original {
        Some(original) => t!(mask.gap_with, number = ordinal, original = original),
        None => t!(mask.gap, number = ordinal),
    }
}

/// Returns the rank of the hidden word, which is below the candidates shown.
pub fn rank(original: &str, rank: usize, probability: f32) -> String {
    t!(mask.rank, original = original, rank = rank, share = percent(probability.into(), 2))
}

/// Returns the announcement for screen readers.
pub fn best(ordinal: usize, word: &str, probability: f32) -> String {
    t!(mask.best, number = ordinal, word = word, share = percent(probability.into(), 0))
}
