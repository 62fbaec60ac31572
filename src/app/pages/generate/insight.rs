//! Details of a token: the distribution it was drawn from, and one head's attention.

use std::sync::Arc;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::run::{CANDIDATES, Run};
use crate::app::{
    model::{Model, Question},
    reading::Head,
};
use crate::view_model::{charts::Square, token_label};
use crate::worker::protocol::{Candidate, Event, Request};

/// A slider sends many values; the engine is asked when it rests.
const REST: Duration = Duration::from_millis(120);

/// The distribution of one token.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    pub position: usize,
    pub candidates: Arc<Vec<Candidate>>,
}

/// The token in focus, and its details.
#[derive(Clone, Copy)]
pub struct Insight {
    model: Model,
    run: Run,
    /// The picked token; `None` for the newest one.
    pub picked: RwSignal<Option<usize>>,
    /// The token in focus.
    pub focus: Memo<Option<usize>>,
    /// Softmax temperature of the bars.
    pub temperature: RwSignal<f32>,
    /// The engine's answer, for any token and temperature.
    fetched: RwSignal<Option<Distribution>>,
    pub layer: RwSignal<usize>,
    pub head: RwSignal<usize>,
    pub attention: RwSignal<Option<Arc<Square>>>,
    of_token: Question,
    of_head: Question,
}

impl Insight {
    pub fn new(model: Model, run: Run, temperature: f32) -> Self {
        let picked = RwSignal::new(None);
        let focus = Memo::new(move |_| {
            let newest = run.tokens.with(|tokens| tokens.len().checked_sub(1))?;
            Some(picked.get().unwrap_or(newest).min(newest))
        });
        let Head { layer, head } = Head::new();
        let insight = Self {
            model,
            run,
            picked,
            focus,
            temperature: RwSignal::new(temperature),
            fetched: RwSignal::new(None),
            layer,
            head,
            attention: RwSignal::new(None),
            of_token: Question::new(model),
            of_head: Question::new(model),
        };
        insight.follow();
        insight
    }

    /// Returns the distribution to show: the engine's answer, or the one generated with the token.
    pub fn distribution(self) -> Option<Distribution> {
        let position = self.focus.get()?;
        let fetched = self
            .fetched
            .get()
            .filter(|fetched| fetched.position == position && !self.run.is_running.get());
        fetched.or_else(|| {
            let token = self.run.tokens.with(|tokens| tokens.get(position).cloned())?;
            let candidates = Arc::new(token.candidates.clone());
            (!candidates.is_empty()).then_some(Distribution { position, candidates })
        })
    }

    /// Requests the distribution again whenever one of its inputs has changed.
    fn follow(self) {
        Effect::new(move |_| {
            self.run.generation.track();
            // Requests about the previous text have no answer any more.
            self.of_token.cancel();
            self.of_head.cancel();
            self.picked.set(None);
            self.fetched.set(None);
            self.attention.set(None);
        });
        // A model with fewer layers or heads may have been loaded.
        Effect::new(move |_| {
            if let Some(loaded) = self.model.loaded.get() {
                self.layer
                    .update(|layer| *layer = (*layer).min(loaded.info.layers.saturating_sub(1)));
                self.head.update(|head| *head = (*head).min(loaded.info.heads.saturating_sub(1)));
            }
        });
        Effect::new(move |pending: Option<Option<TimeoutHandle>>| {
            if let Some(timeout) = pending.flatten() {
                timeout.clear();
            }
            let (temperature, focus) = (self.temperature.get(), self.focus.get());
            let position = focus.filter(|position| *position > 0 && self.run.is_known())?;
            set_timeout_with_handle(move || self.ask_candidates(position, temperature), REST).ok()
        });
        Effect::new(move |_| {
            let (layer, head) = (self.layer.get(), self.head.get());
            if self.run.is_known() {
                self.ask_attention(layer, head);
            }
        });
    }

    fn ask_candidates(self, position: usize, temperature: f32) {
        let request = move |model| Request::Candidates {
            model,
            position,
            temperature,
            count: CANDIDATES,
            reference: None,
        };
        let is_asked = self.of_token.ask(request, move |event| {
            if let Event::Candidates { candidates, .. } = event {
                self.fetched.set(Some(Distribution { position, candidates: Arc::new(candidates) }));
            }
        });
        if !is_asked {
            self.fetched.set(None);
        }
    }

    fn ask_attention(self, layer: usize, head: usize) {
        let request = move |model| Request::Attention { model, layer, head };
        let is_asked = self.of_head.ask(request, move |event| {
            if let Event::Attention { tokens, weights } = event {
                let labels = tokens.iter().map(|token| token_label::label(&token.text)).collect();
                // After a recorded text the model has drawn one more token.
                let count = self.run.tokens.with_untracked(Vec::len);
                let map = Square::of_attention(labels, weights.0, true).first(count);
                self.attention.set(Some(Arc::new(map)));
            }
        });
        if !is_asked {
            self.attention.set(None);
        }
    }
}
