//! The page that asks whether a sentence follows.

use super::super::numbers::percent;

/// A pair of sentences, and whether the second really follows.
pub struct Example {
    pub name: &'static str,
    pub follows: bool,
    pub first: &'static str,
    pub second: &'static str,
}

pub const EXAMPLES: [Example; 7] = [
    Example {
        name: "The king’s daughters",
        follows: true,
        first: "Once upon a time there lived a king who had three daughters.",
        second: "The youngest was so beautiful that the sun himself wondered at her.",
    },
    Example {
        name: "The king and a train",
        follows: false,
        first: "Once upon a time there lived a king who had three daughters.",
        second: "The train to the airport leaves every ten minutes.",
    },
    Example {
        name: "Milk",
        follows: true,
        first: "We were out of milk this morning.",
        second: "So my brother went to the shop around the corner.",
    },
    Example {
        name: "Milk and planets",
        follows: false,
        first: "We were out of milk this morning.",
        second: "Jupiter has more than ninety known moons.",
    },
    Example {
        name: "Same topic only",
        follows: false,
        first: "We were out of milk this morning.",
        second: "Milk is about nine tenths water.",
    },
    Example {
        name: "Дождь",
        follows: true,
        first: "Вечером пошёл сильный дождь.",
        second: "Мы промокли до нитки и побежали домой.",
    },
    Example {
        name: "Дождь и шахматы",
        follows: false,
        first: "Вечером пошёл сильный дождь.",
        second: "В шахматах шестнадцать белых фигур.",
    },
];

pub const FOLLOWS: &str = "B follows A";
pub const DOES_NOT: &str = "B does not follow";
pub const VERDICT: &str = "Does B follow A?";
pub const VERDICT_EMPTY: &str = "Write two sentences.";
pub const PAIR: &str = "Two sentences";
pub const FIRST: &str = "A, the first sentence";
pub const SECOND: &str = "B, the one that may follow";
pub const SWAP: &str = "Swap";
pub const SWAP_LABEL: &str = "Swap the two sentences";
pub const READ_AS: &str = "What the model reads";
pub const READ_AS_EMPTY: &str =
    "The pair’s tokens, with [CLS] before them and [SEP] after each sentence.";
pub const TYPE_A: &str = "token type 0: sentence A";
pub const TYPE_B: &str = "token type 1: sentence B";
pub const LOGIT_FOLLOWS: &str = "Logit “follows”";
pub const LOGIT_DOES_NOT: &str = "Logit “does not”";
pub const FORMULA: &str = "Probability = softmax of two logits, computed from the vector of [CLS].";
pub const EXPLAINED: &str = "Next sentence prediction";
pub const TASK: &str = "The second of BERT’s two pre-training tasks (NSP): in half of the pairs B is the sentence that came next in the book, in the other half one from anywhere in the corpus. [CLS] has to gather what both sentences say.";
pub const WEAKNESS: &str = "The task is easy to cheat: a sentence from anywhere is nearly always about something else, so the model learns mostly whether the topic is the same. Try “Same topic only”, or swap a pair: the order hardly matters to it. RoBERTa (2019) dropped the task and lost nothing.";

/// Before the name of an example.
pub fn mark(follows: bool) -> &'static str {
    if follows { "✓" } else { "✗" }
}

/// What the mark means.
pub fn marked(follows: bool) -> &'static str {
    if follows { "follows: " } else { "does not follow: " }
}

/// For a screen reader.
pub fn verdict(probability: f32) -> String {
    format!("B follows A: {}", percent(probability.into(), 1))
}

/// A large number: no decimals but near the ends, where they are the difference.
pub fn share(share: f32) -> String {
    match share {
        ..0.001 => format!("<\u{2009}{}", percent(0.001, 1)),
        0.01..=0.99 => percent(share.into(), 0),
        ..=0.999 => percent(share.into(), 1),
        _ => format!(">\u{2009}{}", percent(0.999, 1)),
    }
}

pub fn logit(logit: f32) -> String {
    format!("{logit:.2}").replace('-', "\u{2212}")
}
