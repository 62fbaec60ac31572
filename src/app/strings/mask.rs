//! The page of hidden words.

/// A sentence, and the words that are hidden in it at first, counted from 0.
pub const EXAMPLES: [(&str, &[usize]); 5] = [
    ("Once upon a time there was a king who had three daughters.", &[3, 7]),
    ("The old woman lived in a little house in the forest.", &[7]),
    ("The princess married the king's son.", &[2]),
    ("The capital of France is Paris.", &[5]),
    ("Столица Франции — Париж.", &[2]),
];

pub const SENTENCE: &str = "The sentence";
pub const WORDS_HINT: &str = "Click a word to hide it, and again to show it.";
pub const EDIT: &str = "Another sentence; [MASK] in it is a hidden word";
pub const MASK: &str = "[MASK]";
pub const FILLINGS: &str = "What BERT would put there";
pub const FILLINGS_HINT: &str = "A click puts a word into the sentence.";
pub const FILLINGS_EMPTY: &str = "The candidates for each hidden word will stand here.";
pub const NOTHING_HIDDEN: &str = "No word is hidden: click one.";
pub const PUT_IN: &str = "Put it into the sentence";
pub const WAS_THERE: &str = "(the word that was there)";
pub const SQUARE: &str = "BERT’s attention: both sides";
pub const SQUARE_EMPTY: &str = "When a word is hidden: how much each token looks at each.";
pub const TRIANGLE: &str = "GPT-2’s attention: the past only";
pub const TRIANGLE_EMPTY: &str = "GPT-2 is coming: how much each token looks at those before it.";
pub const TRIANGLE_OFFER: &str = "BERT looks at both sides of a word. GPT-2, which writes from left to right, sees only what came before.";
pub const COMPARE: &str = "Compare with GPT-2";

/// An example as a button has room for.
pub fn short(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= 4 { text.to_owned() } else { format!("{}…", words[..3].join(" ")) }
}

pub fn word(word: &str, is_hidden: bool) -> String {
    if is_hidden { format!("Show «{word}» again") } else { format!("Hide «{word}»") }
}

pub fn behind_mask(number: usize, answer: Option<&str>) -> String {
    match answer {
        Some(answer) => format!("Mask {number}: «{answer}» was there"),
        None => format!("Mask {number}"),
    }
}

pub fn cut(tokens: usize) -> String {
    format!("The text is too long for this model: {tokens} tokens at its end were not read.")
}
