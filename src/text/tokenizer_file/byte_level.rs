//! A tokenizer.json from vocab.json and merges.txt, GPT-2's own files.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::template;
use crate::{
    checkpoint::parse_json,
    error::{BadFileReason, LecternError, Result},
};

/// GPT-2's end-of-text token.
pub(crate) const END_OF_TEXT: &str = "<|endoftext|>";

/// An added token, which is searched in a text before it is split into words.
#[derive(Debug, Default)]
pub(super) struct Added {
    pub(super) id: u32,
    pub(super) content: String,
    pub(super) is_special: bool,
    /// Whether it is searched in the normalized text.
    pub(super) is_normalized: bool,
    /// Whether it includes the spaces before it.
    pub(super) strips_left: bool,
    /// Whether it includes the spaces after it.
    pub(super) strips_right: bool,
    /// Whether it matches only whole words.
    pub(super) is_single_word: bool,
}

impl Added {
    /// The token as JSON of a tokenizer.json.
    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id, "content": self.content, "special": self.is_special,
            "single_word": self.is_single_word, "lstrip": self.strips_left,
            "rstrip": self.strips_right, "normalized": self.is_normalized,
        })
    }
}

/// The additions of a byte-level tokenizer before and after texts.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// Whether a space is put before every text.
    pub(super) prefix_space: bool,
    /// A token before every text, by its text and id.
    pub(super) first: Option<(String, u32)>,
    /// A token after every text.
    pub(super) last: Option<(String, u32)>,
}

/// A tokenizer.json from both files.
pub(in crate::text) fn from_vocab_and_merges(vocab: &[u8], merges: &[u8]) -> Result<Vec<u8>> {
    let vocab: HashMap<String, u32> = parse_json("vocab.json", vocab)?;
    let merges = parse_merges(merges)?;
    let end = vocab.get(END_OF_TEXT);
    let end = end.map(|id| Added {
        id: *id,
        content: END_OF_TEXT.into(),
        is_special: true,
        is_normalized: true,
        ..Added::default()
    });
    tokenizer_json("vocab.json", &vocab, &merges, end.as_slice(), &Around::default())
}

/// The tokenizer.json of a byte-level BPE.
pub(super) fn tokenizer_json(
    file: &str,
    vocab: &HashMap<String, u32>,
    merges: &[(&str, &str)],
    added: &[Added],
    around: &Around,
) -> Result<Vec<u8>> {
    let (first, last) = (around.first.as_ref(), around.last.as_ref());
    let template = first.or(last).map(|_| template(first, last));
    let byte_level = json!({
        "type": "ByteLevel", "add_prefix_space": around.prefix_space, "trim_offsets": true,
        "use_regex": true,
    });
    let json = json!({
        "version": "1.0",
        "added_tokens": added.iter().map(Added::json).collect::<Vec<_>>(),
        "pre_tokenizer": byte_level,
        "post_processor": template,
        "decoder": byte_level,
        "model": { "type": "BPE", "vocab": vocab, "merges": merges },
    });
    serde_json::to_vec(&json).map_err(|error| LecternError::bad_file(file, error))
}

/// Parses merges, one a line, two tokens separated by a space; the first line may give the file's version.
fn parse_merges(merges: &[u8]) -> Result<Vec<(&str, &str)>> {
    let bad = |reason| LecternError::bad_file("merges.txt", reason);
    let text = str::from_utf8(merges).map_err(|error| bad(error.into()))?;
    text.lines()
        .enumerate()
        .skip_while(|(index, line)| *index == 0 && line.starts_with("#version"))
        .filter(|(_, line)| !line.is_empty())
        .map(|(index, line)| {
            line.split_once(' ')
                .filter(|(left, right)| {
                    !left.is_empty() && !right.is_empty() && !right.contains(' ')
                })
                .ok_or_else(|| bad(BadFileReason::BadMergeLine { line: index + 1 }))
        })
        .collect()
}
