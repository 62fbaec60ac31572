//! What several pages say.

use crate::app::language::{
    numbers::{percent, similarity},
    t,
};

/// The colours follow the root of the share: a quarter is half-way.
pub const LEGEND: [f64; 3] = [0.0, 0.25, 1.0];

/// A word that can be hidden, or is.
pub fn word(word: &str, is_hidden: bool) -> String {
    match is_hidden {
        true => t!(common.show_word, word = word),
        false => t!(common.hide_word, word = word),
    }
}

pub fn attends(from: &str, to: &str, weight: f32) -> String {
    t!(common.attends, from = from, to = to, share = percent(weight.into(), 1))
}

/// Whose attention a map shows.
pub fn model_head(model: &str, layer: usize, head: usize) -> String {
    t!(common.model_head, model = model, layer = layer + 1, head = head + 1)
}

/// A layer or a head: people count from 1, the lecture too.
pub fn ordinal(index: usize) -> String {
    (index + 1).to_string()
}

/// Two texts, and the cosine between their vectors.
pub fn pair_similarity(first: &str, second: &str, cosine: f32) -> String {
    t!(common.pair_similarity, cosine = similarity(cosine), first = first, second = second)
}

/// A layer by its number, the embeddings being 0.
pub fn layer(number: usize) -> String {
    t!(common.layer, number = number)
}

/// Where the model has not read a text to its end.
pub fn cut(cut: usize, limit: usize) -> String {
    t!(common.cut, count = cut, limit = limit)
}
