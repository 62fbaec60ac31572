//! The tokenizer.json for BERT's own file, vocab.txt: a token a line.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    checkpoint::parse_json,
    error::{LecternError, Result},
};

const VOCAB: &str = "vocab.txt";

/// The settings of a tokenizer_config.json that change the tokens.
#[derive(Debug, Deserialize)]
pub(super) struct Settings {
    #[serde(default = "yes")]
    pub(super) do_lower_case: bool,
    /// Absent: as `do_lower_case`.
    #[serde(default)]
    pub(super) strip_accents: Option<bool>,
    #[serde(default = "yes")]
    pub(super) tokenize_chinese_chars: bool,
}

fn yes() -> bool {
    true
}

/// From a vocab.txt, and the model's tokenizer_config.json where it has one.
pub(in crate::text) fn from_vocab_txt(vocab: &[u8], config: Option<&[u8]>) -> Result<Vec<u8>> {
    let settings: Settings = parse_json("tokenizer_config.json", config.unwrap_or(b"{}"))?;
    let text = str::from_utf8(vocab).map_err(|error| LecternError::bad_file(VOCAB, error))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut tokens = Map::new();
    for (id, line) in text.split('\n').enumerate() {
        tokens.insert(line.strip_suffix('\r').unwrap_or(line).to_owned(), id.into());
    }
    tokenizer_json(VOCAB, tokens, &settings)
}

/// A WordPiece tokenizer of these tokens, with BERT's special ones.
pub(super) fn tokenizer_json(
    file: &str,
    tokens: Map<String, Value>,
    settings: &Settings,
) -> Result<Vec<u8>> {
    let bad = |reason: &str| LecternError::bad_file(file, reason);
    let id = |token: &str| tokens.get(token).and_then(Value::as_u64);
    let [unknown, cls, sep] = ["[UNK]", "[CLS]", "[SEP]"].map(id);
    if unknown.is_none() {
        return Err(bad("it has no [UNK]"));
    }
    let (Some(cls), Some(sep)) = (cls, sep) else {
        return Err(bad("it has no [CLS] or no [SEP]"));
    };
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].into_iter().filter_map(|token| {
        Some(json!({
            "id": id(token)?, "content": token, "special": true,
            "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
        }))
    });
    let special: Vec<Value> = special.collect();
    let json = json!({
        "version": "1.0",
        "added_tokens": special,
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true,
            "handle_chinese_chars": settings.tokenize_chinese_chars,
            "strip_accents": settings.strip_accents,
            "lowercase": settings.do_lower_case,
        },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": { "type": "BertProcessing", "cls": ["[CLS]", cls], "sep": ["[SEP]", sep] },
        "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": tokens,
        },
    });
    serde_json::to_vec(&json).map_err(|error| LecternError::bad_file(file, error))
}
