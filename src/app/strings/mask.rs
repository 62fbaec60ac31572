//! The page that fills masks.

use super::super::numbers::percent;

/// A sentence, and which of its words are hidden at first.
pub type Example = (&'static str, &'static [&'static str]);

/// By the name of their button.
pub const EXAMPLES: [(&str, Example); 5] = [
    ("Once upon a …", ("Once upon a time there was a king.", &["time"])),
    ("The … married the princess", ("The prince married the princess.", &["prince"])),
    ("Two gaps", ("The old woman gave the girl an apple and went home.", &["woman", "apple"])),
    ("Capital of France", ("The capital of France is Paris.", &["Paris"])),
    ("Столица Франции", ("Столица Франции — Париж.", &["Париж"])),
];

pub const SENTENCE: &str = "The sentence";
pub const FILLINGS: &str = "What BERT would put there";
pub const FILLINGS_HINT: &str = "A click puts a word into the sentence.";
pub const NOTHING_HIDDEN: &str =
    "No word is hidden: click one, and see what the model would put in its place.";
pub const NOTHING_YET: &str = "The words that fit will stand here, the most probable first.";
pub const ATTENTION: &str = "BERT’s attention: both sides";
pub const ATTENTION_EMPTY: &str = "How much each token looks at all the others, on both sides.";
pub const TRIANGLE: &str = "GPT-2’s attention: the past only";
pub const TRIANGLE_EMPTY: &str = "How much each token looks at those before it.";
pub const TRIANGLE_INVITATION: &str = "The same sentence through a decoder: what comes after a token is masked, so that half of the square stays empty.";
pub const COMPARE: &str = "Compare with GPT-2";

pub const TRAINING: &str = "How BERT learnt this";
pub const TRAINING_TEXT: &str = "In pre-training 15\u{a0}% of the tokens are chosen at random and have to be restored from what stands on both sides: the masked language model (MLM). Several gaps are filled at once, each as if the others were not there; the words in them need not go together.";

/// Over the candidates of a gap.
pub fn gap(number: usize, original: Option<&str>) -> String {
    match original {
        Some(original) => format!("Mask {number}: «{original}» was there"),
        None => format!("Mask {number}"),
    }
}

/// The word that was hidden came after those that are shown.
pub fn rank(original: &str, rank: usize, probability: f32) -> String {
    format!("«{original}» is candidate {rank}: {}", percent(probability.into(), 2))
}

pub fn not_among(original: &str, count: usize) -> String {
    format!("«{original}» is not among the first {count}; it may be more than one token.")
}

/// What a screen reader hears.
pub fn best(number: usize, word: &str, probability: f32) -> String {
    format!("Mask {number}: «{word}», {}", percent(probability.into(), 0))
}
