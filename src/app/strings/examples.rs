//! Example sentences for the pages that hide words, in the words of the site's models: those of children's stories.

use crate::app::language::{pick, t};

/// A sentence, and the words hidden at first.
pub type Example = (&'static str, &'static [&'static str]);

/// An example with the name of its button.
type Named = (&'static str, Example);

const CAPITAL: (&str, &[&str]) = ("The capital of France is Paris.", &["Paris"]);
const CAPITAL_RU: (&str, &[&str]) = ("Столица Франции — Париж.", &["Париж"]);

/// Returns the examples of the page of masked words.
pub fn mask() -> [Named; 5] {
    let english = [
        (
            "Once upon a …",
            ("Once upon a time, there was a little girl named Lily.", &["time"] as &[_]),
        ),
        ("She was very …", ("Lily got a new doll from her mom. She was very happy.", &["happy"])),
        (
            t!(mask.example_gaps),
            ("The boy took his ball and went to play in the park.", &["ball", "park"]),
        ),
        (t!(compare.example_capital), CAPITAL),
        ("Столица Франции", CAPITAL_RU),
    ];
    let russian = [
        ("Маша очень …", ("Маша очень любила играть с куклой.", &["любила"] as &[_])),
        ("Она была очень …", ("Мама подарила Маше куклу. Она была очень рада.", &["рада"])),
        (
            t!(mask.example_gaps),
            ("Птичка взмахнула крыльями и полетела высоко в небо.", &["крыльями", "полетела"]),
        ),
        (t!(compare.example_capital), CAPITAL_RU),
        ("The capital of France", CAPITAL),
    ];
    pick(english, russian)
}

/// Returns the examples of the comparison. In the first one only the words after the gap tell what is missing.
pub fn compare() -> [Named; 4] {
    let english = [
        (
            t!(compare.example_after),
            ("One day, a little boy named Tim found a red ball.", &["boy"] as &[_]),
        ),
        (
            "Once upon a time",
            ("Once upon a time, there was a little girl who loved to sing.", &["girl"]),
        ),
        (t!(compare.example_capital), CAPITAL),
        ("Столица Франции", CAPITAL_RU),
    ];
    let russian = [
        (
            t!(compare.example_after),
            ("Маленькая птичка взмахнула крыльями и полетела в небо.", &["птичка"] as &[_]),
        ),
        ("Жила-была", ("Жила-была маленькая девочка Маша.", &["девочка"])),
        (t!(compare.example_capital), CAPITAL_RU),
        ("The capital of France", CAPITAL),
    ];
    pick(english, russian)
}
