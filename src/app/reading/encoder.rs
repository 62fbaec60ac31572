//! A sentence read by an encoder, which attends to both sides of every gap.

use std::sync::Arc;

use leptos::prelude::*;

use super::REST;
use super::attention::{Head, Reader};
use super::sentence::Sentence;
use crate::app::model::{Model, when_exchanged, when_rested};
use crate::view_model::Segments;
use crate::worker::protocol::{Ability, Candidate, Event, Filling, Request, TokenText};

/// Number of candidates requested: usually enough to include the hidden word.
pub const CANDIDATES: usize = 200;

/// The model's prediction for a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Index of the sentence's segment.
    pub segment: usize,
    /// The word that was hidden.
    pub original: Option<String>,
    /// Candidates, most probable first.
    pub candidates: Vec<Candidate>,
    /// Position among the tokens.
    pub position: usize,
}

/// The result of a reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub gaps: Vec<Gap>,
    /// Number of tokens that were read.
    pub tokens: usize,
    /// Number of tokens that were cut off.
    pub cut: usize,
    /// Time from request to answer; `None` for a recording.
    pub seconds: Option<f64>,
}

/// The encoder's reading of a sentence.
#[derive(Clone, Copy)]
pub struct Encoder {
    pub reader: Reader,
    pub reading: RwSignal<Option<Arc<Reading>>>,
}

impl Encoder {
    /// Reads the sentence whenever it, or the model, has changed.
    pub fn new(model: Model, sentence: Sentence, head: Head) -> Self {
        let encoder =
            Self { reader: Reader::new(model, head, false), reading: RwSignal::new(None) };
        let info = model.info();
        let handle = encoder.reader.handle;
        when_exchanged(model, move |is_same| {
            if encoder.reader.exchange(is_same) {
                encoder.reading.set(None);
            }
        });
        when_rested(
            REST,
            move || {
                let segments = sentence.segments();
                let mask = info.with(|info| info.as_ref().map(|info| info.mask_token.clone()))?;
                let mask = mask.filter(|_| model.can(Ability::FillMask));
                let can_read = mask.is_some() || model.can(Ability::Embed);
                can_read.then(|| (segments, mask, handle.get()))
            },
            move |(segments, mask, _)| encoder.ask(segments, mask),
        );
        encoder
    }

    fn forget(self) {
        self.reader.forget();
        self.reading.set(None);
    }

    fn ask(self, segments: Segments, mask: Option<String>) {
        self.reader.begin();
        let gap_indices: Vec<usize> =
            segments.iter().enumerate().filter(|(_, it)| it.is_gap()).map(|(at, _)| at).collect();
        if segments.text().trim().is_empty() {
            return self.forget();
        }
        let text = mask.as_ref().map_or_else(|| segments.text(), |mask| segments.masked(mask));
        let has_gaps = mask.is_some() && !gap_indices.is_empty();
        let request = move |model| match has_gaps {
            true => Request::FillMask { model, text, top_k: CANDIDATES },
            // Without gaps, the text is read for its attention only.
            false => Request::Inspect {
                model,
                text,
                pair: None,
                attentions: false,
                hidden_states: false,
                logits: false,
            },
        };
        let is_asked = self.reader.question.ask(request, move |event| {
            let gap = |(filling, segment): (Filling, &usize)| Gap {
                segment: *segment,
                original: segments[*segment].original().map(str::to_owned),
                candidates: filling.candidates,
                position: filling.position,
            };
            match event {
                Event::Filled { tokens, fillings, cut } => {
                    let gaps = fillings.into_iter().zip(&gap_indices).map(gap).collect();
                    self.finish(&tokens, gaps, cut);
                }
                Event::Inspected { tokens, cut, .. } => {
                    self.finish(&tokens, Vec::new(), cut);
                }
                _ => (),
            }
        });
        if !is_asked {
            self.forget();
        }
    }

    fn finish(self, tokens: &[TokenText], gaps: Vec<Gap>, cut: usize) {
        let (tokens, seconds) = (tokens.len(), self.reader.question.seconds());
        self.reading.set(Some(Arc::new(Reading { gaps, tokens, cut, seconds })));
        self.reader.finish(tokens);
    }
}
