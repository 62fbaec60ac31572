//! The page that compares BERT with GPT.

use super::mask::Example;

/// By the name of their button.
pub const EXAMPLES: [(&str, Example); 4] = [
    ("The crown", ("The queen put the golden crown on her head.", &["queen"])),
    ("Once upon a time", ("Once upon a time there was a king who had a daughter.", &["king"])),
    ("Capital of France", ("The capital of France is Paris.", &["Paris"])),
    ("Столица Франции", ("Столица Франции — Париж.", &["Париж"])),
];

pub const SENTENCE: &str = "One sentence through both";
pub const TABLE: &str = "BERT and GPT, compared";
pub const BERT: &str = "BERT";
pub const GPT: &str = "GPT";
pub const BERT_KIND: &str = "auto-encoding: restores what is hidden";
pub const GPT_KIND: &str = "auto-regressive: writes on";

pub const CONTEXT: &str = "Context";
pub const CONTEXT_BERT: &str = "Both sides of the gap.";
pub const CONTEXT_GPT: &str = "Only what stands before it.";
pub const UNSEEN: &str = " (what follows is not seen) ";

pub const TASK: &str = "Pre-training task";
pub const TASK_BERT: &str =
    "Masked language model (MLM): restore hidden tokens. With it, next sentence prediction (NSP).";
pub const TASK_GPT: &str = "Causal language model: predict the next token.";
pub const NOTHING_HIDDEN: &str = "Press a word of the sentence to hide it.";
pub const NOTHING_YET: &str = "The most probable words will stand here.";
pub const FILLS: &str = "In the gap";
pub const NO_HEAD_HINT: &str =
    "It reads the sentence all the same, as its attention shows. One that fills masks:";

pub const ATTENTION: &str = "Attention";
pub const ATTENTION_BERT: &str = "Full self-attention: each looks at all, a square.";
pub const ATTENTION_GPT: &str = "Masked self-attention: back only, a triangle.";
pub const ATTENTION_EMPTY: &str = "How much each token looks at each other one.";

pub const ARCHITECTURE: &str = "Architecture";
pub const ARCHITECTURE_BERT: &str = "Encoder only.";
pub const ARCHITECTURE_GPT: &str = "Decoder only.";

pub const STRENGTH: &str = "Strength";
pub const STRENGTH_BERT: &str = "Understanding: a vector for each token that knows the whole sentence. Classification, extraction.";
pub const STRENGTH_GPT: &str = "Generation: whatever it writes becomes context, and it goes on.";

pub const USES: &str = "Used for";
pub const USES_BERT: [&str; 4] =
    ["sentiment", "named entities", "answers found in a text", "search"];
pub const USES_GPT: [&str; 4] = ["chat", "summaries", "translation", "code"];

/// Over GPT's candidates.
pub fn after(text: &str) -> String {
    match text {
        "" => "At the beginning of a text".into(),
        text => format!("After «{text}»"),
    }
}

pub fn size(layers: usize, heads: usize) -> String {
    format!("{layers} layers of {heads} heads.")
}

pub fn no_head(name: &str) -> String {
    format!("{name} is an encoder whose masked-language head was left out: it fills no gaps.")
}
