//! The pair of sentences, and the answer.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use crate::app::address::sharing;
use crate::app::model::{Model, Question, when_exchanged, when_rested};
use crate::app::strings::next as strings;
use crate::worker::protocol::{Ability, Event, Request, TokenText};

/// Pause in typing after which the engine is asked.
const REST: Duration = Duration::from_millis(220);

/// The model's answer about a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub tokens: Vec<TokenText>,
    /// Probability that the second sentence follows.
    pub probability: f32,
    /// Logits of "follows" and of "does not".
    pub logits: [f32; 2],
    /// Number of tokens cut off at the model's limit.
    pub cut: usize,
    /// Time from request to answer; `None` for a recording.
    pub seconds: Option<f64>,
}

/// Two sentences.
#[derive(Clone, Copy)]
pub struct Pair {
    pub first: RwSignal<String>,
    pub second: RwSignal<String>,
    pub question: Question,
    pub answer: RwSignal<Option<Arc<Answer>>>,
}

impl Pair {
    /// Asks whenever a sentence, or the model, has changed.
    pub fn new(model: Model) -> Self {
        let example = &strings::examples()[0];
        let pair = Self {
            first: sharing::draft("next-first", "first", example.first),
            second: sharing::draft("next-second", "second", example.second),
            question: Question::new(model),
            answer: RwSignal::new(None),
        };
        let handle = model.answering();
        when_exchanged(model, move |is_same| {
            if !is_same {
                pair.forget();
            }
        });
        when_rested(
            REST,
            move || {
                let handle = handle.get().filter(|_| model.can(Ability::NextSentence))?;
                Some((pair.first.get(), pair.second.get(), handle))
            },
            move |(first, second, _)| pair.ask(first, second),
        );
        pair
    }

    /// Swaps the sentences.
    pub fn swap(self) {
        let first = self.first.get_untracked();
        self.first.set(self.second.get_untracked());
        self.second.set(first);
    }

    fn forget(self) {
        self.question.cancel();
        self.answer.set(None);
    }

    fn ask(self, first: String, second: String) {
        if first.trim().is_empty() || second.trim().is_empty() {
            return self.forget();
        }
        let request = move |model| Request::NextSentence { model, first, second };
        let is_asked = self.question.ask(request, move |event| {
            if let Event::NextSentence { tokens, probability, logits, cut } = event {
                let seconds = self.question.seconds();
                let answer = Answer { tokens, probability, logits, cut, seconds };
                self.answer.set(Some(Arc::new(answer)));
            }
        });
        if !is_asked {
            self.forget();
        }
    }
}
