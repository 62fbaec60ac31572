//! The encoding of a text or a pair of texts for an encoder: special tokens added, truncated at the model's limit.

use std::ops::Range;

use super::Tokenizer;
use crate::{
    error::{LecternError, Result},
    tokenization::{EncodedTexts, Token},
};

/// BERT's and RoBERTa's names of the mask token.
const MASKS: [&str; 2] = ["[MASK]", "<mask>"];

/// The tokens of a text, or of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoding {
    /// Token ids.
    pub ids: Vec<u32>,
    /// Token types: 0 for the first text and its special tokens, 1 for the second.
    pub types: Vec<u32>,
    /// The range of each token in its own text, in UTF-16 code units (as JavaScript counts); empty for special
    /// tokens.
    pub spans: Vec<Range<usize>>,
    /// The text of each token, 0 or 1; `None` for special tokens.
    pub texts: Vec<Option<usize>>,
    /// Number of tokens cut off at the limit.
    pub cut: usize,
}

impl Tokenizer {
    /// Encodes `first`, or both texts with the separator between them, into at most `limit` tokens. Longer inputs are
    /// truncated: tokens are removed from the end of the longer text, one by one; special tokens stay.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] where the tokenizer fails, [`LecternError::ContextFull`] where not even the
    /// special tokens fit.
    pub fn encode_texts(
        &self,
        first: &str,
        second: Option<&str>,
        limit: usize,
    ) -> Result<Encoding> {
        let special = self.library.special_tokens(second.is_some());
        let capacity = limit.checked_sub(special);
        let capacity = capacity.ok_or(LecternError::ContextFull { tokens: special, limit })?;
        let encoded = self.library.encode_texts(first, second, capacity);
        let EncodedTexts { tokens, cut } =
            encoded.map_err(|error| LecternError::bad_file("tokenizer.json", error))?;

        let units = [utf16_offsets(first), second.map(utf16_offsets).unwrap_or_default()];
        let span = |token: &Token| match token.text {
            Some(text) => units[text][token.start]..units[text][token.end],
            None => 0..0,
        };
        Ok(Encoding {
            ids: tokens.iter().map(|token| token.id).collect(),
            types: tokens.iter().map(|token| token.type_id).collect(),
            spans: tokens.iter().map(span).collect(),
            texts: tokens.iter().map(|token| token.text).collect(),
            cut,
        })
    }

    /// The mask token's id, and its text.
    pub fn mask(&self) -> Option<(u32, String)> {
        let names = self.mask.as_deref().into_iter().chain(MASKS);
        let mut known = names.filter_map(|name| Some((self.id_of(name)?, name.to_owned())));
        known.next()
    }
}

/// The offset of each character of a text in UTF-16 code units, and the text's length.
fn utf16_offsets(text: &str) -> Vec<usize> {
    let mut offset = 0;
    let begin = |character: char| {
        offset += character.len_utf16();
        offset - character.len_utf16()
    };
    let mut offsets: Vec<usize> = text.chars().map(begin).collect();
    offsets.push(offset);
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCAB: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nking\n##s\nкороль\n🙂\ne\n";

    fn tokenizer() -> Tokenizer {
        Tokenizer::from_vocab_txt(VOCAB.as_bytes(), None).unwrap()
    }

    #[test]
    fn a_pair_has_types_and_separators() {
        let encoding = tokenizer().encode_texts("The KINGS", Some("король"), 64).unwrap();
        assert_eq!(encoding.ids, [2, 5, 6, 7, 3, 8, 3]);
        assert_eq!(encoding.types, [0, 0, 0, 0, 0, 1, 1]);
        assert_eq!(encoding.texts, [None, Some(0), Some(0), Some(0), None, Some(1), None]);
        assert_eq!(encoding.cut, 0);
    }

    #[test]
    fn spans_count_as_javascript_does() {
        // The smile is two code units; the accent is a character of its own, and is stripped.
        let text = "🙂 king e\u{301} Король";
        let encoding = tokenizer().encode_texts(text, None, 64).unwrap();
        let units: Vec<u16> = text.encode_utf16().collect();
        let shown = |span: &Range<usize>| String::from_utf16(&units[span.clone()]).unwrap();
        let spans: Vec<String> = encoding.spans.iter().map(shown).collect();
        assert_eq!(spans[1..3], ["🙂", "king"]);
        assert!(spans[3].starts_with('e'));
        assert_eq!(spans[4], "Король");
        assert_eq!(encoding.ids, [2, 9, 6, 10, 8, 3]);
    }

    #[test]
    fn the_longer_text_is_cut_first_and_special_tokens_stay() {
        let long = "the ".repeat(20);
        let encoding = tokenizer().encode_texts(&long, Some("king"), 8).unwrap();
        assert_eq!(encoding.ids, [2, 5, 5, 5, 5, 3, 6, 3]);
        assert_eq!(encoding.cut, 16);
        let none = tokenizer().encode_texts(&long, None, 2).unwrap();
        assert_eq!(none.ids, [2, 3]);
        let full = tokenizer().encode_texts(&long, None, 1);
        assert!(matches!(full, Err(LecternError::ContextFull { .. })));
    }

    #[test]
    fn a_mask_that_is_written_out_is_the_mask() {
        let tokenizer = tokenizer();
        assert_eq!(tokenizer.mask(), Some((4, "[MASK]".into())));
        assert_eq!(tokenizer.encode_texts("the [MASK]", None, 64).unwrap().ids, [2, 5, 4, 3]);
    }
}
