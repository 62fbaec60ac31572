//! A tokenizer.json from the tokenizer of a GGUF file.
//!
//! llama.cpp calls GPT-2's byte-level BPE `gpt2`, with tokens and merges spelled as in GPT-2's own files, and
//! BERT's WordPiece `bert`: there a token that begins a word has the prefix `▁`, and one that continues a word
//! none, where BERT's own files have none and `##`.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{
    byte_level::{self, Added, Around, END_OF_TEXT},
    wordpiece::{self, Options, Special},
};
use crate::{
    checkpoint::{Metadata, Value as MetadataValue},
    error::{BadFileReason, LecternError, Result, UnsupportedReason, ValueKind},
};

pub(super) const MODEL: &str = "tokenizer.ggml.model";
pub(super) const PRE: &str = "tokenizer.ggml.pre";
pub(super) const TOKENS: &str = "tokenizer.ggml.tokens";
pub(super) const TOKEN_TYPES: &str = "tokenizer.ggml.token_type";
pub(super) const MERGES: &str = "tokenizer.ggml.merges";
pub(super) const PREFIX_SPACE: &str = "tokenizer.ggml.add_space_prefix";
/// Keys of booleans: whether a token is put before and after every text. A WordPiece always has both.
pub(super) const ADD_BOS: &str = "tokenizer.ggml.add_bos_token";
pub(super) const ADD_EOS: &str = "tokenizer.ggml.add_eos_token";
/// Keys of the ids of special tokens.
pub(super) const BOS: &str = "tokenizer.ggml.bos_token_id";
pub(super) const EOS: &str = "tokenizer.ggml.eos_token_id";
pub(super) const UNK: &str = "tokenizer.ggml.unknown_token_id";
pub(super) const PAD: &str = "tokenizer.ggml.padding_token_id";
pub(super) const CLS: &str = "tokenizer.ggml.cls_token_id";
/// Misspelled in the format itself.
pub(super) const SEP: &str = "tokenizer.ggml.seperator_token_id";
pub(super) const MASK: &str = "tokenizer.ggml.mask_token_id";
/// Keys of BERT's normalizer, since the summer of 2026; before that llama.cpp assumed lowercase, and Lectern had keys
/// of its own.
pub(super) const LOWERCASE: &str = "tokenizer.ggml.normalizer.lowercase";
pub(super) const STRIP_ACCENTS: &str = "tokenizer.ggml.normalizer.strip_accents";
const OLD_LOWERCASE: &str = "lectern.tokenizer.lowercase";
const OLD_STRIP_ACCENTS: &str = "lectern.tokenizer.strip_accents";
/// Keys of lists of added tokens that include adjacent spaces, or match only whole words: llama.cpp has none for this.
pub(super) const STRIPS_LEFT: &str = "lectern.tokenizer.lstrip";
pub(super) const STRIPS_RIGHT: &str = "lectern.tokenizer.rstrip";
pub(super) const SINGLE_WORD: &str = "lectern.tokenizer.single_word";

/// llama.cpp's names of pre-tokenizers that are equal to GPT-2's. Older files have none, or `default`.
pub(super) const GPT2_PRE_TOKENIZERS: [&str; 21] = [
    "gpt-2",
    "gpt2",
    "default",
    "phi-2",
    "mpt",
    "olmo",
    "jais",
    "trillion",
    "granite-docling",
    "exaone4",
    "gigachat",
    "a.x-4.0",
    "mellum",
    "modern-bert",
    "roberta-bpe",
    "jina-es",
    "jina-de",
    "jina-v1-en",
    "jina-v2-es",
    "jina-v2-de",
    "jina-v2-code",
];
/// llama.cpp's prefix of a token that begins a word.
const WORD_START: char = '\u{2581}';
/// BERT's prefix of a token that continues a word.
const CONTINUED: &str = "##";

/// llama.cpp's token types.
pub(super) const NORMAL: i32 = 1;
const UNKNOWN: i32 = 2;
pub(super) const CONTROL: i32 = 3;
pub(super) const USER_DEFINED: i32 = 4;
pub(super) const UNUSED: i32 = 5;

/// A special token of BERT: its keys; its text, which is searched where the keys are absent; and for required tokens
/// the id in BERT's own vocabulary, which llama.cpp uses where there is no such text.
type SpecialKeys = (&'static [&'static str], &'static str, Option<usize>);
const UNKNOWN_WORD: SpecialKeys = (&[UNK], "[UNK]", Some(100));
/// llama.cpp puts its beginning-of-sequence token where BERT has [CLS].
const CLASS: SpecialKeys = (&[BOS, CLS], "[CLS]", Some(101));
const SEPARATOR: SpecialKeys = (&[SEP], "[SEP]", Some(102));
const PADDING: SpecialKeys = (&[PAD], "[PAD]", None);
const MASKED: SpecialKeys = (&[MASK], "[MASK]", None);

/// The tokenizer.json for a file's metadata, and the mask token's text, where the file gives it.
pub(in crate::text) fn from_gguf(metadata: &Metadata) -> Result<(Vec<u8>, Option<String>)> {
    let tokens = metadata.texts(TOKENS)?.ok_or_else(|| missing(TOKENS))?;
    let token_types = token_types(metadata, tokens.len())?;
    let vocabulary = Vocabulary { metadata, tokens, token_types };
    match metadata.text(MODEL)? {
        Some("gpt2") => Ok((vocabulary.byte_level()?, vocabulary.mask()?)),
        Some("bert") => Ok((vocabulary.wordpiece()?, vocabulary.mask()?)),
        other => {
            let found = other.ok_or_else(|| missing(MODEL))?.to_owned();
            let known = ["gpt2", "bert"].map(str::to_owned).into();
            Err(LecternError::unsupported(UnsupportedReason::GgufTokenizer { found, known }))
        }
    }
}

/// The error for a missing key.
fn missing(key: &str) -> LecternError {
    LecternError::bad_file("", BadFileReason::MissingKey { key: key.to_owned() })
}

/// The type of each token; all are normal where the file gives none.
fn token_types(metadata: &Metadata, tokens: usize) -> Result<Vec<i32>> {
    let token_types = match metadata.get(TOKEN_TYPES) {
        None => return Ok(vec![NORMAL; tokens]),
        Some(MetadataValue::Numbers(numbers)) => {
            let token_types =
                numbers.integers().map(|code| code.and_then(|code| code.try_into().ok()));
            token_types.collect::<Option<Vec<i32>>>()
        }
        Some(_) => None,
    };
    token_types.filter(|token_types| token_types.len() == tokens).ok_or_else(|| {
        LecternError::bad_file("", BadFileReason::BadTokenKinds { key: TOKEN_TYPES.to_owned() })
    })
}

/// The tokens of a GGUF file.
struct Vocabulary<'a> {
    metadata: &'a Metadata,
    tokens: &'a [String],
    token_types: Vec<i32>,
}

impl Vocabulary<'_> {
    /// All but the unused tokens, with their ids and types.
    fn known(&self) -> impl Iterator<Item = (u32, &str, i32)> {
        let known = (0u32..).zip(self.tokens).zip(&self.token_types);
        let known = known.filter(|(_, token_type)| **token_type != UNUSED);
        known.map(|((id, token), token_type)| (id, token.as_str(), *token_type))
    }

    /// The token id under a key; `None` where the key is absent or the id out of range.
    fn at(&self, key: &str) -> Result<Option<usize>> {
        Ok(self.metadata.integer(key)?.filter(|id| *id < self.tokens.len()))
    }

    fn named(&self, name: &str) -> Option<usize> {
        self.tokens.iter().position(|token| token == name)
    }

    /// The id of a special token of BERT.
    fn special(&self, (keys, name, usual): SpecialKeys) -> Result<Option<usize>> {
        for key in keys {
            if let Some(id) = self.at(key)? {
                return Ok(Some(id));
            }
        }
        let usual = usual.filter(|id| *id < self.tokens.len());
        Ok(self.named(name).or_else(|| self.named(&format!("{WORD_START}{name}"))).or(usual))
    }

    /// The list of token ids under a key.
    fn ids(&self, key: &str) -> Result<HashSet<u32>> {
        let ids = match self.metadata.get(key) {
            None => return Ok(HashSet::new()),
            Some(MetadataValue::Numbers(numbers)) => {
                numbers.integers().map(|id| id.and_then(|id| id.try_into().ok())).collect()
            }
            Some(_) => None,
        };
        ids.ok_or_else(|| {
            let (key, expected) = (key.to_owned(), ValueKind::Tokens);
            LecternError::bad_file("", BadFileReason::WrongValue { key, expected })
        })
    }

    /// The added tokens.
    fn added(&self) -> Result<Vec<Added>> {
        let [left, right, single] =
            [STRIPS_LEFT, STRIPS_RIGHT, SINGLE_WORD].map(|key| self.ids(key));
        let (left, right, single) = (left?, right?, single?);
        let is_added = |token_type: &i32| matches!(*token_type, CONTROL | UNKNOWN | USER_DEFINED);
        let added = self.known().filter(|(.., token_type)| is_added(token_type)).map(
            |(id, token, token_type)| Added {
                id,
                content: token.to_owned(),
                is_special: token_type != USER_DEFINED,
                is_normalized: true,
                strips_left: left.contains(&id),
                strips_right: right.contains(&id),
                is_single_word: single.contains(&id),
            },
        );
        Ok(added.collect())
    }

    fn byte_level(&self) -> Result<Vec<u8>> {
        let pre_tokenizer = self.metadata.text(PRE)?.unwrap_or(GPT2_PRE_TOKENIZERS[0]);
        if !GPT2_PRE_TOKENIZERS.contains(&pre_tokenizer) {
            let found = pre_tokenizer.to_owned();
            return Err(LecternError::unsupported(UnsupportedReason::PreTokenizer { found }));
        }
        let vocab: HashMap<String, u32> =
            self.known().map(|(id, token, _)| (token.to_owned(), id)).collect();
        let merges = self.metadata.texts(MERGES)?.ok_or_else(|| missing(MERGES))?;
        let merges = merges.iter().map(|merge| {
            let bad = || BadFileReason::BadMerge { merge: merge.clone() };
            merge.split_once(' ').ok_or_else(|| LecternError::bad_file("", bad()))
        });
        let merges = merges.collect::<Result<Vec<_>>>()?;
        let around = Around {
            prefix_space: self.metadata.flag(PREFIX_SPACE)?.unwrap_or(false),
            first: self.template_token(ADD_BOS, BOS)?,
            last: self.template_token(ADD_EOS, EOS)?,
        };
        byte_level::tokenizer_json("", &vocab, &merges, &self.added()?, &around)
    }

    /// The token that is put before or after every text, where the file requires one.
    fn template_token(&self, flag: &str, key: &str) -> Result<Option<(String, u32)>> {
        if !self.metadata.flag(flag)?.unwrap_or(false) {
            return Ok(None);
        }
        let id = self.at(key)?.or_else(|| self.named(END_OF_TEXT));
        let id = id.ok_or_else(|| {
            let (flag, key) = (flag.to_owned(), key.to_owned());
            LecternError::bad_file("", BadFileReason::MissingEnd { flag, key })
        })?;
        Ok(Some((self.tokens[id].clone(), id as u32)))
    }

    fn wordpiece(&self) -> Result<Vec<u8>> {
        let mut ids = [None; 5];
        for (id, special) in ids.iter_mut().zip([UNKNOWN_WORD, CLASS, SEPARATOR, PADDING, MASKED]) {
            *id = self.special(special)?;
        }
        let spelled = |id: usize| match ids.contains(&Some(id)) {
            true => self.tokens[id].strip_prefix(WORD_START).unwrap_or(&self.tokens[id]).to_owned(),
            false => from_phantom(&self.tokens[id], self.token_types[id]),
        };
        let vocab = self.known().map(|(id, ..)| (spelled(id as usize), id.into()));
        let vocab: Map<String, Value> = vocab.collect();
        let mut added = self.added()?;
        for token in &mut added {
            token.is_normalized = !token.is_special;
            token.content = spelled(token.id as usize);
        }
        // A token that is missing keeps its usual text, for the error.
        let mut names =
            [UNKNOWN_WORD, CLASS, SEPARATOR, PADDING, MASKED].map(|(_, name, _)| name.to_owned());
        for (name, id) in names.iter_mut().zip(ids) {
            if let Some(id) = id {
                *name = spelled(id);
            }
        }
        let [unknown, class, separator, padding, mask] = names.each_ref().map(String::as_str);
        let flag =
            |key: &str, old: &str| Ok(self.metadata.flag(key)?.or(self.metadata.flag(old)?));
        let options = Options {
            do_lower_case: flag(LOWERCASE, OLD_LOWERCASE)?.unwrap_or(true),
            strip_accents: flag(STRIP_ACCENTS, OLD_STRIP_ACCENTS)?,
            tokenize_chinese_chars: true,
            special: Special { unknown, padding, class, separator, mask },
            added,
        };
        wordpiece::tokenizer_json("", vocab, &options)
    }

    /// The mask token's text, where the file gives its id.
    fn mask(&self) -> Result<Option<String>> {
        let name = |id: usize| self.tokens[id].trim_start_matches(WORD_START).to_owned();
        Ok(self.at(MASK)?.map(name))
    }
}

/// BERT's spelling of a token of llama.cpp. Newer files leave only control tokens unchanged, older ones all tokens in
/// brackets.
fn from_phantom(token: &str, token_type: i32) -> String {
    let in_brackets = token.starts_with('[') && token.ends_with(']') && token.len() > 2;
    if matches!(token_type, CONTROL | UNKNOWN) || in_brackets {
        return token.to_owned();
    }
    match token.strip_prefix(WORD_START) {
        Some(word) if !word.is_empty() => word.to_owned(),
        _ => format!("{CONTINUED}{token}"),
    }
}

/// llama.cpp's spelling of a token of BERT.
pub(super) fn to_phantom(token: &str) -> String {
    match token.strip_prefix(CONTINUED) {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => format!("{WORD_START}{token}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_subwords_are_converted_both_ways() {
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
