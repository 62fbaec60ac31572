//! The tokenizer.json for the tokenizer of a GGUF file, and the other way round.
//!
//! llama.cpp knows GPT-2's byte-level BPE as `gpt2`, with tokens and merges spelled as in GPT-2's own files,
//! and BERT's WordPiece as `bert`: there a token that begins a word has `▁` before it, and one that goes on
//! with a word nothing, where BERT's own files have nothing and `##`.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{
    byte_level::{self, Added},
    wordpiece::{self, Options, Special},
};
use crate::{
    checkpoint::{Metadata, Value as Said},
    error::{LecternError, Result},
};

const FILE: &str = "the GGUF file's tokenizer";
const MODEL: &str = "tokenizer.ggml.model";
const PRE: &str = "tokenizer.ggml.pre";
const TOKENS: &str = "tokenizer.ggml.tokens";
const KINDS: &str = "tokenizer.ggml.token_type";
const MERGES: &str = "tokenizer.ggml.merges";
const PREFIX_SPACE: &str = "tokenizer.ggml.add_space_prefix";
/// What llama.cpp takes for granted of a WordPiece tokenizer, and not all of them do.
const LOWERCASE: &str = "lectern.tokenizer.lowercase";
const STRIP_ACCENTS: &str = "lectern.tokenizer.strip_accents";

/// Ways to cut a text into words that are GPT-2's, by llama.cpp's names for them. Files from before there
/// were names have none, or are called `default`.
const GPT2_WORDS: [&str; 4] = ["gpt-2", "gpt2", "default", "phi-2"];
/// What begins a word.
const WORD_START: char = '\u{2581}';
/// What goes on with one, in BERT's own files.
const CONTINUED: &str = "##";

/// Kinds of tokens, as llama.cpp counts them.
const NORMAL: i32 = 1;
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;
const UNUSED: i32 = 5;

/// From what a file says.
pub(in crate::text) fn from_gguf(metadata: &Metadata) -> Result<Vec<u8>> {
    let bad = |reason: &str| LecternError::bad_file(FILE, reason);
    let tokens = metadata.texts(TOKENS)?.ok_or_else(|| bad("it has no tokens"))?;
    let kinds = kinds(metadata, tokens.len())?;
    let known = (0u32..).zip(tokens).zip(kinds);
    let known = known.filter(|(_, kind)| *kind != UNUSED);
    let known = known.map(|((id, token), kind)| (id, token.as_str(), kind));
    match metadata.text(MODEL)? {
        Some("gpt2") => byte_level(metadata, known),
        Some("bert") => {
            let options = Options {
                do_lower_case: metadata.flag(LOWERCASE)?.unwrap_or(true),
                strip_accents: metadata.flag(STRIP_ACCENTS)?,
                tokenize_chinese_chars: true,
                special: Special::default(),
            };
            let named = known.map(|(id, token, kind)| (from_phantom(token, kind), id.into()));
            wordpiece::tokenizer_json(FILE, named.collect(), &options)
        }
        other => {
            let name = other.unwrap_or("without a name");
            let reason = format!(
                "its tokenizer is {name}; the byte-level BPE gpt2 and the WordPiece bert can be used"
            );
            Err(LecternError::UnsupportedModel { reason })
        }
    }
}

/// The kind of each token; all are normal where the file says nothing of it.
fn kinds(metadata: &Metadata, tokens: usize) -> Result<Vec<i32>> {
    let kinds = match metadata.get(KINDS) {
        None => return Ok(vec![NORMAL; tokens]),
        Some(Said::Numbers(numbers)) => {
            let kinds = numbers.integers().map(|kind| kind.and_then(|kind| kind.try_into().ok()));
            kinds.collect::<Option<Vec<i32>>>()
        }
        Some(_) => None,
    };
    kinds.filter(|kinds| kinds.len() == tokens).ok_or_else(|| {
        LecternError::bad_file(FILE, format!("its {KINDS} is not a number for each token"))
    })
}

fn byte_level<'a>(
    metadata: &Metadata,
    known: impl Iterator<Item = (u32, &'a str, i32)>,
) -> Result<Vec<u8>> {
    let words = metadata.text(PRE)?.unwrap_or(GPT2_WORDS[0]);
    if !GPT2_WORDS.contains(&words) {
        let reason = format!("its tokenizer cuts texts into words as {words} does, not as GPT-2");
        return Err(LecternError::UnsupportedModel { reason });
    }
    let (mut vocab, mut added) = (HashMap::new(), Vec::new());
    for (id, token, kind) in known {
        vocab.insert(token.to_owned(), id);
        if matches!(kind, CONTROL | UNKNOWN | USER_DEFINED) {
            let is_special = kind != USER_DEFINED;
            added.push(Added { id, content: token.to_owned(), is_special });
        }
    }
    let merges = metadata.texts(MERGES)?;
    let merges = merges.ok_or_else(|| LecternError::bad_file(FILE, "it has no merges"))?;
    let merges: Option<Vec<(&str, &str)>> =
        merges.iter().map(|merge| merge.split_once(' ')).collect();
    let merges = merges.ok_or_else(|| LecternError::bad_file(FILE, "one of its merges is none"))?;
    let prefix_space = metadata.flag(PREFIX_SPACE)?.unwrap_or(false);
    byte_level::tokenizer_json(FILE, &vocab, &merges, &added, prefix_space)
}

/// BERT's name for a token of llama.cpp's. Newer files leave only control tokens as they are, older ones all
/// that stand in brackets.
fn from_phantom(token: &str, kind: i32) -> String {
    let in_brackets = token.starts_with('[') && token.ends_with(']') && token.len() > 2;
    if matches!(kind, CONTROL | UNKNOWN) || in_brackets {
        return token.to_owned();
    }
    match token.strip_prefix(WORD_START) {
        Some(word) if !word.is_empty() => word.to_owned(),
        _ => format!("{CONTINUED}{token}"),
    }
}

fn to_phantom(token: &str) -> String {
    match token.strip_prefix(CONTINUED) {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => format!("{WORD_START}{token}"),
    }
}

/// Say in a GGUF file what a tokenizer.json says; a model of so many tokens gets unused ones in the gaps.
/// `end` is the token that ends a text, where the model names one.
pub(in crate::text) fn to_gguf(
    json: &Value,
    size: usize,
    end: Option<u32>,
    metadata: &mut Metadata,
) -> Result<()> {
    let is_wordpiece = json["model"].get("merges").is_none();
    let number = |id: &Value| id.as_u64().and_then(|id| usize::try_from(id).ok());
    let mut tokens: Vec<Option<String>> = vec![None; size];
    let mut kinds = vec![NORMAL; size];
    let empty = Map::new();
    for (token, id) in json["model"]["vocab"].as_object().unwrap_or(&empty) {
        if let Some(place) = number(id).and_then(|id| tokens.get_mut(id)) {
            *place = Some(token.clone());
        }
    }
    for added in json["added_tokens"].as_array().into_iter().flatten() {
        let Some(id) = number(&added["id"]).filter(|id| *id < size) else { continue };
        tokens[id] = added["content"].as_str().map(str::to_owned);
        kinds[id] = if added["special"] == json!(true) { CONTROL } else { USER_DEFINED };
    }
    let id_of = |name: &str| {
        let found = tokens.iter().position(|token| token.as_deref() == Some(name))?;
        u32::try_from(found).ok()
    };
    let special = ["[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]"].map(id_of);
    let end_of_text = id_of("<|endoftext|>");
    for (id, (token, kind)) in tokens.iter_mut().zip(&mut kinds).enumerate() {
        match token {
            None => (*token, *kind) = (Some(format!("[PAD{id}]")), UNUSED),
            Some(token) if is_wordpiece && *kind != CONTROL => *token = to_phantom(token),
            Some(_) => {}
        }
    }
    let name = if is_wordpiece { "bert" } else { "gpt2" };
    metadata.insert(MODEL, name);
    metadata.insert(TOKENS, tokens.into_iter().flatten().collect::<Vec<String>>());
    metadata.insert(KINDS, kinds);
    if is_wordpiece {
        write_wordpiece(&json["normalizer"], special, metadata);
        return Ok(());
    }
    metadata.insert(PRE, GPT2_WORDS[0]);
    let merge = |merge: &Value| match merge.as_array().map(Vec::as_slice) {
        Some([left, right]) => Some(format!("{} {}", left.as_str()?, right.as_str()?)),
        _ => merge.as_str().map(str::to_owned),
    };
    let merges = json["model"]["merges"].as_array().into_iter().flatten().filter_map(merge);
    metadata.insert(MERGES, merges.collect::<Vec<String>>());
    if json["pre_tokenizer"]["add_prefix_space"] == json!(true) {
        metadata.insert(PREFIX_SPACE, true);
    }
    if let Some(id) = end.or(end_of_text) {
        metadata.insert("tokenizer.ggml.bos_token_id", id);
        metadata.insert("tokenizer.ggml.eos_token_id", id);
    }
    Ok(())
}

fn write_wordpiece(normalizer: &Value, special: [Option<u32>; 5], metadata: &mut Metadata) {
    let [unknown, padding, class, separator, mask] = special;
    // llama.cpp puts its "beginning of a sequence" where BERT has [CLS].
    let ids = [
        ("unknown", unknown),
        ("padding", padding),
        ("bos", class),
        ("cls", class),
        // The key's own spelling.
        ("seperator", separator),
        ("mask", mask),
    ];
    for (name, id) in ids {
        if let Some(id) = id {
            metadata.insert(format!("tokenizer.ggml.{name}_token_id"), id);
        }
    }
    let lowercase = normalizer["lowercase"] != json!(false);
    if !lowercase {
        metadata.insert(LOWERCASE, false);
    }
    if let Some(strip) = normalizer["strip_accents"].as_bool()
        && strip != lowercase
    {
        metadata.insert(STRIP_ACCENTS, strip);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_pieces_go_there_and_back() {
        for (bert, phantom) in
            [("king", "▁king"), ("##s", "s"), ("##", "▁##"), ("##▁", "▁"), ("▁", "▁▁")]
        {
            assert_eq!(to_phantom(bert), phantom);
            assert_eq!(from_phantom(phantom, NORMAL), bert);
        }
        assert_eq!(from_phantom("[CLS]", CONTROL), "[CLS]");
        assert_eq!(from_phantom("[unused1]", NORMAL), "[unused1]");
        assert_eq!(from_phantom("▁[unused1]", NORMAL), "[unused1]");
        assert_eq!(from_phantom("[", NORMAL), "##[");
    }
}
