//! What a tokenizer.json must be before it is given to the `tokenizers` crate, and how to make one.
//!
//! The crate trusts its files in places: a continuing-word prefix longer than a merge, or a template
//! with a token that it does not define, makes it panic. Those are refused here.

use std::collections::HashMap;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};

use crate::{
    checkpoint::parse_json,
    error::{LecternError, Result},
};

/// Marks the end of a text in GPT-2's vocabulary.
const END_OF_TEXT: &str = "<|endoftext|>";

/// The parts of a tokenizer.json that say whether it can be used.
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
    /// Absent in files of old: then it is recognised by its fields.
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    continuing_subword_prefix: Option<String>,
    #[serde(default)]
    end_of_word_suffix: Option<String>,
    #[serde(default)]
    merges: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(rename = "type")]
    kind: String,
    /// Of a sequence.
    #[serde(default, alias = "decoders", alias = "processors")]
    steps: Vec<Step>,
    /// Of a template.
    #[serde(default)]
    single: Option<Value>,
    #[serde(default)]
    special_tokens: Option<HashMap<String, IgnoredAny>>,
}

/// Refuses every tokenizer.json that is not a byte-level BPE such as GPT-2's.
pub(super) fn check(file: &str, json: &[u8]) -> Result<()> {
    let outline: Outline = parse_json(file, json)?;
    let unsupported = |what: &str| {
        Err(LecternError::UnsupportedModel {
            reason: format!("its tokenizer is not a byte-level BPE: {what}"),
        })
    };
    let model = &outline.model;
    if model.kind.as_deref().is_some_and(|kind| kind != "BPE") || model.merges.is_none() {
        return unsupported(model.kind.as_deref().unwrap_or("it has no merges"));
    }
    for affix in [&model.continuing_subword_prefix, &model.end_of_word_suffix] {
        if affix.as_ref().is_some_and(|affix| !affix.is_empty()) {
            return unsupported("it marks where words begin or end");
        }
    }
    match &outline.decoder {
        Some(decoder) if decoder.is_byte_level() => {}
        Some(decoder) => return unsupported(&format!("its decoder is {}", decoder.kind)),
        None => return unsupported("it has no decoder"),
    }
    match &outline.post_processor {
        Some(processor) if !processor.is_sound() => {
            Err(LecternError::bad_file(file, "its template names tokens that it does not define"))
        }
        _ => Ok(()),
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

    /// Does its template, if it has one, use only what it defines?
    fn is_sound(&self) -> bool {
        let pieces = self.single.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let defined =
            |id: &str| self.special_tokens.as_ref().is_some_and(|tokens| tokens.contains_key(id));
        let sound = |piece: &Value| {
            let special = piece.pointer("/SpecialToken/id").and_then(Value::as_str);
            special.is_none_or(defined) && piece.pointer("/Sequence/id") != Some(&json!("B"))
        };
        pieces.iter().all(sound) && self.steps.iter().all(Step::is_sound)
    }
}

/// The tokenizer.json for GPT-2's own two files, vocab.json and merges.txt.
pub(super) fn from_vocab_and_merges(vocab: &[u8], merges: &[u8]) -> Result<Vec<u8>> {
    let vocab: HashMap<String, u32> = parse_json("vocab.json", vocab)?;
    let merges = parse_merges(merges)?;
    let special = |id: &u32| {
        json!([{
            "id": id, "content": END_OF_TEXT, "special": true,
            "single_word": false, "lstrip": false, "rstrip": false, "normalized": true,
        }])
    };
    let byte_level = json!({
        "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
    });
    let file = json!({
        "version": "1.0",
        "added_tokens": vocab.get(END_OF_TEXT).map_or_else(|| json!([]), special),
        "pre_tokenizer": byte_level,
        "decoder": byte_level,
        "model": { "type": "BPE", "vocab": vocab, "merges": merges },
    });
    serde_json::to_vec(&file).map_err(|error| LecternError::bad_file("vocab.json", error))
}

/// A merge a line, its halves separated by a space; the first line may give the file's version.
fn parse_merges(merges: &[u8]) -> Result<Vec<(&str, &str)>> {
    let bad = |reason: String| LecternError::bad_file("merges.txt", reason);
    let text = str::from_utf8(merges).map_err(|error| bad(error.to_string()))?;
    text.lines()
        .enumerate()
        .skip_while(|(number, line)| *number == 0 && line.starts_with("#version"))
        .filter(|(_, line)| !line.is_empty())
        .map(|(number, line)| {
            line.split_once(' ')
                .filter(|(left, right)| {
                    !left.is_empty() && !right.is_empty() && !right.contains(' ')
                })
                .ok_or_else(|| bad(format!("line {} is not a merge", number + 1)))
        })
        .collect()
}
