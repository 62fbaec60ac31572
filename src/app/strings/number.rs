//! The page of one row of weights on a number line.

use crate::app::language::{
    numbers::{self, decimal},
    t,
};

pub fn ranges() -> [&'static str; 3] {
    [t!(number.ranges_1), t!(number.ranges_2), t!(number.ranges_3)]
}

/// A row, its bits, and whether its groups have scales of their own.
pub type Example = (&'static str, [f32; 8], u32, bool);

pub fn examples() -> [Example; 5] {
    let spread = [-1.0, -0.62, -0.25, -0.08, 0.11, 0.5, 0.73, 1.0];
    let outlier = [-0.31, 0.12, 0.27, -0.09, 0.18, -0.22, 4.0, 0.05];
    [
        (t!(number.example_lecture), spread, 8, false),
        (t!(number.example_four), spread, 4, false),
        (t!(number.example_outlier), outlier, 4, false),
        (t!(number.example_groups), outlier, 4, true),
        (t!(number.example_constant), [0.4; 8], 4, false),
    ]
}

pub fn number(value: f64) -> String {
    decimal(value, 4)
}

/// Formats a weight for a sentence, without trailing zeros.
fn short(value: f32) -> String {
    numbers::format().trimmed(value.into(), 4)
}

pub fn weight(index: usize) -> String {
    t!(number.weight, number = index + 1)
}

/// Returns a sentence about a weight's quantization.
pub fn story(weight: f32, integer: i32, dequantized: f32) -> String {
    let integer = integer.to_string().replace('-', "\u{2212}");
    let [weight_text, dequantized_text] = [weight, dequantized].map(short);
    match weight == dequantized {
        true => t!(number.story_exact, weight = weight_text, integer = integer),
        false => t!(number.story, weight = weight_text, integer = integer, back = dequantized_text),
    }
}
