//! A model's tokenizer: GPT-2's byte-level BPE, BERT's WordPiece, ELMo's words.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    settings::Settings,
    tokenizer_file::{self, Kind},
};
use crate::{
    checkpoint::Folder,
    error::{LecternError, Result, UnsupportedReason},
    progress::Transfer,
    tokenization::{EncodedPrompt, Library},
};

const TOKENIZER: &str = "tokenizer.json";
const VOCAB: &str = "vocab.json";
const MERGES: &str = "merges.txt";
const WORDS: &str = "vocab.txt";
/// The largest tokenizer files in use have about twenty megabytes.
const LIMIT: u64 = 64 << 20;

/// GPT-2's encoding of bytes as visible characters: bytes that are visible in Latin-1 stand for themselves,
/// the others are mapped, in their order, to the characters from U+0100 on.
static BYTE_OF: LazyLock<HashMap<char, u8>> = LazyLock::new(|| {
    let shown = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let hidden = (0..=u8::MAX).filter(|byte| !shown(byte)).zip('\u{100}'..);
    (0..=u8::MAX)
        .filter(shown)
        .map(|byte| (char::from(byte), byte))
        .chain(hidden.map(|(byte, character)| (character, byte)))
        .collect()
});

/// A tokenizer: encodes text as token ids and decodes them.
#[derive(Debug)]
pub struct Tokenizer {
    pub(super) library: Library,
    kind: Kind,
    /// The mask token's text, where the model's files give it.
    pub(super) mask: Option<String>,
}

impl Tokenizer {
    /// A tokenizer from a tokenizer.json.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        Self::from_file(TOKENIZER, json)
    }

    /// Its tokenizer.json.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if it has parts without a form in JSON.
    pub fn to_json(&self) -> Result<String> {
        let json = self.library.to_json();
        json.map_err(|error| LecternError::bad_file(TOKENIZER, error))
    }

    /// A tokenizer from vocab.json and merges.txt, GPT-2's own files; `<|endoftext|>` is special where the vocabulary
    /// has it.
    pub fn from_vocab_and_merges(vocab: &[u8], merges: &[u8]) -> Result<Self> {
        Self::from_file(MERGES, &tokenizer_file::from_vocab_and_merges(vocab, merges)?)
    }

    /// A tokenizer from vocab.txt, BERT's own file with a token a line, and its tokenizer_config.json if present.
    pub fn from_vocab_txt(vocab: &[u8], config: Option<&[u8]>) -> Result<Self> {
        let settings = config.map(Settings::of_config).transpose()?.unwrap_or_default();
        let json = tokenizer_file::from_vocab_txt(vocab, &settings)?;
        Ok(Self::from_file(WORDS, &json)?.with_settings(&settings))
    }

    /// Loads a model's tokenizer.json, or else its vocab.json and merges.txt, or else its vocab.txt, and applies the
    /// settings of the files beside them.
    pub async fn load(folder: &dyn Folder, transfer: &Transfer) -> Result<Self> {
        let settings = Settings::read(folder, transfer).await?;
        let json = folder.read(TOKENIZER, LIMIT, transfer).await;
        // A bad tokenizer.json may be a server's front page instead of a missing file.
        if let Ok(None) | Err(LecternError::BadFile { .. }) = json {
            match read_pair(folder, transfer).await {
                Ok(Some((vocab, merges))) => {
                    check_class(&settings, &BYTE_LEVEL_CLASSES)?;
                    let json = tokenizer_file::from_vocab_and_merges(&vocab, &merges)?;
                    let json = settings.override_json(&json)?.unwrap_or(json);
                    return Self::from_file(MERGES, &json)?
                        .with_settings(&settings)
                        .with_template(&settings);
                }
                Err(error) if json.is_ok() => return Err(error),
                _ => {}
            }
            match folder.read(WORDS, LIMIT, transfer).await {
                Ok(Some(vocab)) => {
                    check_class(&settings, &WORDPIECE_CLASSES)?;
                    let json = tokenizer_file::from_vocab_txt(&vocab, &settings)?;
                    return Ok(Self::from_file(WORDS, &json)?.with_settings(&settings));
                }
                Err(error) if json.is_ok() => return Err(error),
                _ => {}
            }
        }
        match json? {
            Some(json) => {
                let json = settings.override_json(&json)?.unwrap_or(json);
                Ok(Self::from_json(&json)?.with_settings(&settings))
            }
            None => Err(LecternError::NotFound { file: TOKENIZER.into() }),
        }
    }

    pub(super) fn from_file(file: &str, json: &[u8]) -> Result<Self> {
        let kind = tokenizer_file::check(file, json)?;
        let library =
            Library::from_json(json).map_err(|error| LecternError::bad_file(file, error))?;
        Ok(Self { library, kind, mask: None })
    }

    /// Adds the tokens that only the settings define.
    fn with_settings(mut self, settings: &Settings) -> Self {
        settings.add_tokens(&mut self.library);
        self.mask = settings.name_of("mask_token").map(str::to_owned);
        self
    }

    /// Adds the special tokens that the settings put before and after every text. A tokenizer.json has its own
    /// template and ignores these settings.
    fn with_template(mut self, settings: &Settings) -> Result<Self> {
        let end = |flag: &str, role: &str| {
            let name = settings.flag(flag)?.then(|| settings.name_of(role))??;
            Some((name.to_owned(), self.library.id_of(name)?))
        };
        let (before, after) =
            (end("add_bos_token", "bos_token"), end("add_eos_token", "eos_token"));
        if before.is_none() && after.is_none() {
            return Ok(self);
        }
        let template = tokenizer_file::template(before.as_ref(), after.as_ref());
        self.library
            .set_template(&template)
            .map_err(|error| LecternError::bad_file(MERGES, error))?;
        Ok(self)
    }

    /// Encodes a prompt. Special tokens in the text are recognized. Of the special tokens that the tokenizer's
    /// template adds, those before the text are kept and those after it are dropped, because a prompt is not finished.
    /// A WordPiece adds none, since its `[CLS]` and `[SEP]` are for encoders (the Chinese GPT-2s were trained without).
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let adds_special = self.kind == Kind::ByteLevel;
        let encoded = self.library.encode(text, adds_special);
        let EncodedPrompt { mut ids, closing } =
            encoded.map_err(|error| LecternError::bad_file(TOKENIZER, error))?;
        if closing < ids.len() {
            ids.truncate(ids.len() - closing);
        }
        Ok(ids)
    }

    /// Decodes tokens, special ones included; bytes that are not UTF-8 become U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids.iter().flat_map(|&id| self.token_bytes(id)).collect();
        let text = String::from_utf8_lossy(&bytes);
        match self.kind {
            Kind::ByteLevel => text.into_owned(),
            Kind::WordPiece | Kind::WordLevel => text.strip_prefix(' ').unwrap_or(&text).to_owned(),
        }
    }

    /// The text of one token; incomplete characters become U+FFFD, and a WordPiece subword keeps its `##`.
    pub fn token_text(&self, id: u32) -> String {
        match self.kind {
            Kind::ByteLevel => self.decode(&[id]),
            Kind::WordPiece | Kind::WordLevel => self.library.token(id).unwrap_or_default(),
        }
    }

    /// The bytes that a token adds to a text; empty for an id that is not in the vocabulary. For words and their pieces: a space
    /// and the word, or a subword that continues the word before.
    pub fn token_bytes(&self, id: u32) -> Vec<u8> {
        let Some(token) = self.library.token(id) else { return Vec::new() };
        if self.kind != Kind::ByteLevel {
            return match token.strip_prefix("##") {
                Some(rest) if !rest.is_empty() => rest.into(),
                _ => format!(" {token}").into_bytes(),
            };
        }
        // An added token may contain characters that encode no byte: its text is then used as it is.
        let bytes: Option<Vec<u8>> = token.chars().map(|c| BYTE_OF.get(&c).copied()).collect();
        bytes.unwrap_or_else(|| token.into_bytes())
    }

    /// The token that stands for words that are none of its own, of a tokenizer of whole words.
    pub fn unknown(&self) -> Option<u32> {
        self.id_of(&self.library.unknown()?)
    }

    /// Number of tokens, special and added ones included.
    pub fn size(&self) -> usize {
        self.library.size()
    }

    /// The largest token id of the vocabulary, added tokens excluded.
    pub fn largest_own_id(&self) -> u32 {
        self.library.largest_own_id()
    }

    /// The id of a token, such as `<|endoftext|>`, by its text in the vocabulary.
    pub fn id_of(&self, token: &str) -> Option<u32> {
        self.library.id_of(token)
    }
}

/// The classes of transformers that read vocab.json and merges.txt and tokenize as GPT-2's does.
const BYTE_LEVEL_CLASSES: [&str; 4] =
    ["GPT2Tokenizer", "CodeGenTokenizer", "PreTrainedTokenizer", "TokenizersBackend"];
/// The classes of transformers that read vocab.txt and tokenize as BERT's does.
const WORDPIECE_CLASSES: [&str; 11] = [
    "BertTokenizer",
    "DistilBertTokenizer",
    "ElectraTokenizer",
    "MobileBertTokenizer",
    "ConvBertTokenizer",
    "SqueezeBertTokenizer",
    "RetriBertTokenizer",
    "FunnelTokenizer",
    "LayoutLMTokenizer",
    "PreTrainedTokenizer",
    "TokenizersBackend",
];

/// Refuses the files of another class, which would tokenize differently: without a tokenizer.json only the class tells.
fn check_class(settings: &Settings, known: &[&str]) -> Result<()> {
    let class = settings.class().filter(|class| !known.contains(class));
    let words = settings.word_tokenizer().filter(|words| *words != "basic");
    match (class, words) {
        (None, None) => Ok(()),
        (class, words) => {
            let found = class.or(words).unwrap_or_default().to_owned();
            Err(LecternError::unsupported(UnsupportedReason::WordTokenizer { found }))
        }
    }
}

async fn read_pair(folder: &dyn Folder, transfer: &Transfer) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let Some(vocab) = folder.read(VOCAB, LIMIT, transfer).await? else { return Ok(None) };
    match folder.read(MERGES, LIMIT, transfer).await? {
        Some(merges) => Ok(Some((vocab, merges))),
        None => Err(LecternError::NotFound { file: MERGES.into() }),
    }
}

#[cfg(test)]
mod tests;
