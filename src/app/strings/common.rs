//! What several pages say: tokens, attention, measurements.

use super::super::numbers::{percent, similarity};

pub const EXAMPLES: &str = "Examples";
pub const LINE_BREAK: &str = "line break";
pub const SPACE: &str = "space";
pub const PART_OF_CHARACTER: &str = "part of a character";
pub const CHOSEN: &str = "chosen";
pub const CANDIDATES_OF_MASK: &str = "Candidates, most probable first";
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
pub const COMPUTED_BY: &str = "Computed by";
pub const STATS: &str = "Measurements";
pub const UNKNOWN: &str = "–";

pub fn attends(from: &str, to: &str, weight: f32) -> String {
    format!("«{from}» attends to «{to}»: {}", percent(weight.into(), 1))
}

pub fn most_attended(from: &str) -> String {
    format!("«{from}» attends most to")
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
