//! One generation: its tokens as they come, and how it ended.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::components::random_seed;
use crate::app::model::Model;
use crate::app::strings::generate as strings;
use crate::worker::protocol::{
    Candidate, Event, GenerateOptions, GenerationStats, Request, StopReason, TokenText,
};

/// How many candidates are shown for a token.
pub const CANDIDATES: usize = 10;

/// A token on the page.
#[derive(Debug, PartialEq)]
pub struct Token {
    /// Its position in the text.
    pub position: usize,
    pub text: TokenText,
    /// How probable it was; the prompt's tokens were not drawn.
    pub probability: Option<f32>,
    /// What might have come in its place, at the temperature it was drawn with.
    pub candidates: Vec<Candidate>,
}

/// How a generation ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub reason: StopReason,
    /// What was written, without the prompt.
    pub text: String,
    pub stats: GenerationStats,
}

/// The text at hand.
#[derive(Clone, Copy)]
pub struct Run {
    model: Model,
    /// Counts the generations: tokens of different ones are different things.
    pub number: RwSignal<u32>,
    pub tokens: RwSignal<Vec<Arc<Token>>>,
    pub is_running: RwSignal<bool>,
    pub outcome: RwSignal<Option<Outcome>>,
    /// Measured here while it runs.
    pub live_speed: RwSignal<Option<f64>>,
    /// What a screen reader is told: whole sentences, not tokens.
    pub announcement: RwSignal<String>,
    /// The seed that it was drawn with.
    pub seed: RwSignal<Option<u32>>,
    request: StoredValue<u32>,
    first_token_at: StoredValue<Option<f64>>,
    sentence: StoredValue<String>,
}

impl Run {
    /// For as long as the page: what runs is stopped when it closes.
    pub fn new(model: Model) -> Self {
        let run = Self {
            model,
            number: RwSignal::new(0),
            tokens: RwSignal::new(Vec::new()),
            is_running: RwSignal::new(false),
            outcome: RwSignal::new(None),
            live_speed: RwSignal::new(None),
            announcement: RwSignal::new(String::new()),
            seed: RwSignal::new(None),
            request: StoredValue::new(0),
            first_token_at: StoredValue::new(None),
            sentence: StoredValue::new(String::new()),
        };
        on_cleanup(move || run.stop());
        run
    }

    /// Forget the text: its model is gone.
    pub fn clear(self) {
        self.stop();
        self.number.update(|number| *number += 1);
        self.tokens.set(Vec::new());
        self.is_running.set(false);
        self.outcome.set(None);
        self.seed.set(None);
        self.live_speed.set(None);
        self.first_token_at.set_value(None);
        self.sentence.set_value(String::new());
    }

    pub fn start(self, prompt: String, options: GenerateOptions) {
        let Some(loaded) = self.model.loaded.get_untracked() else { return };
        self.clear();
        self.is_running.set(true);
        let number = self.number.get_untracked();
        // Drawn here, so that a link can bring back the same text.
        let seed = options.seed.unwrap_or_else(random_seed);
        self.seed.set(Some(seed));
        let options = GenerateOptions { candidates: CANDIDATES, seed: Some(seed), ..options };
        let request = Request::Generate { model: loaded.info.model, prompt, options };
        let id = self.model.send(request, move |event| {
            // None: the page is gone.
            if self.number.try_get_untracked() == Some(number) {
                self.on_event(event);
            }
        });
        self.request.set_value(id);
    }

    /// Stop at once; the engine answers with what there is.
    pub fn stop(self) {
        if self.is_running.try_get_untracked() == Some(true) {
            self.model.cancel_request(self.request.get_value());
        }
    }

    fn on_event(self, event: Event) {
        match event {
            Event::Prompt { tokens } => self.tokens.update(|all| {
                all.extend(tokens.into_iter().enumerate().map(|(position, text)| {
                    Arc::new(Token { position, text, probability: None, candidates: Vec::new() })
                }));
            }),
            Event::Token { token, delta, probability, candidates } => {
                self.tokens.update(|all| {
                    let position = all.len();
                    all.push(Arc::new(Token {
                        position,
                        text: token,
                        probability: Some(probability),
                        candidates,
                    }));
                });
                self.measure();
                self.announce(&delta);
            }
            Event::Generated { reason, text, stats, .. } => {
                self.is_running.set(false);
                let used = stats.prompt_tokens + stats.new_tokens;
                let context = self
                    .model
                    .loaded
                    .with_untracked(|it| it.as_ref().map_or(0, |it| it.info.context));
                let reason_said = strings::stop_reason(reason, used, context);
                let rest = std::mem::take(&mut *self.sentence.write_value());
                self.announcement
                    .set(format!("{rest} {}", strings::finished(&reason_said, &stats)));
                self.outcome.set(Some(Outcome { reason, text, stats }));
            }
            Event::Error { error, .. } => {
                self.is_running.set(false);
                self.model.fail(error);
            }
            _ => (),
        }
    }

    fn measure(self) {
        let now = js_sys::Date::now();
        match self.first_token_at.get_value() {
            None => self.first_token_at.set_value(Some(now)),
            Some(first) if now > first => {
                let drawn = self
                    .tokens
                    .with_untracked(|all| all.iter().filter(|it| it.probability.is_some()).count());
                self.live_speed.set(Some((drawn - 1) as f64 / (now - first) * 1e3));
            }
            Some(_) => (),
        }
    }

    fn announce(self, delta: &str) {
        self.sentence.update_value(|sentence| sentence.push_str(delta));
        if delta.contains(['.', '!', '?', '\n']) {
            self.announcement.set(std::mem::take(&mut *self.sentence.write_value()));
        }
    }
}
