//! What several pages say: tokens, attention, measurements.

use super::super::numbers::{percent, similarity};

pub const EXAMPLES: &str = "Examples";
pub const LINE_BREAK: &str = "line break";
pub const SPACE: &str = "space";
pub const PART_OF_CHARACTER: &str = "part of a character";
pub const CHOSEN: &str = "chosen";
pub const ATTENTION: &str = "Attention";
pub const ATTENTION_EMPTY: &str = "After generating: how much each token looks at those before it.";
pub const ATTENTION_MAP: &str = "Attention of each token (row) to the tokens up to it (columns)";
pub const ATTENTION_MAP_BOTH: &str =
    "Attention of each token (row) to the tokens on both sides (columns)";
pub const ATTENTION_HINT: &str = "Point at a square, or move over the map with the arrow keys.";
pub const LAYER: &str = "Layer";
pub const HEAD: &str = "Head";
pub const MASKED: &str = "masked: the future";
/// The colours follow the root of the share: a quarter is half-way.
pub const LEGEND: [&str; 3] = ["0\u{a0}%", "25\u{a0}%", "100\u{a0}%"];
pub const ATTENTION_EXPLAINED: &str =
    "A row is a token that looks, a column a token that is looked at. Each row sums to 100\u{a0}%.";
pub const SIMILARITY_HINT: &str = "Point at a square, or move over the map with the arrow keys.";
pub const ADD_SENTENCE: &str = "Add a sentence";
pub const REMOVE_SENTENCE: &str = "Remove";
pub const READING: &str = "Reading …";
pub const STOP: &str = "Stop";
pub const TIME: &str = "Time";
pub const TOKENS: &str = "Tokens";
pub const MASK: &str = "[MASK]";
pub const WORDS_HINT: &str = "Click a word to hide it, and again to show it.";
pub const WRITE: &str = "Another sentence; [MASK] in it is a hidden word";
pub const HIDDEN_WORD: &str = "(the word that was there)";
pub const EVERYTHING_ELSE: &str = "everything else";
pub const COMPUTED_BY: &str = "Computed by";
pub const STATS: &str = "Measurements";
pub const UNKNOWN: &str = "–";

/// A word that can be hidden, or is.
pub fn word(word: &str, is_hidden: bool) -> String {
    if is_hidden { format!("Show «{word}» again") } else { format!("Hide «{word}»") }
}

pub fn attends(from: &str, to: &str, weight: f32) -> String {
    format!("«{from}» attends to «{to}»: {}", percent(weight.into(), 1))
}

pub fn most_attended(from: &str) -> String {
    format!("«{from}» attends most to")
}

/// Whose attention a map shows.
pub fn model_head(model: &str, layer: usize, head: usize) -> String {
    format!("{model}, layer {}, head {}", layer + 1, head + 1)
}

/// A layer or a head: people count from 1, the lecture too.
pub fn ordinal(index: usize) -> String {
    (index + 1).to_string()
}

/// Two texts, and the cosine between their vectors.
pub fn pair_similarity(first: &str, second: &str, cosine: f32) -> String {
    format!("{}: «{first}» and «{second}»", similarity(cosine))
}

pub fn sentence(number: usize) -> String {
    format!("Sentence {number}")
}

pub fn remove_sentence(number: usize) -> String {
    format!("Remove sentence {number}")
}

/// A layer by its number, the embeddings being 0.
pub fn layer(number: usize) -> String {
    format!("Layer {number}")
}

/// Where the model has not read a text to its end.
pub fn cut(cut: usize, limit: usize) -> String {
    format!("Too long: its last {cut} tokens were cut off. The model reads {limit} at most.")
}
