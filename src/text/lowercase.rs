//! Lowercasing before tokenization, whatever the tokenizer's own settings are.

use super::Tokenizer;

impl Tokenizer {
    /// Lowercases every text first, as `do_lower_case` in sentence-transformers' settings requires. Special tokens in
    /// the text stay unchanged, and spans refer to the original text.
    pub fn lower_case(&mut self) {
        self.library.lower_case();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCAB: &[u8] =
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nking\nThe\nйод\nиод\ncafé\ncafe\n".as_bytes();

    fn tokens(config: &str, text: &str) -> Vec<u32> {
        let mut tokenizer = Tokenizer::from_vocab_txt(VOCAB, Some(config.as_bytes())).unwrap();
        tokenizer.lower_case();
        let encoding = tokenizer.encode_texts(text, None, 64).unwrap();
        let units: Vec<u16> = text.encode_utf16().collect();
        for (span, source) in encoding.spans.iter().zip(&encoding.texts) {
            assert!(source.is_none() || !units[span.clone()].is_empty());
        }
        encoding.ids
    }

    #[test]
    fn a_cased_tokenizer_reads_lowered_texts_and_keeps_accents() {
        let cased = r#"{"do_lower_case": false}"#;
        assert_eq!(tokens(cased, "The KING"), [2, 5, 6, 3]);
        assert_eq!(tokens(cased, "Йод CAFÉ [MASK]"), [2, 8, 10, 4, 3]);
    }

    #[test]
    fn one_that_lowers_already_stays_as_it_is() {
        assert_eq!(tokens(r#"{"do_lower_case": true}"#, "Йод CAFÉ"), [2, 9, 11, 3]);
        let keeps = r#"{"do_lower_case": true, "strip_accents": false}"#;
        assert_eq!(tokens(keeps, "Йод CAFÉ"), [2, 8, 10, 3]);
    }

    #[test]
    fn other_normalizers_come_after_it() {
        let json = serde_json::json!({
            "version": "1.0", "added_tokens": [], "normalizer": { "type": "NFC" },
            "pre_tokenizer": { "type": "Whitespace" }, "post_processor": null, "decoder": null,
            "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100, "vocab": { "[UNK]": 0, "the": 1, "i̇": 2 } },
        });
        let mut tokenizer = Tokenizer::from_json(json.to_string().as_bytes()).unwrap();
        assert_eq!(tokenizer.encode("THE").unwrap(), [0]);
        tokenizer.lower_case();
        // A dotted capital I becomes two characters, and the offsets after it stay right.
        let encoding = tokenizer.encode_texts("THE İ THE", None, 64).unwrap();
        assert_eq!(encoding.ids, [1, 2, 1]);
        assert_eq!(encoding.spans, [0..3, 4..5, 6..9]);
    }
}
