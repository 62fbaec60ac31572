//! The page of hidden words.

use crate::app::language::{numbers::percent, t};

/// Over the candidates of a gap.
pub fn gap(number: usize, original: Option<&str>) -> String {
    match original {
        Some(original) => t!(mask.gap_with, number = number, original = original),
        None => t!(mask.gap, number = number),
    }
}

/// The word that was hidden came after those that are shown.
pub fn rank(original: &str, rank: usize, probability: f32) -> String {
    t!(mask.rank, original = original, rank = rank, share = percent(probability.into(), 2))
}

/// What a screen reader hears.
pub fn best(number: usize, word: &str, probability: f32) -> String {
    t!(mask.best, number = number, word = word, share = percent(probability.into(), 0))
}
