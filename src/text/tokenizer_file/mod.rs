//! Checks of a tokenizer.json before the `tokenizers` crate reads it, and its construction from other files.
//!
//! The crate does not check everything: a continuing-subword prefix longer than a merge, or a template
//! with a token that it does not define, makes it panic. Such files are refused here.

mod byte_level;
mod gguf;
mod gguf_write;
mod wordpiece;

use std::collections::HashMap;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};

use crate::{
    checkpoint::parse_json,
    error::{BadFileReason, LecternError, Result, UnsupportedReason},
};

pub(crate) use byte_level::END_OF_TEXT;
pub(super) use byte_level::from_vocab_and_merges;
pub(super) use gguf::from_gguf;
pub(super) use gguf_write::to_gguf;
pub(super) use wordpiece::from_vocab_txt;

/// The type of a tokenizer, which determines how its tokens are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// GPT-2's byte-level BPE: tokens are runs of bytes.
    ByteLevel,
    /// BERT's WordPiece: tokens are words and subwords, with `##` before all but a word's first.
    WordPiece,
    /// Whole words, and one token for all others.
    WordLevel,
}

/// The fields of a tokenizer.json that decide whether it is supported.
#[derive(Deserialize)]
struct Outline {
    model: Model,
    #[serde(default)]
    decoder: Option<Step>,
    #[serde(default)]
    post_processor: Option<Step>,
}

#[derive(Deserialize)]
struct Model {
    /// Absent in old files, whose model is recognised by its fields.
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    continuing_subword_prefix: Option<String>,
    #[serde(default)]
    end_of_word_suffix: Option<String>,
    #[serde(default)]
    merges: Option<IgnoredAny>,
    /// Present only for a WordPiece.
    #[serde(default)]
    max_input_chars_per_word: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(rename = "type")]
    kind: String,
    /// The steps of a sequence.
    #[serde(default, alias = "decoders", alias = "processors")]
    steps: Vec<Step>,
    /// The template for a single text.
    #[serde(default)]
    single: Option<Value>,
    #[serde(default)]
    pair: Option<Value>,
    #[serde(default)]
    special_tokens: Option<HashMap<String, IgnoredAny>>,
}

/// The type of a tokenizer.json. Refuses all but byte-level BPE such as GPT-2's, WordPiece such as BERT's,
/// and whole words.
pub(super) fn check(file: &str, json: &[u8]) -> Result<Kind> {
    let outline: Outline = parse_json(file, json)?;
    let is_sound = outline.post_processor.as_ref().is_none_or(Step::is_sound);
    if !is_sound {
        return Err(LecternError::bad_file(file, BadFileReason::UndefinedTokens));
    }
    let model = &outline.model;
    match model.kind.as_deref() {
        Some("WordPiece") => Ok(Kind::WordPiece),
        Some("WordLevel") => Ok(Kind::WordLevel),
        None if model.merges.is_none() && model.max_input_chars_per_word.is_some() => {
            Ok(Kind::WordPiece)
        }
        Some("BPE") | None if model.merges.is_some() => {
            check_byte_level(&outline).map(|()| Kind::ByteLevel)
        }
        Some(kind) => {
            let found = kind.to_owned();
            Err(LecternError::unsupported(UnsupportedReason::TokenizerModel { found }))
        }
        None => Err(LecternError::unsupported(UnsupportedReason::TokenizerWithoutModel)),
    }
}

/// A template that puts tokens, given with their ids, before and after every text.
pub(super) fn template(before: Option<&(String, u32)>, after: Option<&(String, u32)>) -> Value {
    let special =
        |(name, _): &(String, u32)| json!({ "SpecialToken": { "id": name, "type_id": 0 } });
    let text = |id: &str| json!({ "Sequence": { "id": id, "type_id": 0 } });
    let around = |id: &str| -> Vec<Value> {
        let (before, after) = (before.map(special), after.map(special));
        before.into_iter().chain([text(id)]).chain(after).collect()
    };
    let special_tokens = before
        .into_iter()
        .chain(after)
        .map(|(name, id)| (name.clone(), json!({ "id": name, "ids": [id], "tokens": [name] })));
    let special_tokens: serde_json::Map<String, Value> = special_tokens.collect();
    let pair = [around("A"), around("B")].concat();
    json!({
        "type": "TemplateProcessing", "special_tokens": special_tokens, "single": around("A"), "pair": pair,
    })
}

fn check_byte_level(outline: &Outline) -> Result<()> {
    let model = &outline.model;
    for affix in [&model.continuing_subword_prefix, &model.end_of_word_suffix] {
        if affix.as_ref().is_some_and(|affix| !affix.is_empty()) {
            return Err(LecternError::unsupported(UnsupportedReason::TokenizerAffixes));
        }
    }
    match &outline.decoder {
        Some(decoder) if decoder.is_byte_level() => Ok(()),
        Some(decoder) => {
            let found = decoder.kind.clone();
            Err(LecternError::unsupported(UnsupportedReason::TokenizerDecoder { found }))
        }
        None => Err(LecternError::unsupported(UnsupportedReason::TokenizerWithoutDecoder)),
    }
}

impl Step {
    fn is_byte_level(&self) -> bool {
        match self.kind.as_str() {
            "ByteLevel" => true,
            "Sequence" => matches!(&self.steps[..], [only] if only.is_byte_level()),
            _ => false,
        }
    }

    /// Whether the template, if there is one, uses only tokens that it defines.
    fn is_sound(&self) -> bool {
        let defined =
            |id: &str| self.special_tokens.as_ref().is_some_and(|tokens| tokens.contains_key(id));
        let special_is_defined = |element: &Value| {
            element.pointer("/SpecialToken/id").and_then(Value::as_str).is_none_or(defined)
        };
        let is_second = |element: &Value| element.pointer("/Sequence/id") == Some(&json!("B"));
        let elements = |template: &Option<Value>| -> Vec<Value> {
            template.as_ref().and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let single = elements(&self.single);
        let both = single.iter().chain(&elements(&self.pair)).all(special_is_defined);
        both && !single.iter().any(is_second) && self.steps.iter().all(Step::is_sound)
    }
}
