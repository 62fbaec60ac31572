//! The page of words in their contexts.

use super::super::numbers::{percent, similarity};

/// A word, and sentences with the meaning it has in each.
pub const EXAMPLES: [(&str, &[(&str, usize)]); 4] = [
    (
        "bank",
        &[
            ("They sat on the bank of the river and fished.", 0),
            ("The boat drifted to the muddy bank.", 0),
            ("The bank approved her loan.", 1),
            ("He put his money in the bank.", 1),
        ],
    ),
    (
        "bat",
        &[
            ("A bat flew out of the cave at night.", 0),
            ("The bat hung upside down and slept.", 0),
            ("He swung the bat and missed the ball.", 1),
            ("Her baseball bat is made of wood.", 1),
        ],
    ),
    (
        "ключ",
        &[
            ("Он повернул ключ в замке.", 0),
            ("Запасной ключ лежит под ковриком.", 0),
            ("В лесу бьёт холодный ключ.", 1),
            ("Мы напились воды из ключа у дороги.", 1),
        ],
    ),
    (
        "лук",
        &[
            ("Она нарезала лук для супа.", 0),
            ("На грядке вырос зелёный лук.", 0),
            ("Охотник натянул лук и пустил стрелу.", 1),
            ("Эльф стреляет из лука без промаха.", 1),
        ],
    ),
];

pub const SENTENCES: &str = "The word in its sentences";
pub const WORD: &str = "Word";
pub const MEANING_LETTERS: [&str; 3] = ["A", "B", "C"];
pub const MEANING_HINT: &str = "A, B, C: sentences where it means the same.";
pub const CHANGE_MEANING: &str = "Change the meaning";

pub const CURVES: &str = "Similarity over the layers";
pub const CURVES_LABEL: &str =
    "Similarity of the word’s vectors over the layers, for pairs of the same and of other meanings";
pub const CURVES_HINT: &str = "Thin lines are pairs, thick ones their means. Point at a layer.";
pub const TWO_NEEDED: &str = "The word has to stand in two sentences at least.";
pub const COSINE: &str = "Cosine";
pub const EMBEDDINGS: &str = "Embeddings";
pub const SAME: &str = "Same meaning";
pub const OTHER: &str = "Other meaning";
pub const TABLE: &str = "Mean similarity of the word’s vectors in each layer";

pub const MIXER: &str = "Layer mixer";
pub const FORMULA: &str = "γ · Σ softmax(s)ⱼ · hⱼ";
pub const PRESETS: &str = "Mixtures";
pub const LAST_LAYER: &str = "Last layer";
pub const ALL_EQUAL: &str = "All equal";
pub const SUM_OF_FOUR: &str = "Sum of the last four";
pub const GAMMA: &str = "γ, the scale";
pub const LENGTH: &str = "Mean length";
pub const LENGTH_HINT: &str = "γ changes the length, and no angle.";
pub const GAP: &str = "Difference";
pub const MIXED_LABEL: &str =
    "Similarity of the mixed vectors of each sentence (row) to each (column)";

pub const TIME: &str = "Time";
pub const VECTORS: &str = "Vectors";

pub fn not_in(word: &str) -> String {
    format!("«{word}» is not in this sentence.")
}

pub fn meaning(group: usize) -> String {
    format!("Meaning {}, change it", MEANING_LETTERS[group])
}

/// What a slider says to a screen reader.
pub fn scalar(scalar: f32, weight: f32) -> String {
    format!("{scalar:.1}, which gives {}", percent(weight.into(), 0))
}

/// What γ changes; it changes no angle.
pub fn length(length: f64) -> String {
    format!("{length:.1}")
}

pub fn pair_at(layer: &str, first: usize, second: usize, cosine: f32) -> String {
    let (first, second) = (first.min(second), first.max(second));
    format!("{layer}: sentences {first} and {second}, {}", similarity(cosine))
}

pub fn means_at(layer: &str, same: Option<f32>, other: Option<f32>) -> String {
    match (same.map(similarity), other.map(similarity)) {
        (Some(same), Some(other)) => {
            format!("{layer}: same meaning {same}, other meaning {other}")
        }
        (Some(same), None) => format!("{layer}: same meaning {same}"),
        (None, Some(other)) => format!("{layer}: other meaning {other}"),
        (None, None) => layer.into(),
    }
}

pub fn numbers(occurrences: usize, layers: usize, size: usize) -> String {
    format!("{occurrences} sentences, {layers} layers, {size} numbers each")
}
