//! Classifiers that were taught, and their answers.

use std::{collections::HashMap, rc::Rc};

use crate::{
    engine::{loaded::Loaded, pause::Pacing},
    error::Result,
    learning::{Head, WordBag, sentence_vectors, share_right},
    models::Bert,
    progress::CancelToken,
    protocol::{Event, Example},
};

/// Longest text of a training, in tokens: attention costs the square of it, and sentences are shorter.
pub(super) const LONGEST: usize = 128;
/// Tokens that are read without a break.
const PART_TOKENS: usize = 256;

/// A classifier: a way from a text to numbers, and a linear layer on these.
pub(in crate::engine) struct Classifier {
    pub(super) reader: Reader,
    pub(super) head: Head,
}

/// Ways from a text to numbers.
pub(super) enum Reader {
    /// Counts of words.
    Words(WordBag),
    /// The vectors of an encoder.
    Encoder(Rc<Loaded>),
    /// The vectors of an encoder with a vocabulary of its own.
    Small(Rc<SmallReader>),
}

/// An encoder that knows some of another one's tokens.
pub(super) struct SmallReader {
    pub(super) encoder: Bert,
    /// The one whose tokens they are.
    pub(super) tokens_of: Rc<Loaded>,
    /// Its own ids by the other one's.
    pub(super) ids: HashMap<u32, u32>,
}

impl SmallReader {
    /// Its ids of a text; tokens that it does not know are one.
    pub(super) fn ids(&self, text: &str) -> Result<Vec<u32>> {
        let ids = token_ids(&self.tokens_of, text)?;
        Ok(ids.into_iter().map(|id| self.ids.get(&id).copied().unwrap_or_default()).collect())
    }
}

/// An encoder's ids of a text.
pub(super) fn token_ids(loaded: &Loaded, text: &str) -> Result<Vec<u32>> {
    Ok(loaded.encode(text, None, loaded.info.context.min(LONGEST))?.ids)
}

/// The vectors of texts by an encoder, with breaks: `[texts, hidden]`.
pub(super) async fn vectors(
    encoder: &Bert,
    texts: &[Vec<u32>],
    cancel: &CancelToken,
) -> Result<Vec<f32>> {
    let mut pacing = Pacing::new(cancel);
    let mut found = Vec::with_capacity(texts.len() * encoder.config.hidden_size);
    let mut rest = texts;
    while !rest.is_empty() {
        pacing.between().await?;
        let mut tokens = 0;
        let fits = |ids: &&Vec<u32>| {
            tokens += ids.len();
            tokens <= PART_TOKENS
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let (part, later) = rest.split_at(count);
        let part: Vec<&[u32]> = part.iter().map(|ids| &ids[..]).collect();
        found.extend(sentence_vectors(encoder, &part));
        rest = later;
    }
    Ok(found)
}

impl Classifier {
    /// The probabilities of the classes for texts.
    pub(in crate::engine) async fn classify(
        &self,
        texts: &[String],
        cancel: &CancelToken,
    ) -> Result<Event> {
        let rows = self.rows(texts.iter().map(String::as_str), cancel).await?;
        let shares = rows.iter().flat_map(|row| self.head.probabilities(row));
        Ok(Event::Classified { probabilities: shares.map(|share| share as f32).collect() })
    }

    /// The share of labelled texts that it classifies rightly; `None` without texts.
    pub(super) async fn accuracy(
        &self,
        texts: &[Example],
        cancel: &CancelToken,
    ) -> Result<Option<f64>> {
        if texts.is_empty() {
            return Ok(None);
        }
        let rows = self.rows(texts.iter().map(|it| it.text.as_str()), cancel).await?;
        let logits = rows.iter().map(|row| self.head.logits(row));
        Ok(Some(share_right(logits, texts.iter().map(|it| &it.label))))
    }

    /// The numbers that stand for each text.
    async fn rows(
        &self,
        texts: impl Iterator<Item = &str>,
        cancel: &CancelToken,
    ) -> Result<Vec<Vec<f32>>> {
        let (encoder, ids) = match &self.reader {
            Reader::Words(bag) => return Ok(texts.map(|text| bag.vector(text)).collect()),
            Reader::Encoder(loaded) => {
                let ids = texts.map(|text| token_ids(loaded, text)).collect::<Result<Vec<_>>>()?;
                (&loaded.encoder()?.model, ids)
            }
            Reader::Small(reader) => {
                let ids = texts.map(|text| reader.ids(text)).collect::<Result<Vec<_>>>()?;
                (&reader.encoder, ids)
            }
        };
        let found = vectors(encoder, &ids, cancel).await?;
        Ok(found.chunks_exact(encoder.config.hidden_size).map(<[f32]>::to_vec).collect())
    }
}
