//! The page that compares an encoder with a decoder.

use crate::app::language::t;

pub fn uses_bert() -> [&'static str; 4] {
    [
        t!(compare.uses_bert_1),
        t!(compare.uses_bert_2),
        t!(compare.uses_bert_3),
        t!(compare.uses_bert_4),
    ]
}

pub fn uses_gpt() -> [&'static str; 4] {
    [t!(compare.uses_gpt_1), t!(compare.uses_gpt_2), t!(compare.uses_gpt_3), t!(compare.uses_gpt_4)]
}

/// Returns the title of GPT's candidates.
pub fn after(text: &str) -> String {
    match text {
        "" => t!(compare.after_nothing).into(),
        text => t!(compare.after, text = text),
    }
}
