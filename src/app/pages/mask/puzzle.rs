//! The sentence, what is hidden in it, and what the model makes of it.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::words::{Piece, filled, hidden, pieces};
use crate::app::charts::Square;
use crate::app::drafts::Drafts;
use crate::app::model::{Model, Question, when_rested};
use crate::app::strings::mask as strings;
use crate::app::token_text;
use crate::worker::protocol::{Ability, Event, Filling, Request};

/// Typing sends many texts; the engine is asked when it rests.
const REST: Duration = Duration::from_millis(150);
/// Candidates of each mask.
pub const CANDIDATES: usize = 8;
/// Until a model says how it writes a mask.
const USUAL_MASK: &str = "[MASK]";

/// What came back for a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// For each mask in order: what it hides, where it was a word of the text.
    pub answers: Vec<Option<String>>,
    pub fillings: Vec<Filling>,
    /// Tokens beyond the model's limit.
    pub cut: usize,
}

/// The page's state.
#[derive(Clone, Copy)]
pub struct Puzzle {
    pub model: Model,
    /// The sentence, with every word in it.
    pub text: RwSignal<String>,
    /// The words that are hidden, by number.
    pub masked: RwSignal<Vec<usize>>,
    pub outcome: RwSignal<Option<Outcome>>,
    pub layer: RwSignal<usize>,
    pub head: RwSignal<usize>,
    pub map: RwSignal<Option<Arc<Square>>>,
    filling: Question,
    looking: Question,
}

impl Puzzle {
    pub fn new(model: Model) -> Self {
        let (text, masked) = strings::EXAMPLES[0];
        let puzzle = Self {
            model,
            text: Drafts::text("mask", text),
            masked: RwSignal::new(masked.to_vec()),
            outcome: RwSignal::new(None),
            layer: RwSignal::new(0),
            head: RwSignal::new(0),
            map: RwSignal::new(None),
            filling: Question::new(model),
            looking: Question::new(model),
        };
        puzzle.follow();
        puzzle
    }

    /// How the model writes a mask.
    fn mask(self) -> String {
        let info = self.model.info().get();
        info.and_then(|info| info.mask_token).unwrap_or_else(|| USUAL_MASK.into())
    }

    /// The sentence, cut into words.
    pub fn pieces(self) -> Vec<Piece> {
        self.text.with(|text| pieces(text, &self.mask()))
    }

    /// Is the model at work on the masks?
    pub fn is_asking(self) -> bool {
        self.filling.is_open.get()
    }

    /// Hide a word, or show it again.
    pub fn toggle(self, number: usize) {
        self.masked.update(|masked| match masked.iter().position(|it| *it == number) {
            Some(place) => drop(masked.remove(place)),
            None => masked.push(number),
        });
    }

    /// Put a word in the place of a mask, for good.
    pub fn fill(self, place: usize, word: &str) {
        let mask = untrack(|| self.mask());
        let all = untrack(|| self.pieces());
        let masked = self.masked.get_untracked();
        let text = filled(&all, &masked, &mask, place, word);
        let behind = all.iter().filter_map(|piece| match piece {
            Piece::Word(number, _) => masked.contains(number).then_some(*number),
            Piece::Written(number) => Some(*number),
            Piece::Between(_) => None,
        });
        let number = behind.collect::<Vec<_>>().get(place).copied();
        self.masked.update(|masked| masked.retain(|it| Some(*it) != number));
        self.text.set(text);
    }

    /// Begin with another sentence.
    pub fn start(self, text: &str, masked: &[usize]) {
        self.masked.set(masked.to_vec());
        self.text.set(text.into());
    }

    /// Ask the engine anew whenever something that matters has changed.
    fn follow(self) {
        let info = self.model.info();
        // A model with fewer layers or heads may have come; what another one said is of the past.
        Effect::new(move |_| {
            self.outcome.set(None);
            self.map.set(None);
            if let Some(info) = info.get() {
                self.layer.update(|layer| *layer = (*layer).min(info.layers.saturating_sub(1)));
                self.head.update(|head| *head = (*head).min(info.heads.saturating_sub(1)));
            }
        });
        when_rested(
            REST,
            move || {
                let handle = info.with(|info| info.as_ref().map(|info| info.model))?;
                let (text, answers) = hidden(&self.pieces(), &self.masked.get(), &self.mask());
                self.model.can(Ability::FillMask).then_some((handle, text, answers))
            },
            move |(_, text, answers)| self.ask(text, answers),
        );
        Effect::new(move |_| {
            let (layer, head) = (self.layer.get(), self.head.get());
            if self.outcome.with(|it| it.as_ref().is_some_and(|it| !it.fillings.is_empty())) {
                self.looking.ask(
                    |model| Request::Attention { model, layer, head },
                    move |event| {
                        if let Event::Attention { tokens, weights } = event {
                            let labels =
                                tokens.iter().map(|token| token_text::label(&token.text)).collect();
                            let square = Square::of_attention(labels, weights, false);
                            self.map.set(Some(Arc::new(square)));
                        }
                    },
                );
            }
        });
    }

    fn ask(self, text: String, answers: Vec<Option<String>>) {
        if answers.is_empty() {
            self.filling.cancel();
            let nothing = Outcome { answers, fillings: Vec::new(), cut: 0 };
            return self.outcome.set(Some(nothing));
        }
        self.filling.ask(
            |model| Request::FillMask { model, text, top_k: CANDIDATES },
            move |event| {
                if let Event::Filled { fillings, cut, .. } = event {
                    let answers = answers.clone();
                    self.outcome.set(Some(Outcome { answers, fillings, cut }));
                }
            },
        );
    }
}
