//! One copy of the model: its text, its next-token distribution, its perplexity.

use leptos::prelude::*;

use crate::app::model::{Model, Question, RECORDED};
use crate::quantization::Scheme;
use crate::worker::protocol::{
    Candidate, Comparison, Event, GenerateOptions, GenerationStats, Quantization, Request,
    TokenText,
};

/// Number of candidates shown for a token.
pub const CANDIDATES: usize = 5;

/// A distribution over the next token.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// Candidates, most probable first.
    pub candidates: Vec<Candidate>,
    /// Divergence from the first copy's distribution; `None` where the texts before the token differ.
    pub divergence: Option<f64>,
}

/// Perplexity of a text, as far as it has been read.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Number of tokens read.
    pub done: usize,
    /// Number of tokens in all.
    pub total: usize,
    pub perplexity: f64,
    /// Comparison with the first copy; `None` for that copy itself, and before the end.
    pub comparison: Option<Comparison>,
}

/// A copy of the model, with its own weights.
#[derive(Clone, Copy)]
pub struct Column {
    pub model: Model,
    /// Tokens of the prompt and of the generated text.
    pub tokens: RwSignal<Vec<TokenText>>,
    /// Number of the prompt's tokens.
    pub prompt: RwSignal<usize>,
    /// Statistics of a finished text.
    pub stats: RwSignal<Option<GenerationStats>>,
    pub next: RwSignal<Option<Next>>,
    pub score: RwSignal<Option<Score>>,
    pub writing: Question,
    pub scoring: Question,
    asking: Question,
}

impl Column {
    pub fn new(model: Model) -> Self {
        Self {
            model,
            tokens: RwSignal::new(Vec::new()),
            prompt: RwSignal::new(0),
            stats: RwSignal::new(None),
            next: RwSignal::new(None),
            score: RwSignal::new(None),
            writing: Question::new(model),
            scoring: Question::new(model),
            asking: Question::new(model),
        }
    }

    /// Clears everything, because the model has changed.
    pub fn clear(self) {
        self.clear_text();
        self.clear_score();
    }

    pub fn clear_score(self) {
        self.scoring.cancel();
        self.score.set(None);
    }

    pub fn clear_text(self) {
        self.writing.cancel();
        self.asking.cancel();
        self.tokens.set(Vec::new());
        self.prompt.set(0);
        self.stats.set(None);
        self.next.set(None);
    }

    /// Generates a text; `then` is called when it is complete.
    pub fn write(self, prompt: String, options: GenerateOptions, then: impl Fn() + 'static) {
        self.clear_text();
        let request = move |model| Request::Generate { model, prompt, options };
        self.writing.ask(request, move |event| {
            let is_end = event.is_final();
            self.on_written(event);
            if is_end {
                then();
            }
        });
    }

    fn on_written(self, event: Event) {
        match event {
            Event::Prompt { tokens } => {
                self.prompt.set(tokens.len());
                self.tokens.set(tokens);
            }
            Event::Token { token, .. } => self.tokens.update(|tokens| tokens.push(token)),
            Event::Generated { stats, .. } => self.stats.set(Some(stats)),
            _ => (),
        }
    }

    /// Shows the recorded text for this prompt, and the recorded distribution of its first new token. Returns whether
    /// there is one.
    pub fn replay(self, prompt: String, options: GenerateOptions) -> bool {
        let request = Request::Generate { model: RECORDED, prompt, options };
        let Some(events) = self.model.recorded(&request) else { return false };
        self.clear_text();
        events.into_iter().for_each(|event| self.on_written(event));
        let request = Self::next_request(RECORDED, self.prompt.get_untracked(), None);
        let events = self.model.recorded(&request).into_iter().flatten();
        events.for_each(|event| self.on_next(event));
        true
    }

    fn next_request(model: u32, position: usize, reference: Option<u32>) -> Request {
        Request::Candidates { model, position, temperature: 1.0, count: CANDIDATES, reference }
    }

    fn on_next(self, event: Event) {
        if let Event::Candidates { candidates, divergence } = event {
            self.next.set(Some(Next { candidates, divergence }));
        }
    }

    /// Requests the distribution at `position`, compared with that of `first`.
    pub fn ask_next(self, position: usize, first: Self) {
        let is_written = self.tokens.with_untracked(|tokens| position < tokens.len());
        if position == 0 || !is_written || self.stats.with_untracked(Option::is_none) {
            self.asking.cancel();
            return self.next.set(None);
        }
        let reference = self.has_same_text(first, position).then(|| first.model.handle()).flatten();
        let request = move |model| Self::next_request(model, position, reference);
        self.asking.ask(request, move |event| self.on_next(event));
    }

    /// Whether it is another copy whose text is the same up to this position.
    fn has_same_text(self, first: Self, position: usize) -> bool {
        self.model.handle() != first.model.handle()
            && first.stats.with_untracked(Option::is_some)
            && self.first_difference(first).is_none_or(|difference| position <= difference)
            && first.tokens.with_untracked(|tokens| position < tokens.len())
    }

    /// Returns the position at which the text departs from that of `first`.
    pub fn first_difference(self, first: Self) -> Option<usize> {
        first.tokens.with(|others| {
            self.tokens
                .with(|own| own.iter().zip(others).position(|(own, other)| own.id != other.id))
        })
    }

    /// Measures the perplexity of a text, compared with `first`; `then` is called at its end, or where it was stopped.
    pub fn measure(self, text: String, first: Option<Self>, then: impl Fn(bool) + 'static) {
        self.score.set(None);
        let reference = first.and_then(|first| first.model.handle());
        let request = move |model| Request::Perplexity { model, text, reference };
        self.scoring.ask(request, move |event| match event {
            Event::TokensScored { done, total, perplexity } => {
                self.score.set(Some(Score { done, total, perplexity, comparison: None }));
            }
            Event::Perplexity { tokens, is_complete, perplexity, comparison } => {
                let read = self.score.get_untracked();
                let total = read.map_or(tokens, |score| score.total);
                let score = Score { done: tokens, total, perplexity, comparison };
                self.score.set((tokens > 0).then_some(score));
                then(is_complete);
            }
            _ => (),
        });
    }
}

/// Returns the choices of weights: the page's presets, then every scheme.
pub fn weights() -> Vec<Quantization> {
    let presets =
        [Quantization::AsStored, Quantization::F16, Quantization::Int8, Quantization::Int4];
    let schemes = Scheme::ALL.into_iter().filter(|scheme| *scheme != Scheme::F16);
    presets.into_iter().chain(schemes.map(Quantization::Scheme)).collect()
}
