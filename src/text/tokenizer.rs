//! The tokenizer of a model, by the `tokenizers` crate: GPT-2's byte-level BPE, BERT's WordPiece.

use std::{collections::HashMap, sync::LazyLock};

use super::tokenizer_file::{self, Kind};
use crate::{
    checkpoint::{Folder, Transfer},
    error::{LecternError, Result},
};

const TOKENIZER: &str = "tokenizer.json";
const VOCAB: &str = "vocab.json";
const MERGES: &str = "merges.txt";
const WORDS: &str = "vocab.txt";
const CONFIG: &str = "tokenizer_config.json";
/// The largest tokenizers in use have some twenty megabytes.
const LIMIT: u64 = 64 << 20;

/// GPT-2's way to write bytes as visible characters: those that Latin-1 shows stand for themselves,
/// the others, in their order, for the characters from U+0100 on.
static BYTE_OF: LazyLock<HashMap<char, u8>> = LazyLock::new(|| {
    let shown = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let hidden = (0..=u8::MAX).filter(|byte| !shown(byte)).zip('\u{100}'..);
    (0..=u8::MAX)
        .filter(shown)
        .map(|byte| (char::from(byte), byte))
        .chain(hidden.map(|(byte, character)| (character, byte)))
        .collect()
});

/// Cuts text into tokens, and says what each of them stands for.
#[derive(Debug)]
pub struct Tokenizer(pub(super) tokenizers::Tokenizer, Kind);

impl Tokenizer {
    /// From the bytes of a tokenizer.json.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        Self::from_file(TOKENIZER, json)
    }

    /// From GPT-2's own two files; `<|endoftext|>` is special where the vocabulary has it.
    pub fn from_vocab_and_merges(vocab: &[u8], merges: &[u8]) -> Result<Self> {
        Self::from_file(MERGES, &tokenizer_file::from_vocab_and_merges(vocab, merges)?)
    }

    /// From BERT's own vocab.txt, a token a line, and its tokenizer_config.json where there is one.
    pub fn from_vocab_txt(vocab: &[u8], config: Option<&[u8]>) -> Result<Self> {
        Self::from_file(WORDS, &tokenizer_file::from_vocab_txt(vocab, config)?)
    }

    /// A model's tokenizer.json, else its vocab.json and merges.txt, else its vocab.txt.
    pub async fn load(folder: &dyn Folder, transfer: &Transfer) -> Result<Self> {
        let json = folder.read(TOKENIZER, LIMIT, transfer).await;
        // What is no tokenizer.json may be a server's front page in the place of a missing file.
        if let Ok(None) | Err(LecternError::BadFile { .. }) = json {
            match read_pair(folder, transfer).await {
                Ok(Some((vocab, merges))) => return Self::from_vocab_and_merges(&vocab, &merges),
                Err(error) if json.is_ok() => return Err(error),
                _ => {}
            }
            match read_words(folder, transfer).await {
                Ok(Some((vocab, config))) => {
                    return Self::from_vocab_txt(&vocab, config.as_deref());
                }
                Err(error) if json.is_ok() => return Err(error),
                _ => {}
            }
        }
        match json? {
            Some(json) => Self::from_json(&json),
            None => Err(LecternError::NotFound { file: TOKENIZER.into() }),
        }
    }

    pub(super) fn from_file(file: &str, json: &[u8]) -> Result<Self> {
        let kind = tokenizer_file::check(file, json)?;
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(json)
            .map_err(|error| LecternError::bad_file(file, error))?;
        // Settings of the training run that some files still hold; generation wants the whole text.
        tokenizer
            .with_padding(None)
            .with_truncation(None)
            .map_err(|error| LecternError::bad_file(file, error))?;
        Ok(Self(tokenizer, kind))
    }

    /// A text's tokens. Special tokens written out in the text become themselves; none are added but
    /// those that the tokenizer's own template asks for (GPT-2's asks for none).
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        match self.0.encode_fast(text, true) {
            Ok(encoding) => Ok(encoding.get_ids().to_vec()),
            Err(error) => Err(LecternError::bad_file(TOKENIZER, error)),
        }
    }

    /// The text of these tokens, special ones written out; what is no UTF-8 becomes U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        if self.1 == Kind::WordPiece {
            return self.0.decode(ids, false).unwrap_or_default();
        }
        let bytes: Vec<u8> = ids.iter().flat_map(|&id| self.token_bytes(id)).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The text of one token; what is only a part of a character becomes U+FFFD, and a piece that goes on with
    /// a word keeps its `##`.
    pub fn token_text(&self, id: u32) -> String {
        match self.1 {
            Kind::ByteLevel => self.decode(&[id]),
            Kind::WordPiece => self.0.id_to_token(id).unwrap_or_default(),
        }
    }

    /// The bytes that a token of a byte-level tokenizer stands for; none for a number that is not in the vocabulary.
    pub fn token_bytes(&self, id: u32) -> Vec<u8> {
        let Some(token) = self.0.id_to_token(id) else { return Vec::new() };
        // An added token may hold characters that stand for no byte: then it is written as it is.
        let bytes: Option<Vec<u8>> = token.chars().map(|c| BYTE_OF.get(&c).copied()).collect();
        bytes.unwrap_or_else(|| token.into_bytes())
    }

    /// Number of tokens, special and added ones included.
    pub fn size(&self) -> usize {
        self.0.get_vocab_size(true)
    }

    /// The largest number of a token, those of its templates included.
    pub fn largest_id(&self) -> u32 {
        let in_template = self.encode_texts("a", Some("b"), usize::MAX);
        let in_template = in_template.map(|encoding| encoding.ids).unwrap_or_default();
        let known = self.0.get_vocab(true).into_values();
        known.chain(in_template).max().unwrap_or_default()
    }

    /// The number of a token, such as `<|endoftext|>`, by its name in the vocabulary.
    pub fn id_of(&self, token: &str) -> Option<u32> {
        self.0.token_to_id(token)
    }
}

async fn read_pair(folder: &dyn Folder, transfer: &Transfer) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let Some(vocab) = folder.read(VOCAB, LIMIT, transfer).await? else { return Ok(None) };
    match folder.read(MERGES, LIMIT, transfer).await? {
        Some(merges) => Ok(Some((vocab, merges))),
        None => Err(LecternError::NotFound { file: MERGES.into() }),
    }
}

async fn read_words(
    folder: &dyn Folder,
    transfer: &Transfer,
) -> Result<Option<(Vec<u8>, Option<Vec<u8>>)>> {
    let Some(vocab) = folder.read(WORDS, LIMIT, transfer).await? else { return Ok(None) };
    // A server's front page in the place of settings that a model does not have means none.
    let config = match folder.read(CONFIG, LIMIT, transfer).await {
        Err(LecternError::BadFile { .. }) => None,
        config => config?,
    };
    Ok(Some((vocab, config)))
}

#[cfg(test)]
mod tests;
