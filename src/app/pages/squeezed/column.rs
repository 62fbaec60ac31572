//! One copy of the model: what it wrote, what it would write next, how well it foretells a text.

use leptos::prelude::*;

use crate::app::model::{Model, Question};
use crate::quantization::Scheme;
use crate::worker::protocol::{
    Candidate, Comparison, Event, GenerateOptions, GenerationStats, Quantization, Request,
    TokenText,
};

/// How many candidates for a token are shown.
pub const CANDIDATES: usize = 5;

/// A distribution over the next token.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// Most probable first.
    pub candidates: Vec<Candidate>,
    /// From the first copy's distribution; none where the texts before the token differ.
    pub divergence: Option<f64>,
}

/// How well a text was foretold, as far as it was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Tokens read.
    pub done: usize,
    /// Tokens in all.
    pub total: usize,
    pub perplexity: f64,
    /// Beside the first copy; none of that one itself, and on the way.
    pub comparison: Option<Comparison>,
}

/// A copy of the model, with its own weights.
#[derive(Clone, Copy)]
pub struct Column {
    pub model: Model,
    /// The prompt and what was written after it.
    pub tokens: RwSignal<Vec<TokenText>>,
    /// How many of the tokens are the prompt's.
    pub prompt: RwSignal<usize>,
    /// Of a text that is finished.
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

    /// Its model is another one now.
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

    /// Write on; `then` is called when the text is complete.
    pub fn write(self, prompt: String, options: GenerateOptions, then: impl Fn() + 'static) {
        self.clear_text();
        let request = move |model| Request::Generate { model, prompt, options };
        self.writing.ask(request, move |event| match event {
            Event::Prompt { tokens } => {
                self.prompt.set(tokens.len());
                self.tokens.set(tokens);
            }
            Event::Token { token, .. } => self.tokens.update(|tokens| tokens.push(token)),
            Event::Generated { stats, .. } => {
                self.stats.set(Some(stats));
                then();
            }
            _ => (),
        });
    }

    /// What else the token at `position` might have been, beside what `first` says of it.
    pub fn ask_next(self, position: usize, first: Self) {
        let is_written = self.tokens.with_untracked(|tokens| position < tokens.len());
        if position == 0 || !is_written || self.stats.with_untracked(Option::is_none) {
            self.asking.cancel();
            return self.next.set(None);
        }
        let reference = self.has_same_text(first, position).then(|| first.model.handle()).flatten();
        let request = move |model| Request::Candidates {
            model,
            position,
            temperature: 1.0,
            count: CANDIDATES,
            reference,
        };
        self.asking.ask(request, move |event| {
            if let Event::Candidates { candidates, divergence } = event {
                self.next.set(Some(Next { candidates, divergence }));
            }
        });
    }

    /// Is it another copy, whose text is the same up to there?
    fn has_same_text(self, first: Self, position: usize) -> bool {
        self.model.handle() != first.model.handle()
            && first.stats.with_untracked(Option::is_some)
            && self.parting(first).is_none_or(|parting| position <= parting)
            && first.tokens.with_untracked(|tokens| position < tokens.len())
    }

    /// Where the text leaves that of `first`.
    pub fn parting(self, first: Self) -> Option<usize> {
        first.tokens.with(|others| {
            self.tokens
                .with(|own| own.iter().zip(others).position(|(own, other)| own.id != other.id))
        })
    }

    /// Foretell a text, token by token, beside `first`; `then` is called at its end, or where it was stopped.
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

/// What a copy can be kept as: the page's presets, then every scheme.
pub fn weights() -> Vec<Quantization> {
    let presets =
        [Quantization::AsStored, Quantization::F16, Quantization::Int8, Quantization::Int4];
    let schemes = Scheme::ALL.into_iter().filter(|scheme| *scheme != Scheme::F16);
    presets.into_iter().chain(schemes.map(Quantization::Scheme)).collect()
}
