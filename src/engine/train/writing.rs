//! Texts that a decoder writes side by side, in slices.

use rand_chacha::ChaCha8Rng;

use crate::{
    engine::{loaded::Loaded, pause::pause},
    error::{BadRequestReason, LecternError, Result},
    learning::{Writer, Written},
    models::Gpt2,
    progress::CancelToken,
    protocol::TokenText,
    text::END_OF_TEXT,
};

/// Texts that are written side by side, at most.
const SIDE_BY_SIDE: usize = 32;

/// Writes so many tokens after each opening, or fewer where a text ends itself.
pub(super) async fn write(
    model: &Gpt2,
    openings: &[&[u32]],
    tokens: usize,
    end: Option<u32>,
    random: &mut ChaCha8Rng,
    cancel: &CancelToken,
) -> Result<Vec<Written>> {
    let mut texts = Vec::with_capacity(openings.len());
    for openings in openings.chunks(SIDE_BY_SIDE) {
        let mut writer = Writer::new(model, openings, tokens, end);
        while writer.step(model, random) {
            pause().await;
            cancel.check()?;
        }
        texts.extend(writer.finish());
    }
    Ok(texts)
}

/// The tokens of openings, each of which leaves room for so many tokens in the context.
pub(super) fn openings(loaded: &Loaded, texts: &[String], tokens: usize) -> Result<Vec<Vec<u32>>> {
    if texts.is_empty() {
        return Err(LecternError::bad_request(BadRequestReason::NoExamples));
    }
    let opening = |text: &String| {
        let ids = loaded.encode_prompt(text)?;
        if ids.is_empty() {
            return Err(LecternError::bad_request(BadRequestReason::EmptyText));
        }
        let (needed, limit) = (ids.len() + tokens, loaded.info.context);
        if needed > limit {
            return Err(LecternError::ContextFull { tokens: needed, limit });
        }
        Ok(ids)
    };
    texts.iter().map(opening).collect()
}

/// The token that ends a decoder's texts.
pub(super) fn end_of(loaded: &Loaded, model: &Gpt2) -> Option<u32> {
    let named = || loaded.tokenizer.id_of(END_OF_TEXT);
    model.config.eos_token_id.first().copied().or_else(named)
}

/// What was written: its tokens, and its text without the token that ends it.
pub(super) fn read_out(
    loaded: &Loaded,
    written: &Written,
    end: Option<u32>,
) -> (Vec<TokenText>, String) {
    let own = written.own();
    let text = loaded.tokenizer.decode(&own[..own.len() - usize::from(written.is_ended(end))]);
    (loaded.token_texts(own), text)
}
