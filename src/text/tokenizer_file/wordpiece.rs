//! A tokenizer.json from vocab.txt, BERT's own file: a token a line.

use serde_json::{Map, Value, json};

use super::byte_level::Added;
use crate::{
    error::{BadFileReason, LecternError, Result},
    text::settings::Settings,
};

const VOCAB: &str = "vocab.txt";

/// The options of a WordPiece tokenizer: normalization and special tokens.
#[derive(Debug)]
pub(super) struct Options<'a> {
    pub(super) do_lower_case: bool,
    /// `None`: as `do_lower_case`.
    pub(super) strip_accents: Option<bool>,
    pub(super) tokenize_chinese_chars: bool,
    pub(super) special: Special<'a>,
    /// Further added tokens.
    pub(super) added: Vec<Added>,
}

/// The names of the special tokens.
#[derive(Debug)]
pub(super) struct Special<'a> {
    pub(super) unknown: &'a str,
    pub(super) padding: &'a str,
    pub(super) class: &'a str,
    pub(super) separator: &'a str,
    pub(super) mask: &'a str,
}

impl Default for Special<'_> {
    fn default() -> Self {
        Self {
            unknown: "[UNK]",
            padding: "[PAD]",
            class: "[CLS]",
            separator: "[SEP]",
            mask: "[MASK]",
        }
    }
}

/// A tokenizer.json from a vocab.txt and the settings beside it.
pub(in crate::text) fn from_vocab_txt(vocab: &[u8], settings: &Settings) -> Result<Vec<u8>> {
    let usual = Special::default();
    let name = |role, usual| settings.name_of(role).unwrap_or(usual);
    let options = Options {
        do_lower_case: settings.flag("do_lower_case").unwrap_or(true),
        strip_accents: settings.flag("strip_accents"),
        tokenize_chinese_chars: settings.flag("tokenize_chinese_chars").unwrap_or(true),
        special: Special {
            unknown: name("unk_token", usual.unknown),
            padding: name("pad_token", usual.padding),
            class: name("cls_token", usual.class),
            separator: name("sep_token", usual.separator),
            mask: name("mask_token", usual.mask),
        },
        added: Vec::new(),
    };
    let text = str::from_utf8(vocab).map_err(|error| LecternError::bad_file(VOCAB, error))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut tokens = Map::new();
    for (id, line) in text.split('\n').enumerate() {
        tokens.insert(line.strip_suffix('\r').unwrap_or(line).to_owned(), id.into());
    }
    tokenizer_json(VOCAB, tokens, &options)
}

/// The tokenizer.json of a WordPiece of these tokens, with BERT's special ones.
pub(super) fn tokenizer_json(
    file: &str,
    tokens: Map<String, Value>,
    options: &Options<'_>,
) -> Result<Vec<u8>> {
    let Special { unknown, padding, class, separator, mask } = options.special;
    let id = |token: &str| tokens.get(token).and_then(Value::as_u64);
    let required = |token: &str| {
        let missing = || BadFileReason::MissingToken { token: token.to_owned() };
        id(token).ok_or_else(|| LecternError::bad_file(file, missing()))
    };
    required(unknown)?;
    let (class_id, separator_id) = (required(class)?, required(separator)?);
    let special = [padding, unknown, class, separator, mask].into_iter().filter_map(|token| {
        let (id, content) = (id(token)?.try_into().ok()?, token.to_owned());
        Some(Added { id, content, is_special: true, ..Added::default() })
    });
    let special: Vec<Added> = special.collect();
    let is_other = |added: &&Added| special.iter().all(|special| special.id != added.id);
    let others = options.added.iter().filter(is_other);
    let added: Vec<Value> = special.iter().chain(others).map(Added::json).collect();
    let json = json!({
        "version": "1.0",
        "added_tokens": added,
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true,
            "handle_chinese_chars": options.tokenize_chinese_chars,
            "strip_accents": options.strip_accents,
            "lowercase": options.do_lower_case,
        },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": { "type": "BertProcessing", "cls": [class, class_id], "sep": [separator, separator_id] },
        "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
        "model": {
            "type": "WordPiece", "unk_token": unknown, "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": tokens,
        },
    });
    serde_json::to_vec(&json).map_err(|error| LecternError::bad_file(file, error))
}
