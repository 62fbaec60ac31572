//! The page of one row of weights on a number line.

/// A row, its bits, and whether its groups have scales of their own.
pub type Example = (&'static str, [f32; 8], u32, bool);

pub const EXAMPLES: [Example; 5] = [
    ("The lecture’s", [-1.0, -0.62, -0.25, -0.08, 0.11, 0.5, 0.73, 1.0], 8, false),
    ("Four bits", [-1.0, -0.62, -0.25, -0.08, 0.11, 0.5, 0.73, 1.0], 4, false),
    ("An outlier", [-0.31, 0.12, 0.27, -0.09, 0.18, -0.22, 4.0, 0.05], 4, false),
    ("An outlier, in groups", [-0.31, 0.12, 0.27, -0.09, 0.18, -0.22, 4.0, 0.05], 4, true),
    ("A constant row", [0.4; 8], 4, false),
];

pub const LINE: &str = "A row of weights";
pub const LINE_HINT: &str = "Drag a weight, or move it with the arrow keys.";
pub const LINE_LABEL: &str = "The number line: weights, and the values that the bits can stand for";
pub const LENS: &str = "The picked weight, from near by";
pub const BITS: &str = "Bits";
pub const RANGE: &str = "Range";
pub const RANGES: [&str; 3] = ["minimum to maximum", "around zero", "by hand"];
pub const FROM: &str = "from";
pub const TO: &str = "to";
pub const GROUPS: &str = "Groups of 4, each with its own scale";
pub const ROW: &str = "There and back";
pub const WEIGHT: &str = "Weight";
pub const INTEGER: &str = "Integer";
pub const BACK: &str = "Comes back as";
pub const ERROR: &str = "Error";
pub const STEP: &str = "Step";
pub const LARGEST: &str = "Largest error";
pub const RMS: &str = "RMS error";
pub const VALUES: &str = "Values";
pub const NO_RANGE: &str = "The range has to run from a smaller number to a larger one.";

pub fn number(value: f64) -> String {
    format!("{value:.4}").replace("-0.0000", "0.0000").replace('-', "\u{2212}")
}

/// In a sentence, without the zeros that a column needs.
fn short(value: f32) -> String {
    number(value.into()).trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub fn weight(place: usize) -> String {
    format!("Weight {}", place + 1)
}

/// What becomes of a weight, in one sentence.
pub fn story(weight: f32, integer: i32, back: f32) -> String {
    let integer = integer.to_string().replace('-', "\u{2212}");
    let [weight_text, back_text] = [weight, back].map(short);
    if weight == back {
        format!("{weight_text} is stored as {integer}, and comes back exactly.")
    } else {
        format!(
            "{weight_text} is stored as {integer}, which comes back as {back_text}: not exactly {weight_text}."
        )
    }
}
