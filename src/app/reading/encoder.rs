//! A sentence read by an encoder, which sees both sides of every gap.

use std::sync::Arc;

use leptos::prelude::*;

use super::REST;
use super::attention::{Head, Reader};
use super::sentence::Sentence;
use crate::app::model::{Model, when_rested};
use crate::view_model::Pieces;
use crate::worker::protocol::{Ability, Candidate, Event, Filling, Request, TokenText};

/// How many candidates are asked for: enough to find the word that was hidden, as a rule.
pub const CANDIDATES: usize = 200;

/// What the model would put into a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Which piece of the sentence it was.
    pub piece: usize,
    /// The word that was hidden.
    pub original: Option<String>,
    /// Most probable first.
    pub candidates: Vec<Candidate>,
    /// Where it stands among the tokens.
    pub position: usize,
}

/// What came of a reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub gaps: Vec<Gap>,
    /// How many tokens were read.
    pub tokens: usize,
    /// How many more there were.
    pub cut: usize,
    /// From question to answer.
    pub seconds: f64,
}

/// The encoder's side of a sentence.
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
        Effect::new(move |_| {
            handle.track();
            encoder.forget();
        });
        when_rested(
            REST,
            move || {
                let pieces = sentence.pieces();
                let mask = info.with(|info| info.as_ref().map(|info| info.mask_token.clone()))?;
                let mask = mask.filter(|_| model.can(Ability::FillMask));
                let can_read = mask.is_some() || model.can(Ability::Embed);
                can_read.then(|| (pieces, mask, handle.get()))
            },
            move |(pieces, mask, _)| encoder.ask(pieces, mask),
        );
        encoder
    }

    fn forget(self) {
        self.reader.forget();
        self.reading.set(None);
    }

    fn ask(self, pieces: Pieces, mask: Option<String>) {
        self.reader.begin();
        let places: Vec<usize> =
            pieces.iter().enumerate().filter(|(_, it)| it.is_gap()).map(|(at, _)| at).collect();
        if pieces.text().trim().is_empty() {
            return self.forget();
        }
        let started = js_sys::Date::now();
        let text = mask.as_ref().map_or_else(|| pieces.text(), |mask| pieces.masked(mask));
        let has_gaps = mask.is_some() && !places.is_empty();
        let request = move |model| match has_gaps {
            true => Request::FillMask { model, text, top_k: CANDIDATES },
            // Nothing is to be filled; read it all the same, for the attention.
            false => Request::Inspect {
                model,
                text,
                pair: None,
                attentions: false,
                hidden_states: false,
                logits: false,
            },
        };
        self.reader.question.ask(request, move |event| {
            let seconds = (js_sys::Date::now() - started) / 1e3;
            let gap = |(filling, piece): (Filling, &usize)| Gap {
                piece: *piece,
                original: pieces[*piece].original().map(str::to_owned),
                candidates: filling.candidates,
                position: filling.position,
            };
            match event {
                Event::Filled { tokens, fillings, cut } => {
                    let gaps = fillings.into_iter().zip(&places).map(gap).collect();
                    self.finish(&tokens, gaps, cut, seconds);
                }
                Event::Inspected { tokens, cut, .. } => {
                    self.finish(&tokens, Vec::new(), cut, seconds);
                }
                _ => (),
            }
        });
    }

    fn finish(self, tokens: &[TokenText], gaps: Vec<Gap>, cut: usize, seconds: f64) {
        let tokens = tokens.len();
        self.reading.set(Some(Arc::new(Reading { gaps, tokens, cut, seconds })));
        self.reader.finish(tokens);
    }
}
