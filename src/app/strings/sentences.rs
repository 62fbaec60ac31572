//! The page of sentences and their vectors.

use crate::app::language::{numbers::decimal, pick, t};
use crate::worker::protocol::{Pooling, PoolingMode};

/// A set of sentences with the name of its button.
type Set = (&'static str, &'static [&'static str]);

const ENGLISH: Set = (
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
);
const RUSSIAN: Set = (
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
);

/// Returns sets of sentences, those in the page's language first.
pub fn examples() -> [Set; 3] {
    let bit: &[&str] = pick(
        &[
            "The dog bit the man.",
            "The man bit the dog.",
            "A man was bitten by a dog.",
            "The puppy attacked its owner.",
            "The dog did not bite the man.",
            "The man bought a dog.",
        ],
        &[
            "Собака укусила человека.",
            "Человек укусил собаку.",
            "Человека укусила собака.",
            "Щенок набросился на хозяина.",
            "Собака не укусила человека.",
            "Человек купил собаку.",
        ],
    );
    let [first, second] = pick([ENGLISH, RUSSIAN], [RUSSIAN, ENGLISH]);
    [first, second, (t!(sentences.example_bit), bit)]
}

/// Returns the name of a pooling; several modes are joined with a plus.
pub fn pooling(pooling: &Pooling) -> String {
    let name = |mode: &PoolingMode| match mode {
        PoolingMode::Cls => "[CLS]",
        PoolingMode::Max => t!(sentences.max),
        PoolingMode::Mean => t!(sentences.mean),
        PoolingMode::MeanSqrtLength => t!(sentences.mean_sqrt_length),
        PoolingMode::WeightedMean => t!(sentences.weighted_mean),
        PoolingMode::LastToken => t!(sentences.last_token),
    };
    pooling.modes().iter().map(name).collect::<Vec<_>>().join(" + ")
}

pub fn last_layer(layers: usize) -> String {
    match layers {
        0 => t!(sentences.last).into(),
        layers => t!(sentences.last_of, layers = layers),
    }
}

pub fn per_second(speed: f64) -> String {
    t!(sentences.per_second, speed = decimal(speed, 0))
}
