//! Tokenizers out of GGUF files, and into them.

use super::{Tokenizer, tokenizer_file};
use crate::{
    checkpoint::Metadata,
    error::{LecternError, Result},
};

/// Texts that show what a tokenizer does: cases, accents, spaces, scripts, numbers, what stands alone.
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
    /// From what a GGUF file says.
    pub fn from_gguf(metadata: &Metadata) -> Result<Self> {
        Self::from_file("the GGUF file's tokenizer", &tokenizer_file::from_gguf(metadata)?)
    }

    /// Say it in a GGUF file, for a model of `size` tokens, of which `end` ends a text.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] where it does what GGUF has no words for.
    pub fn to_gguf(&self, size: usize, end: Option<u32>, metadata: &mut Metadata) -> Result<()> {
        let json = self
            .library
            .to_string(false)
            .map_err(|error| LecternError::bad_file("tokenizer.json", error))?;
        let json = serde_json::from_str(&json)
            .map_err(|error| LecternError::bad_file("tokenizer.json", error))?;
        tokenizer_file::to_gguf(&json, size, end, metadata)?;
        // Whether nothing was lost is seen by what comes back.
        let back = Self::from_gguf(metadata)?;
        let differs = |probe: &&str| {
            let ids = |tokenizer: &Self| tokenizer.encode_texts(probe, None, usize::MAX);
            ids(self).ok().map(|it| (it.ids, it.types))
                != ids(&back).ok().map(|it| (it.ids, it.types))
        };
        match PROBES.iter().find(|probe| differs(probe)) {
            None => Ok(()),
            Some(probe) => Err(LecternError::bad_request(format!(
                "its tokenizer cannot be said in a GGUF file: {probe:?} would become other tokens"
            ))),
        }
    }
}
