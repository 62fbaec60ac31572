//! The page of pairs of sentences.

use crate::app::language::{
    numbers::{self, decimal, percent},
    t,
};

/// A pair of sentences, and whether the second really follows.
pub struct Example {
    pub name: &'static str,
    pub follows: bool,
    pub first: &'static str,
    pub second: &'static str,
}

pub fn examples() -> [Example; 7] {
    [
        Example {
            name: t!(next.example_daughters),
            follows: true,
            first: "Once upon a time there lived a king who had three daughters.",
            second: "The youngest was so beautiful that the sun himself wondered at her.",
        },
        Example {
            name: t!(next.example_train),
            follows: false,
            first: "Once upon a time there lived a king who had three daughters.",
            second: "The train to the airport leaves every ten minutes.",
        },
        Example {
            name: t!(next.example_milk),
            follows: true,
            first: "We were out of milk this morning.",
            second: "So my brother went to the shop around the corner.",
        },
        Example {
            name: t!(next.example_planets),
            follows: false,
            first: "We were out of milk this morning.",
            second: "Jupiter has more than ninety known moons.",
        },
        Example {
            name: t!(next.example_topic),
            follows: false,
            first: "We were out of milk this morning.",
            second: "Milk is about nine tenths water.",
        },
        Example {
            name: t!(next.example_rain),
            follows: true,
            first: "Вечером пошёл сильный дождь.",
            second: "Мы промокли до нитки и побежали домой.",
        },
        Example {
            name: t!(next.example_chess),
            follows: false,
            first: "Вечером пошёл сильный дождь.",
            second: "В шахматах шестнадцать белых фигур.",
        },
    ]
}

/// Returns the mark before the name of an example.
pub fn mark(follows: bool) -> &'static str {
    if follows { "✓" } else { "✗" }
}

/// Returns the meaning of the mark.
pub fn marked(follows: bool) -> &'static str {
    if follows { t!(next.marked_follows) } else { t!(next.marked_does_not) }
}

/// Returns the verdict for screen readers.
pub fn verdict(probability: f32) -> String {
    t!(next.verdict, share = percent(probability.into(), 1))
}

/// Formats a share in large type: decimals only near 0 and 1, where they matter.
pub fn share(share: f32) -> String {
    numbers::format().share(share)
}

pub fn logit(logit: f32) -> String {
    decimal(logit.into(), 2)
}
