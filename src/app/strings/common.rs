//! What several pages say.

use crate::app::language::numbers::{percent, similarity};

sentences! {
    common:
    examples,
    line_break,
    space,
    part_of_character,
    chosen,
    attention,
    attention_empty,
    attention_map,
    attention_map_both,
    attention_hint,
    layer_label,
    head,
    masked,
    attention_explained,
    similarity_hint,
    add_sentence,
    remove,
    reading,
    stop,
    time,
    tokens,
    mask,
    words_hint,
    write,
    hidden_word,
    everything_else,
    computed_by,
    stats,
    unknown,
}

/// The colours follow the root of the share: a quarter is half-way.
pub const LEGEND: [f64; 3] = [0.0, 0.25, 1.0];

/// A word that can be hidden, or is.
pub fn word(word: &str, is_hidden: bool) -> String {
    match is_hidden {
        true => say!(common.show_word, word = word),
        false => say!(common.hide_word, word = word),
    }
}

pub fn attends(from: &str, to: &str, weight: f32) -> String {
    say!(common.attends, from = from, to = to, share = percent(weight.into(), 1))
}

pub fn most_attended(from: &str) -> String {
    say!(common.most_attended, from = from)
}

/// Whose attention a map shows.
pub fn model_head(model: &str, layer: usize, head: usize) -> String {
    say!(common.model_head, model = model, layer = layer + 1, head = head + 1)
}

/// A layer or a head: people count from 1, the lecture too.
pub fn ordinal(index: usize) -> String {
    (index + 1).to_string()
}

/// Two texts, and the cosine between their vectors.
pub fn pair_similarity(first: &str, second: &str, cosine: f32) -> String {
    say!(common.pair_similarity, cosine = similarity(cosine), first = first, second = second)
}

pub fn sentence(number: usize) -> String {
    say!(common.sentence, number = number)
}

pub fn remove_sentence(number: usize) -> String {
    say!(common.remove_sentence, number = number)
}

/// A layer by its number, the embeddings being 0.
pub fn layer(number: usize) -> String {
    say!(common.layer, number = number)
}

/// Where the model has not read a text to its end.
pub fn cut(cut: usize, limit: usize) -> String {
    say!(common.cut, count = cut, limit = limit)
}
