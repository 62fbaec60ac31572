//! The page of hidden words.

use super::super::numbers::percent;

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
    example_gaps,
}

/// A sentence, and which of its words are hidden at first.
pub type Example = (&'static str, &'static [&'static str]);

/// By the name of their button.
pub fn examples() -> [(&'static str, Example); 5] {
    [
        ("Once upon a …", ("Once upon a time there was a king.", &["time"])),
        ("The … married the princess", ("The prince married the princess.", &["prince"])),
        (
            example_gaps(),
            ("The old woman gave the girl an apple and went home.", &["woman", "apple"]),
        ),
        (super::compare::example_capital(), ("The capital of France is Paris.", &["Paris"])),
        ("Столица Франции", ("Столица Франции — Париж.", &["Париж"])),
    ]
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
