//! The page of pairs of sentences.

use crate::app::language::{
    numbers::{self, decimal, percent},
    pick, t,
};

/// A pair of sentences, and whether the second really follows.
pub struct Example {
    pub name: &'static str,
    pub follows: bool,
    pub first: &'static str,
    pub second: &'static str,
}

impl Example {
    const fn new(
        name: &'static str,
        follows: bool,
        first: &'static str,
        second: &'static str,
    ) -> Self {
        Self { name, follows, first, second }
    }
}

const BALL: &str = "Lily lost her red ball in the park.";
const HUNGRY: &str = "Tom came home and was very hungry.";
const BALL_RU: &str = "Маша потеряла в парке свой красный мячик.";
const HUNGRY_RU: &str = "Саша пришёл домой и был очень голоден.";

/// Returns the examples, those in the page's language first.
pub fn examples() -> [Example; 7] {
    let ball = "She looked for it under the bench and behind the tree.";
    let ball_ru = "Она искала его под скамейкой и за деревом.";
    let english = [
        Example::new("The ball", true, BALL, ball),
        Example::new("The ball and a star", false, BALL, "At night a big star shone over the sea."),
        Example::new("Dinner", true, HUNGRY, "His mom gave him a bowl of soup."),
        Example::new("Dinner and a castle", false, HUNGRY, "The princess lived in a tall castle."),
        Example::new("Same topic only", false, HUNGRY, "Hungry bears eat a lot of fish."),
        Example::new("Мячик", true, BALL_RU, ball_ru),
        Example::new("Обед и замок", false, HUNGRY_RU, "Принцесса жила в высоком замке."),
    ];
    let russian = [
        Example::new("Мячик", true, BALL_RU, ball_ru),
        Example::new("Мячик и звезда", false, BALL_RU, "Ночью над морем сияла большая звезда."),
        Example::new("Обед", true, HUNGRY_RU, "Мама налила ему тарелку супа."),
        Example::new("Обед и замок", false, HUNGRY_RU, "Принцесса жила в высоком замке."),
        Example::new("Только тема общая", false, HUNGRY_RU, "Голодные медведи едят много рыбы."),
        Example::new("The ball", true, BALL, ball),
        Example::new("Dinner and a castle", false, HUNGRY, "The princess lived in a tall castle."),
    ];
    pick(english, russian)
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
