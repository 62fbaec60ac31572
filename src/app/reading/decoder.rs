//! A sentence read by a decoder, which attends only to preceding tokens.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use leptos::prelude::*;

use super::REST;
use super::attention::{Head, Reader};
use super::sentence::Sentence;
use crate::app::model::{Model, when_exchanged, when_rested};
use crate::worker::protocol::{Ability, Candidate, Event, GenerateOptions, Request};

/// Number of candidates requested for the next token.
const CANDIDATES: usize = 50;

/// Prediction of the next token.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// The text that was read.
    pub before: String,
    /// The word at that position, where one is hidden.
    pub original: Option<String>,
    /// Candidates, most probable first.
    pub candidates: Vec<Candidate>,
}

/// The decoder's reading of a sentence.
#[derive(Clone, Copy)]
pub struct Decoder {
    pub reader: Reader,
    pub next: RwSignal<Option<Arc<Next>>>,
}

/// The decoder's input: the text before the first gap, and the whole text with gaps filled by the original words.
#[derive(Debug, Clone, PartialEq)]
struct Input {
    before: String,
    original: Option<String>,
    all: String,
}

impl Decoder {
    /// Reads the sentence whenever it, or the model, has changed.
    pub fn new(model: Model, sentence: Sentence, head: Head) -> Self {
        let decoder = Self { reader: Reader::new(model, head, true), next: RwSignal::new(None) };
        let handle = decoder.reader.handle;
        when_exchanged(model, move |is_same| {
            if decoder.reader.exchange(is_same) {
                decoder.next.set(None);
            }
        });
        // A second hidden word makes no difference to a decoder.
        let input = Memo::new(move |_| {
            let segments = sentence.segments();
            let gap = segments.iter().find(|segment| segment.is_gap());
            let original = gap.and_then(|gap| gap.original()).map(str::to_owned);
            Input { before: segments.before_gap(), original, all: segments.text() }
        });
        when_rested(
            REST,
            move || {
                let handle = handle.get()?;
                model.can(Ability::Generate).then(|| (input.get(), handle))
            },
            move |(input, _)| decoder.ask(input),
        );
        decoder
    }

    fn forget(self) {
        self.reader.forget();
        self.next.set(None);
    }

    fn ask(self, input: Input) {
        self.reader.begin();
        if input.all.trim().is_empty() {
            return self.forget();
        }
        let prompt = input.before.clone();
        self.run(prompt, move |candidates, tokens| {
            let Input { before, original, all } = input.clone();
            let is_all = before == all.trim_end();
            self.next.set(Some(Arc::new(Next { before, original, candidates })));
            if is_all {
                self.reader.finish(tokens);
            } else {
                // The attention shown is that of the last session: the one with the whole sentence.
                self.run(all.trim_end().into(), move |_, tokens| self.reader.finish(tokens));
            }
        });
    }

    /// Reads a text and calls back with the next-token candidates and the text's number of tokens.
    fn run(self, prompt: String, on_read: impl Fn(Vec<Candidate>, usize) + 'static) {
        let options = GenerateOptions {
            max_new_tokens: 1,
            temperature: 1.0,
            top_k: 0,
            candidates: CANDIDATES,
            ..GenerateOptions::default()
        };
        let request = move |model| Request::Generate { model, prompt, options };
        let (next, length) = (RefCell::new(Vec::new()), Cell::new(0));
        let is_asked = self.reader.question.ask(request, move |event| match event {
            Event::Prompt { tokens } => length.set(tokens.len()),
            Event::Token { candidates, .. } => *next.borrow_mut() = candidates,
            Event::Generated { .. } => on_read(next.take(), length.get()),
            _ => (),
        });
        if !is_asked {
            self.forget();
        }
    }
}
