//! The tokenizer.json for the tokenizer of a GGUF file.
//!
//! llama.cpp knows GPT-2's byte-level BPE as `gpt2`, with tokens and merges spelled as in GPT-2's own files,
//! and BERT's WordPiece as `bert`: there a token that begins a word has `▁` before it, and one that goes on
//! with a word nothing, where BERT's own files have nothing and `##`.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{
    byte_level::{self, Added, Around, END_OF_TEXT},
    wordpiece::{self, Options, Special},
};
use crate::{
    checkpoint::{Metadata, Value as Said},
    error::{BadFileReason, LecternError, Result, UnsupportedReason, ValueKind},
};

pub(super) const MODEL: &str = "tokenizer.ggml.model";
pub(super) const PRE: &str = "tokenizer.ggml.pre";
pub(super) const TOKENS: &str = "tokenizer.ggml.tokens";
pub(super) const KINDS: &str = "tokenizer.ggml.token_type";
pub(super) const MERGES: &str = "tokenizer.ggml.merges";
pub(super) const PREFIX_SPACE: &str = "tokenizer.ggml.add_space_prefix";
/// Is a token put before every text, and after it? Of a WordPiece both always are.
pub(super) const ADD_BOS: &str = "tokenizer.ggml.add_bos_token";
pub(super) const ADD_EOS: &str = "tokenizer.ggml.add_eos_token";
/// Special tokens by their numbers.
pub(super) const BOS: &str = "tokenizer.ggml.bos_token_id";
pub(super) const EOS: &str = "tokenizer.ggml.eos_token_id";
pub(super) const UNK: &str = "tokenizer.ggml.unknown_token_id";
pub(super) const PAD: &str = "tokenizer.ggml.padding_token_id";
pub(super) const CLS: &str = "tokenizer.ggml.cls_token_id";
/// The key's own spelling.
pub(super) const SEP: &str = "tokenizer.ggml.seperator_token_id";
pub(super) const MASK: &str = "tokenizer.ggml.mask_token_id";
/// BERT's normalizer, since the summer of 2026; before that llama.cpp took lower case for granted, and Lectern had keys
/// of its own.
pub(super) const LOWERCASE: &str = "tokenizer.ggml.normalizer.lowercase";
pub(super) const STRIP_ACCENTS: &str = "tokenizer.ggml.normalizer.strip_accents";
const OLD_LOWERCASE: &str = "lectern.tokenizer.lowercase";
const OLD_STRIP_ACCENTS: &str = "lectern.tokenizer.strip_accents";
/// The numbers of added tokens that take the spaces beside them, or must stand alone: llama.cpp has no keys for this.
pub(super) const STRIPS_LEFT: &str = "lectern.tokenizer.lstrip";
pub(super) const STRIPS_RIGHT: &str = "lectern.tokenizer.rstrip";
pub(super) const SINGLE_WORD: &str = "lectern.tokenizer.single_word";

/// What llama.cpp calls the ways to cut a text into words that are GPT-2's. Files from before there were names have none,
/// or are called `default`.
pub(super) const GPT2_WORDS: [&str; 21] = [
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
/// What begins a word.
const WORD_START: char = '\u{2581}';
/// What goes on with one, in BERT's own files.
const CONTINUED: &str = "##";

/// Kinds of tokens, as llama.cpp counts them.
pub(super) const NORMAL: i32 = 1;
const UNKNOWN: i32 = 2;
pub(super) const CONTROL: i32 = 3;
pub(super) const USER_DEFINED: i32 = 4;
pub(super) const UNUSED: i32 = 5;

/// BERT's special tokens: a key, or two, the name by which a token is known where they say nothing, and, of those that
/// there must be, its number in BERT's own vocabulary, which llama.cpp takes where there is no such name.
type SpecialKeys = (&'static [&'static str], &'static str, Option<usize>);
const UNKNOWN_WORD: SpecialKeys = (&[UNK], "[UNK]", Some(100));
/// llama.cpp puts its "beginning of a sequence" where BERT has [CLS].
const CLASS: SpecialKeys = (&[BOS, CLS], "[CLS]", Some(101));
const SEPARATOR: SpecialKeys = (&[SEP], "[SEP]", Some(102));
const PADDING: SpecialKeys = (&[PAD], "[PAD]", None);
const MASKED: SpecialKeys = (&[MASK], "[MASK]", None);

/// From what a file says: the tokenizer.json, and the name of the mask, where the file says which token that is.
pub(in crate::text) fn from_gguf(metadata: &Metadata) -> Result<(Vec<u8>, Option<String>)> {
    let tokens = metadata.texts(TOKENS)?.ok_or_else(|| missing(TOKENS))?;
    let kinds = kinds(metadata, tokens.len())?;
    let vocabulary = Vocabulary { metadata, tokens, kinds };
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

/// The error for a key that is not there.
fn missing(key: &str) -> LecternError {
    LecternError::bad_file("", BadFileReason::MissingKey { key: key.to_owned() })
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
        LecternError::bad_file("", BadFileReason::BadTokenKinds { key: KINDS.to_owned() })
    })
}

/// What a file says of its tokens.
struct Vocabulary<'a> {
    metadata: &'a Metadata,
    tokens: &'a [String],
    kinds: Vec<i32>,
}

impl Vocabulary<'_> {
    /// Tokens that a text can have, with their numbers and kinds.
    fn known(&self) -> impl Iterator<Item = (u32, &str, i32)> {
        let known = (0u32..).zip(self.tokens).zip(&self.kinds);
        let known = known.filter(|(_, kind)| **kind != UNUSED);
        known.map(|((id, token), kind)| (id, token.as_str(), *kind))
    }

    /// The token that a key names; none where it names none that there is.
    fn at(&self, key: &str) -> Result<Option<usize>> {
        Ok(self.metadata.integer(key)?.filter(|id| *id < self.tokens.len()))
    }

    fn named(&self, name: &str) -> Option<usize> {
        self.tokens.iter().position(|token| token == name)
    }

    /// A special token of BERT's.
    fn special(&self, (keys, name, usual): SpecialKeys) -> Result<Option<usize>> {
        for key in keys {
            if let Some(id) = self.at(key)? {
                return Ok(Some(id));
            }
        }
        let usual = usual.filter(|id| *id < self.tokens.len());
        Ok(self.named(name).or_else(|| self.named(&format!("{WORD_START}{name}"))).or(usual))
    }

    /// Numbers of tokens.
    fn ids(&self, key: &str) -> Result<HashSet<u32>> {
        let ids = match self.metadata.get(key) {
            None => return Ok(HashSet::new()),
            Some(Said::Numbers(numbers)) => {
                numbers.integers().map(|id| id.and_then(|id| id.try_into().ok())).collect()
            }
            Some(_) => None,
        };
        ids.ok_or_else(|| {
            let (key, expected) = (key.to_owned(), ValueKind::Tokens);
            LecternError::bad_file("", BadFileReason::WrongValue { key, expected })
        })
    }

    /// Tokens that are found in a text before words are cut.
    fn added(&self) -> Result<Vec<Added>> {
        let [left, right, single] =
            [STRIPS_LEFT, STRIPS_RIGHT, SINGLE_WORD].map(|key| self.ids(key));
        let (left, right, single) = (left?, right?, single?);
        let is_added = |kind: &i32| matches!(*kind, CONTROL | UNKNOWN | USER_DEFINED);
        let added =
            self.known().filter(|(.., kind)| is_added(kind)).map(|(id, token, kind)| Added {
                id,
                content: token.to_owned(),
                is_special: kind != USER_DEFINED,
                is_normalized: true,
                strips_left: left.contains(&id),
                strips_right: right.contains(&id),
                is_single_word: single.contains(&id),
            });
        Ok(added.collect())
    }

    fn byte_level(&self) -> Result<Vec<u8>> {
        let words = self.metadata.text(PRE)?.unwrap_or(GPT2_WORDS[0]);
        if !GPT2_WORDS.contains(&words) {
            let found = words.to_owned();
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
            first: self.put_around(ADD_BOS, BOS)?,
            last: self.put_around(ADD_EOS, EOS)?,
        };
        byte_level::tokenizer_json("", &vocab, &merges, &self.added()?, &around)
    }

    /// The token that is put before or after every text, where the file says that one is.
    fn put_around(&self, flag: &str, key: &str) -> Result<Option<(String, u32)>> {
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
            false => from_phantom(&self.tokens[id], self.kinds[id]),
        };
        let vocab = self.known().map(|(id, ..)| (spelled(id as usize), id.into()));
        let vocab: Map<String, Value> = vocab.collect();
        let mut added = self.added()?;
        for token in &mut added {
            token.is_normalized = !token.is_special;
            token.content = spelled(token.id as usize);
        }
        // Where there is none, what it is called says what is missing.
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

    /// The name of the token that stands for a masked word, where the file says which it is.
    fn mask(&self) -> Result<Option<String>> {
        let name = |id: usize| self.tokens[id].trim_start_matches(WORD_START).to_owned();
        Ok(self.at(MASK)?.map(name))
    }
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

/// llama.cpp's name for a token of BERT's.
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
