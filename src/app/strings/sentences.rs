//! The page of sentences near in meaning.

use crate::worker::protocol::Pooling;

pub const SENTENCES: &str = "Sentences";
/// Sets of sentences, by the name of their button.
pub const EXAMPLES: [(&str, &[&str]); 3] = [
    (
        "English",
        &[
            "The cat sleeps on the warm windowsill.",
            "A kitten is napping in the sun.",
            "She bakes fresh bread every Sunday.",
            "He is cooking soup for dinner.",
            "The telescope found a new planet.",
            "Astronomers watch a distant star.",
            "Our flight was delayed by two hours.",
            "The plane took off late.",
        ],
    ),
    (
        "Русский",
        &[
            "Кошка спит на тёплом подоконнике.",
            "Котёнок дремлет на солнце.",
            "Она печёт хлеб по воскресеньям.",
            "Он варит суп на ужин.",
            "Телескоп открыл новую планету.",
            "Астрономы наблюдают далёкую звезду.",
            "Наш рейс задержали на два часа.",
            "Самолёт вылетел с опозданием.",
        ],
    ),
    (
        "Who bit whom",
        &[
            "The dog bit the man.",
            "The man bit the dog.",
            "A man was bitten by a dog.",
            "The puppy attacked its owner.",
            "The dog did not bite the man.",
            "The man bought a dog.",
        ],
    ),
];

pub const POOLING: &str = "Pooling";
pub const EMBEDDINGS: &str = "Embeddings";
pub const SUM_OF_FOUR: &str = "Sum of the last four";
pub const FOUR_IN_A_ROW: &str = "Last four in a row";

pub const FLAT_MAP: &str = "Map of meanings";
pub const FLAT_MAP_HINT: &str = "PCA";
pub const FLAT_MAP_LABEL: &str =
    "Flat map of the sentences: near each other where their vectors are alike";
pub const MATRIX: &str = "Similarity";
pub const MATRIX_HINT: &str = "Cosine of every pair";
pub const MATRIX_LABEL: &str = "Similarity of each sentence (row) to each other one (column)";
pub const NEAREST: &str = "Nearest pairs";
pub const TWO_NEEDED: &str = "Write two sentences, and see how near they are.";

pub const TIME: &str = "Time";
pub const SPEED: &str = "Speed";
pub const TOKENS: &str = "Tokens";
pub const SIZE: &str = "A vector";

pub fn pooling(pooling: Pooling) -> String {
    match pooling {
        Pooling::Mean => "Mean".into(),
        Pooling::Cls => "[CLS]".into(),
        Pooling::Max => "Max".into(),
    }
}

pub fn last_layer(layers: usize) -> String {
    match layers {
        0 => "Last".into(),
        layers => format!("Last ({layers})"),
    }
}

/// Under a sentence that the model has not read to its end.
pub fn cut(cut: usize, limit: usize) -> String {
    format!("Too long: its last {cut} tokens were cut off. The model reads {limit} at most.")
}

pub fn progress(done: usize, total: usize) -> String {
    format!("{done} of {total} sentences read")
}

pub fn in_time(texts: usize, time: &str) -> String {
    match texts {
        1 => format!("{time} for one sentence"),
        texts => format!("{time} for {texts} sentences"),
    }
}

pub fn per_second(speed: f64) -> String {
    format!("{speed:.0} sentences/s")
}

pub fn numbers(size: usize) -> String {
    format!("{size} numbers")
}
