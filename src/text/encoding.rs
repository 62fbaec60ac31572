//! A text, or a pair of them, as an encoder reads it: special tokens added, cut at the model's limit.

use std::ops::Range;

use tokenizers::{
    EncodeInput, TruncationDirection, TruncationParams, TruncationStrategy,
    utils::truncation::truncate_encodings,
};

use super::Tokenizer;
use crate::error::{LecternError, Result};

/// What the mask is called: BERT's name, and RoBERTa's.
const MASKS: [&str; 2] = ["[MASK]", "<mask>"];

/// The tokens of a text, or of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoding {
    /// The tokens' numbers.
    pub ids: Vec<u32>,
    /// 0 for the first text and its special tokens, 1 for the second.
    pub types: Vec<u32>,
    /// Where each token stands in its own text, in UTF-16 code units (as JavaScript counts); empty for special
    /// tokens.
    pub spans: Vec<Range<usize>>,
    /// Which text each token is of, 0 or 1; none for special tokens.
    pub texts: Vec<Option<usize>>,
    /// Tokens cut off at the limit.
    pub cut: usize,
}

impl Tokenizer {
    /// The tokens of `first`, or of both texts with the separator between them, at most `limit` in all. Where
    /// that is not enough, tokens are taken from the end of the longer text, one by one; special tokens stay.
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
        let pieces = |text: &str| self.library.encode_char_offsets(EncodeInput::from(text), false);
        let first_pieces = pieces(first).map_err(failed)?;
        let second_pieces = second.map(pieces).transpose().map_err(failed)?;
        let special = self.special_tokens(second.is_some());
        let length = |pieces: &tokenizers::Encoding| pieces.get_ids().len();
        let whole = length(&first_pieces) + second_pieces.as_ref().map_or(0, length);
        let room = limit.checked_sub(special);
        let room = room.ok_or(LecternError::ContextFull { tokens: special, limit })?;
        let cut = TruncationParams {
            direction: TruncationDirection::Right,
            max_length: room,
            strategy: TruncationStrategy::LongestFirst,
            stride: 0,
        };
        let (first_pieces, second_pieces) =
            truncate_encodings(first_pieces, second_pieces, &cut).map_err(failed)?;
        let kept = length(&first_pieces) + second_pieces.as_ref().map_or(0, length);
        let encoding =
            self.library.post_process(first_pieces, second_pieces, true).map_err(failed)?;

        let units = [utf16_places(first), second.map(utf16_places).unwrap_or_default()];
        let texts = encoding.get_sequence_ids();
        let span = |((start, end), text): (&(usize, usize), &Option<usize>)| match text {
            Some(text) => units[*text][*start]..units[*text][*end],
            None => 0..0,
        };
        Ok(Encoding {
            ids: encoding.get_ids().to_vec(),
            types: encoding.get_type_ids().to_vec(),
            spans: encoding.get_offsets().iter().zip(&texts).map(span).collect(),
            texts,
            cut: whole - kept,
        })
    }

    /// Special tokens that a text, or a pair, gets.
    fn special_tokens(&self, is_pair: bool) -> usize {
        use tokenizers::PostProcessor;
        self.library.get_post_processor().map_or(0, |processor| processor.added_tokens(is_pair))
    }

    /// The token that stands for a masked word, and what it is called in a text.
    pub fn mask(&self) -> Option<(u32, String)> {
        let names = self.mask.as_deref().into_iter().chain(MASKS);
        let mut known = names.filter_map(|name| Some((self.id_of(name)?, name.to_owned())));
        known.next()
    }
}

fn failed(error: tokenizers::Error) -> LecternError {
    LecternError::bad_file("tokenizer.json", error)
}

/// Where each character of a text begins, in UTF-16 code units, and where the text ends.
fn utf16_places(text: &str) -> Vec<usize> {
    let mut place = 0;
    let begin = |character: char| {
        place += character.len_utf16();
        place - character.len_utf16()
    };
    let mut places: Vec<usize> = text.chars().map(begin).collect();
    places.push(place);
    places
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
