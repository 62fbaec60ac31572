//! One generation: its tokens as they arrive, and its end.

use std::{cell::Cell, sync::Arc};

use leptos::prelude::*;

use crate::app::components::random_seed;
use crate::app::model::{Model, Question, RECORDED};
use crate::app::strings::generate as strings;
use crate::worker::protocol::{
    Candidate, Event, GenerateOptions, GenerationStats, Request, StopReason, TokenText,
};

/// Number of candidates shown for a token.
pub const CANDIDATES: usize = 10;

/// A token on the page.
#[derive(Debug, PartialEq)]
pub struct Token {
    /// Position in the text.
    pub position: usize,
    pub text: TokenText,
    /// Probability of the token; `None` for the prompt's tokens, which were not drawn.
    pub probability: Option<f32>,
    /// Alternatives to the token, at the temperature it was drawn with.
    pub candidates: Vec<Candidate>,
}

/// The end of a generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub reason: StopReason,
    /// The generated text, without the prompt.
    pub text: String,
    pub stats: GenerationStats,
}

/// The current text.
#[derive(Clone, Copy)]
pub struct Run {
    model: Model,
    /// Index of the generation, which distinguishes its tokens from those of others.
    pub generation: RwSignal<u32>,
    pub tokens: RwSignal<Vec<Arc<Token>>>,
    pub is_running: RwSignal<bool>,
    pub outcome: RwSignal<Option<Outcome>>,
    /// Speed, measured here during the generation.
    pub live_speed: RwSignal<Option<f64>>,
    /// Announcement for screen readers: whole sentences, not tokens.
    pub announcement: RwSignal<String>,
    /// The seed of the sampling; `None` for a recording.
    pub seed: RwSignal<Option<u32>>,
    /// Whether the text is a recording.
    pub is_recorded: RwSignal<bool>,
    /// Whether the loaded model has read the recorded text.
    is_read: RwSignal<bool>,
    reading: Question,
    request: StoredValue<u32>,
    first_token_at: StoredValue<Option<f64>>,
    sentence: StoredValue<String>,
}

impl Run {
    /// Lives as long as the page; then the generation is stopped.
    pub fn new(model: Model) -> Self {
        let run = Self {
            model,
            generation: RwSignal::new(0),
            tokens: RwSignal::new(Vec::new()),
            is_running: RwSignal::new(false),
            outcome: RwSignal::new(None),
            live_speed: RwSignal::new(None),
            announcement: RwSignal::new(String::new()),
            seed: RwSignal::new(None),
            is_recorded: RwSignal::new(false),
            is_read: RwSignal::new(false),
            reading: Question::new(model),
            request: StoredValue::new(0),
            first_token_at: StoredValue::new(None),
            sentence: StoredValue::new(String::new()),
        };
        on_cleanup(move || run.stop());
        run
    }

    /// Clears the text, because its model is gone.
    pub fn clear(self) {
        self.stop();
        self.generation.update(|generation| *generation += 1);
        self.tokens.set(Vec::new());
        self.is_running.set(false);
        self.outcome.set(None);
        self.seed.set(None);
        self.is_recorded.set(false);
        self.is_read.set(false);
        self.reading.cancel();
        self.live_speed.set(None);
        self.first_token_at.set_value(None);
        self.sentence.set_value(String::new());
    }

    pub fn start(self, prompt: String, options: GenerateOptions) {
        let Some(loaded) = self.model.loaded.get_untracked() else { return };
        self.clear();
        self.is_running.set(true);
        let generation = self.generation.get_untracked();
        // Drawn here, so that a link can reproduce the text.
        let seed = options.seed.unwrap_or_else(random_seed);
        self.seed.set(Some(seed));
        let options = GenerateOptions { candidates: CANDIDATES, seed: Some(seed), ..options };
        let request = Request::Generate { model: loaded.info.model, prompt, options };
        let id = self.model.send(request, move |event| {
            // `None`: the page is gone.
            if self.generation.try_get_untracked() == Some(generation) {
                self.on_event(event);
            }
        });
        self.request.set_value(id);
    }

    /// Shows the recorded text for this prompt, unless there is a text, or none recorded.
    pub fn replay(self, prompt: String, options: GenerateOptions) {
        let is_empty = self.tokens.with(Vec::is_empty) && !self.is_running.get();
        let options = GenerateOptions { candidates: CANDIDATES, ..options };
        let request = Request::Generate { model: RECORDED, prompt, options };
        let Some(events) = self.model.recorded(&request).filter(|_| is_empty) else { return };
        self.is_recorded.set(true);
        events.into_iter().for_each(|event| self.on_event(event));
        if self.model.handle().is_some() {
            self.read_recorded();
        }
    }

    /// Has the loaded model read the recorded text, so that it can be asked about each token.
    pub fn read_recorded(self) {
        let ids: Vec<u32> = self.tokens.with(|all| all.iter().map(|it| it.text.id).collect());
        let prompt = self.tokens.with(|all| all.iter().map(|it| it.text.text.as_str()).collect());
        let options = GenerateOptions { max_new_tokens: 1, ..GenerateOptions::default() };
        let request = move |model| Request::Generate { model, prompt, options };
        let is_same = Cell::new(false);
        self.reading.ask(request, move |event| match event {
            // A text that was drawn can be written in other tokens than it was drawn in.
            Event::Prompt { tokens } => is_same.set(tokens.iter().map(|it| it.id).eq(ids.clone())),
            Event::Generated { .. } => self.is_read.set(is_same.get()),
            _ => (),
        });
    }

    /// Whether the text is finished, and its model or the model's recording can be asked about it.
    pub fn is_known(self) -> bool {
        let is_loaded = self.model.loaded.with_untracked(Option::is_some);
        self.outcome.with(Option::is_some)
            && match self.is_recorded.get() {
                true => self.is_read.get() || !is_loaded,
                false => is_loaded,
            }
    }

    /// Stops at once; the engine answers with the text generated so far.
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
                if !self.is_recorded.get_untracked() {
                    self.measure();
                    self.announce(&delta);
                }
            }
            Event::Generated { reason, text, stats, .. } if self.is_recorded.get_untracked() => {
                self.outcome.set(Some(Outcome { reason, text, stats }));
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
