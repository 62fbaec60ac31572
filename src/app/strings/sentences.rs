//! The page of sentences and their vectors.

use crate::app::language::numbers::decimal;
use crate::worker::protocol::{Pooling, PoolingMode};

sentences! {
    sentences:
    sentences,
    pooling_label,
    embeddings,
    sum_of_four,
    four_in_a_row,
    flat_map,
    flat_map_hint,
    flat_map_label,
    matrix,
    matrix_hint,
    matrix_label,
    nearest,
    two_needed,
    time,
    speed,
    tokens,
    size,
    mean,
    max,
    mean_sqrt_length,
    weighted_mean,
    last_token,
    last,
    example_bit,
}

/// Sets of sentences, by the name of their button.
pub fn examples() -> [(&'static str, &'static [&'static str]); 3] {
    [
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
            example_bit(),
            &[
                "The dog bit the man.",
                "The man bit the dog.",
                "A man was bitten by a dog.",
                "The puppy attacked its owner.",
                "The dog did not bite the man.",
                "The man bought a dog.",
            ],
        ),
    ]
}

/// The name of a way of pooling; of several one after the other, with a plus between them.
pub fn pooling(pooling: &Pooling) -> String {
    let name = |mode: &PoolingMode| match mode {
        PoolingMode::Cls => "[CLS]",
        PoolingMode::Max => max(),
        PoolingMode::Mean => mean(),
        PoolingMode::MeanSqrtLength => mean_sqrt_length(),
        PoolingMode::WeightedMean => weighted_mean(),
        PoolingMode::LastToken => last_token(),
    };
    pooling.modes().iter().map(name).collect::<Vec<_>>().join(" + ")
}

pub fn last_layer(layers: usize) -> String {
    match layers {
        0 => last().into(),
        layers => say!(sentences.last_of, layers = layers),
    }
}

pub fn progress(done: usize, total: usize) -> String {
    say!(sentences.progress, done = done, total = total)
}

pub fn in_time(texts: usize, time: &str) -> String {
    say!(sentences.in_time, count = texts, time = time)
}

pub fn per_second(speed: f64) -> String {
    say!(sentences.per_second, speed = decimal(speed, 0))
}

pub fn numbers(size: usize) -> String {
    say!(sentences.numbers, count = size)
}
