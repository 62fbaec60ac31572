//! Perplexity of a text under a decoder: `exp(−1/N · Σ ln p(token | tokens before))`.
//!
//! The text is longer than the model's context, so windows of the context's length slide over it by half of
//! that. In the first one all tokens but the first are scored, in each further one those of its second half,
//! which have at least half a context before them.

use super::{
    distribution::LogSoftmax,
    loaded::{Decoder, Loaded},
    pause::pause,
};
use crate::{
    error::{BadRequestReason, LecternError, Result},
    generation::read,
    models::{Cache, Gpt2OutputOptions},
    progress::CancelToken,
    protocol::{Comparison, Event},
};

/// Tokens that run at once: few enough that a cancellation is noticed soon, and that the logits fit.
const CHUNK: usize = 64;
/// Tokens whose divergence is reported one by one.
const REPORTED: usize = 256;

/// Sums over the scored tokens.
#[derive(Debug, Clone, Default)]
struct Score {
    tokens: usize,
    /// Σ −ln p.
    surprise: f64,
    reference_surprise: f64,
    divergence: f64,
    largest_divergence: f64,
    /// Those of the first tokens.
    divergences: Vec<f64>,
    agreed: usize,
}

impl Score {
    fn perplexity(&self) -> f64 {
        (self.surprise / self.tokens.max(1) as f64).exp()
    }

    fn comparison(self) -> Comparison {
        let tokens = self.tokens.max(1) as f64;
        Comparison {
            mean_divergence: self.divergence / tokens,
            largest_divergence: self.largest_divergence,
            agreement: self.agreed as f64 / tokens,
            reference_perplexity: (self.reference_surprise / tokens).exp(),
            divergences: self.divergences,
        }
    }

    fn add(&mut self, logits: &[f32], reference: Option<&[f32]>, token: u32) {
        let own = LogSoftmax::of(logits);
        self.tokens += 1;
        self.surprise -= own.at(token as usize);
        let Some(reference) = reference else { return };
        let other = LogSoftmax::of(reference);
        self.reference_surprise -= other.at(token as usize);
        let divergence = other.divergence(&own);
        self.divergence += divergence;
        self.largest_divergence = self.largest_divergence.max(divergence);
        if self.divergences.len() < REPORTED {
            self.divergences.push(divergence);
        }
        self.agreed += usize::from(own.best() == other.best());
    }
}

/// Scores a text; after a cancellation the tokens scored so far count.
pub(super) async fn perplexity(
    loaded: &Loaded,
    reference: Option<&Loaded>,
    text: &str,
    cancel: &CancelToken,
    emit: &dyn Fn(Event),
) -> Result<Event> {
    let decoder = loaded.decoder()?;
    let reference = reference.map(Loaded::decoder).transpose()?;
    let ids = loaded.encode_prompt(text)?;
    if ids.len() < 2 {
        return Err(LecternError::bad_request(BadRequestReason::TextTooShort));
    }
    let same = reference.is_none_or(|it| it.model.config.vocab_size == loaded.info.vocabulary);
    if !same {
        return Err(LecternError::bad_request(BadRequestReason::DifferentVocabularies));
    }
    let context = reference.map_or(usize::MAX, |it| it.model.config.n_positions);
    let context = context.min(loaded.info.context).max(2);
    let stride = context / 2;
    let mut score = Score::default();
    let total = ids.len() - 1;
    let mut start = 0;
    let mut is_complete = true;
    'windows: loop {
        let window = &ids[start..ids.len().min(start + context)];
        // The first of them predicts the token after it.
        let first = if start == 0 { 0 } else { context - stride - 1 };
        let mut own = WindowRun::new(decoder, window.len());
        let mut other = reference.map(|reference| WindowRun::new(reference, window.len()));
        for begin in (0..window.len() - 1).step_by(CHUNK) {
            pause().await;
            if cancel.is_cancelled() {
                is_complete = false;
                break 'windows;
            }
            let chunk = begin..(begin + CHUNK).min(window.len() - 1);
            let logits = own.logits(&window[chunk.clone()]).await?;
            let others = match &mut other {
                Some(other) => Some(other.logits(&window[chunk.clone()]).await?),
                None => None,
            };
            let width = loaded.info.vocabulary;
            for position in chunk.clone().filter(|&position| position >= first) {
                let row = (position - begin) * width..(position - begin + 1) * width;
                let others = others.as_ref().map(|others| &others[row.clone()]);
                score.add(&logits[row.clone()], others, window[position + 1]);
            }
            emit(Event::TokensScored { done: score.tokens, total, perplexity: score.perplexity() });
        }
        if start + context >= ids.len() {
            break;
        }
        start += stride;
    }
    let (tokens, perplexity) = (score.tokens, score.perplexity());
    let comparison = reference.map(|_| score.comparison());
    Ok(Event::Perplexity { tokens, is_complete, perplexity, comparison })
}

/// A window of the text in a model.
struct WindowRun<'a> {
    decoder: &'a Decoder,
    cache: Cache,
}

impl<'a> WindowRun<'a> {
    fn new(decoder: &'a Decoder, length: usize) -> Self {
        let model = &decoder.model;
        Self { decoder, cache: Cache::new(&model.config, length, &model.device()) }
    }

    /// The next tokens' logits, `[tokens, vocabulary]`.
    async fn logits(&mut self, ids: &[u32]) -> Result<Vec<f32>> {
        let options = Gpt2OutputOptions { all_logits: true, ..Gpt2OutputOptions::default() };
        read(self.decoder.model.forward(ids, &mut self.cache, options).logits).await
    }
}
