//! The page of one word in many sentences.

use crate::app::language::{
    numbers::{decimal, percent, similarity},
    pick, t,
};

/// A word, and sentences with the meaning it has in each.
type Example = (&'static str, &'static [(&'static str, usize)]);

const BANK: Example = (
    "bank",
    &[
        ("They sat on the bank of the river and fished.", 0),
        ("The boat drifted to the muddy bank.", 0),
        ("The bank approved her loan.", 1),
        ("He put his money in the bank.", 1),
    ],
);
const BAT: Example = (
    "bat",
    &[
        ("A bat flew out of the cave at night.", 0),
        ("The bat hung upside down and slept.", 0),
        ("He swung the bat and missed the ball.", 1),
        ("Her baseball bat is made of wood.", 1),
    ],
);
const KEY: Example = (
    "ключ",
    &[
        ("Он повернул ключ в замке.", 0),
        ("Запасной ключ лежит под ковриком.", 0),
        ("В лесу бьёт холодный ключ.", 1),
        ("Мы напились воды из ключа у дороги.", 1),
    ],
);
const BOW: Example = (
    "лук",
    &[
        ("Она нарезала лук для супа.", 0),
        ("На грядке вырос зелёный лук.", 0),
        ("Охотник натянул лук и пустил стрелу.", 1),
        ("Эльф стреляет из лука без промаха.", 1),
    ],
);

/// Returns the examples, those in the page's language first.
pub fn examples() -> [Example; 4] {
    pick([BANK, BAT, KEY, BOW], [KEY, BOW, BANK, BAT])
}

pub const MEANING_LETTERS: [&str; 3] = ["A", "B", "C"];

pub fn meaning(group: usize) -> String {
    t!(words.meaning, letter = MEANING_LETTERS[group])
}

/// Returns a slider's text for screen readers.
pub fn scalar(scalar: f32, weight: f32) -> String {
    t!(words.scalar, scalar = decimal(scalar.into(), 1), share = percent(weight.into(), 0))
}

/// Returns the mean length of the mixed vectors, which γ scales; it changes no angle.
pub fn length(length: f64) -> String {
    decimal(length, 1)
}

pub fn pair_at(layer: &str, first: usize, second: usize, cosine: f32) -> String {
    let (first, second) = (first.min(second), first.max(second));
    t!(words.pair_at, layer = layer, first = first, second = second, cosine = similarity(cosine))
}

pub fn means_at(layer: &str, same: Option<f32>, other: Option<f32>) -> String {
    match (same.map(similarity), other.map(similarity)) {
        (Some(same), Some(other)) => {
            t!(words.both_at, layer = layer, same = same, other = other)
        }
        (Some(same), None) => t!(words.same_at, layer = layer, same = same),
        (None, Some(other)) => t!(words.other_at, layer = layer, other = other),
        (None, None) => layer.into(),
    }
}
