//! Tokenizers read from GGUF files and written to them.

use super::{Tokenizer, tokenizer_file};
use crate::{
    checkpoint::Metadata,
    error::{BadRequestReason, LecternError, Result},
    tokenization::AddedToken,
};

/// Texts to compare tokenizers by: case, accents, spaces, scripts, digits, words next to punctuation.
const PROBES: [&str; 8] = [
    "The quick brown fox, aged 12, isn't THERE.",
    "  two  spaces\tand\n\nlines ",
    "Ünïcödé naïve café",
    "Ёлка Король, не было ещё!",
    "\u{4e16}\u{754c} 日本 한국",
    "🙂 e\u{301} ﬁ ™",
    "x=f(y)[0]; don't \"quote\" $5.00",
    "<|endoftext|> [MASK] [CLS] ##ing ▁word",
];

impl Tokenizer {
    /// A tokenizer from a GGUF file's metadata. Errors name no file ([`LecternError::in_file`]).
    ///
    /// # Errors
    /// [`LecternError::BadFile`], or [`LecternError::UnsupportedModel`] for an unsupported type of tokenizer.
    pub fn from_gguf(metadata: &Metadata) -> Result<Self> {
        let (json, mask) = tokenizer_file::from_gguf(metadata)?;
        let mut tokenizer = Self::from_file("", &json)?;
        tokenizer.mask = mask;
        Ok(tokenizer)
    }

    /// Texts that contain each of the added tokens below `size`, beside spaces and letters.
    fn probes_of_added(&self, size: usize) -> Vec<String> {
        let mut added = self.library.added_tokens();
        added.retain(|(id, _)| (*id as usize) < size);
        added.sort_unstable_by_key(|(id, _)| *id);
        let text = |(_, token): &(u32, AddedToken)| {
            let name = &token.content;
            format!("a {name} b{name}c  {name}\n{name}")
        };
        added.iter().map(text).collect()
    }

    /// Writes this tokenizer as GGUF metadata, for a model of `size` tokens with the end-of-text token `end`.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] for behaviour that GGUF's metadata cannot describe.
    pub fn to_gguf(&self, size: usize, end: Option<u32>, metadata: &mut Metadata) -> Result<()> {
        let json = self
            .library
            .to_json()
            .map_err(|error| LecternError::bad_file("tokenizer.json", error))?;
        let json = serde_json::from_str(&json)
            .map_err(|error| LecternError::bad_file("tokenizer.json", error))?;
        tokenizer_file::to_gguf(&json, size, end, metadata)?;
        // The metadata are complete if the tokenizer read from them encodes every text alike.
        let read = Self::from_gguf(metadata)?;
        let probes = PROBES.map(str::to_owned).into_iter().chain(self.probes_of_added(size));
        let differs = |probe: &String| {
            let ids = |tokenizer: &Self| tokenizer.encode_texts(probe, None, usize::MAX);
            ids(self).ok().map(|it| (it.ids, it.types))
                != ids(&read).ok().map(|it| (it.ids, it.types))
        };
        match probes.into_iter().find(differs) {
            None => Ok(()),
            Some(probe) => Err(LecternError::bad_request(BadRequestReason::TokenizerNotInGguf {
                text: (*probe).to_owned(),
            })),
        }
    }
}

#[cfg(test)]
mod tests;
