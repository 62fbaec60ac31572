//! Added tokens, which are searched in a text before it is split into words.

use serde::{Deserialize, Serialize};

/// An added token, with its options as a tokenizer.json names them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddedToken {
    /// Its text.
    pub content: String,
    /// Whether it matches only whole words.
    pub single_word: bool,
    /// Whether it includes the spaces before it.
    pub lstrip: bool,
    /// Whether it includes the spaces after it.
    pub rstrip: bool,
    /// Whether it is searched in the normalized text.
    pub normalized: bool,
    /// Whether it is a special token.
    pub special: bool,
}

impl AddedToken {
    /// A token with the usual options: special tokens are searched in the text as it is.
    pub fn new(content: &str, special: bool) -> Self {
        Self {
            content: content.to_owned(),
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: !special,
            special,
        }
    }
}
