//! Texts of several pages.

use crate::app::language::{
    numbers::{percent, similarity},
    t,
};

/// Values of the legend: colours follow the square root of the share, so a quarter is half-way.
pub const LEGEND: [f64; 3] = [0.0, 0.25, 1.0];

/// Returns a word's label, hidden or not.
pub fn word(word: &str, is_hidden: bool) -> String {
    match is_hidden {
        true => t!(common.show_word, word = word),
        false => t!(common.hide_word, word = word),
    }
}

pub fn attends(from: &str, to: &str, weight: f32) -> String {
    t!(common.attends, from = from, to = to, share = percent(weight.into(), 1))
}

/// Returns the caption of a map: model, layer and head.
pub fn model_head(model: &str, layer: usize, head: usize) -> String {
    t!(common.model_head, model = model, layer = layer + 1, head = head + 1)
}

/// Returns the ordinal of a layer or a head: people count from 1, the lecture too.
pub fn ordinal(index: usize) -> String {
    (index + 1).to_string()
}

/// Returns two texts with the cosine of their vectors.
pub fn pair_similarity(first: &str, second: &str, cosine: f32) -> String {
    t!(common.pair_similarity, cosine = similarity(cosine), first = first, second = second)
}

/// Returns a layer's name by its index, 0 for the embeddings.
pub fn layer(index: usize) -> String {
    t!(common.layer, number = index)
}

/// Returns the notice that a text was cut off at the model's limit.
pub fn cut(cut: usize, limit: usize) -> String {
    t!(common.cut, count = cut, limit = limit)
}
