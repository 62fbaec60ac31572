//! A sentence read by a decoder, which sees only what comes before.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use leptos::prelude::*;

use super::REST;
use super::attention::{Head, Reader};
use super::sentence::Sentence;
use crate::app::model::{Model, when_rested};
use crate::worker::protocol::{Ability, Candidate, Event, GenerateOptions, Request};

/// How many candidates for the next token are asked for.
const CANDIDATES: usize = 50;

/// What would come next.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// The text that was read.
    pub before: String,
    /// The word that stands there, where one is hidden.
    pub original: Option<String>,
    /// Most probable first.
    pub candidates: Vec<Candidate>,
}

/// The decoder's side of a sentence.
#[derive(Clone, Copy)]
pub struct Decoder {
    pub reader: Reader,
    pub next: RwSignal<Option<Arc<Next>>>,
}

/// What is to be read: the part before the first gap, and all, gaps filled with what was there.
#[derive(Debug, Clone, PartialEq)]
struct Wanted {
    before: String,
    original: Option<String>,
    all: String,
}

impl Decoder {
    /// Reads the sentence whenever it, or the model, has changed.
    pub fn new(model: Model, sentence: Sentence, head: Head) -> Self {
        let decoder = Self { reader: Reader::new(model, head, true), next: RwSignal::new(None) };
        let handle = decoder.reader.handle;
        Effect::new(move |_| {
            handle.track();
            decoder.forget();
        });
        // Whether a second word is hidden makes no difference to a decoder.
        let wanted = Memo::new(move |_| {
            let pieces = sentence.pieces();
            let gap = pieces.iter().find(|piece| piece.is_gap());
            let original = gap.and_then(|gap| gap.original()).map(str::to_owned);
            Wanted { before: pieces.before_gap(), original, all: pieces.text() }
        });
        when_rested(
            REST,
            move || {
                let handle = handle.get()?;
                model.can(Ability::Generate).then(|| (wanted.get(), handle))
            },
            move |(wanted, _)| decoder.ask(wanted),
        );
        decoder
    }

    fn forget(self) {
        self.reader.forget();
        self.next.set(None);
    }

    fn ask(self, wanted: Wanted) {
        self.reader.begin();
        if wanted.all.trim().is_empty() {
            return self.forget();
        }
        let prompt = wanted.before.clone();
        self.run(prompt, move |candidates, tokens| {
            let Wanted { before, original, all } = wanted.clone();
            let is_all = before == all.trim_end();
            self.next.set(Some(Arc::new(Next { before, original, candidates })));
            if is_all {
                self.reader.finish(tokens);
            } else {
                // The session that is looked into is the last one: that of the whole sentence.
                self.run(all.trim_end().into(), move |_, tokens| self.reader.finish(tokens));
            }
        });
    }

    /// Read a text and say what would come next, and how many tokens the text has.
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
        self.reader.question.ask(request, move |event| match event {
            Event::Prompt { tokens } => length.set(tokens.len()),
            Event::Token { candidates, .. } => *next.borrow_mut() = candidates,
            Event::Generated { .. } => on_read(next.take(), length.get()),
            _ => (),
        });
    }
}
