//! Requests to a model, one at a time: a page that follows what is typed has no use for old answers.

use std::time::Duration;

use leptos::prelude::*;

use super::{Model, RECORDED};
use crate::worker::protocol::{Ability, Event, Request};

/// The latest request about one thing.
#[derive(Clone, Copy)]
pub struct Question {
    model: Model,
    attempt: StoredValue<u32>,
    request: StoredValue<Option<u32>>,
    /// Whether the answer is pending.
    pub is_open: RwSignal<bool>,
    /// Whether the last answer is a recording.
    pub is_recorded: RwSignal<bool>,
    started: StoredValue<f64>,
}

impl Question {
    /// Lives as long as the page or component that makes it; then the engine is told to stop.
    pub fn new(model: Model) -> Self {
        let question = Self {
            model,
            attempt: StoredValue::new(0),
            request: StoredValue::new(None),
            is_open: RwSignal::new(false),
            is_recorded: RwSignal::new(false),
            started: StoredValue::new(0.0),
        };
        on_cleanup(move || question.cancel());
        question
    }

    /// Sends a request to the loaded model, whose handle `request` gets. The previous request is cancelled, and its
    /// answer is ignored. Errors are handled here: `on_event` gets progress and the answer.
    ///
    /// Until the model has loaded, its recording answers, at once. Returns whether there is anyone to answer.
    pub fn ask(
        self,
        request: impl FnOnce(u32) -> Request,
        on_event: impl Fn(Event) + 'static,
    ) -> bool {
        self.cancel();
        let Some(handle) = self.model.handle() else {
            let answer = self.model.recorded(&request(RECORDED));
            self.is_recorded.set(answer.is_some());
            let is_answered = answer.is_some();
            answer.into_iter().flatten().for_each(on_event);
            return is_answered;
        };
        let attempt = self.attempt.get_value();
        self.is_open.set(true);
        self.started.set_value(js_sys::Date::now());
        let id = self.model.send(request(handle), move |event| {
            // `None`: the page is gone.
            if self.attempt.try_get_value() != Some(attempt) {
                return;
            }
            if event.is_final() {
                self.request.set_value(None);
                self.is_open.set(false);
                self.is_recorded.set(false);
            }
            match event {
                Event::Error { error, .. } => self.model.fail(error),
                event => on_event(event),
            }
        });
        // A request that could not be sent has failed already.
        if self.is_open.get_untracked() {
            self.request.set_value(Some(id));
        }
        true
    }

    /// Returns the seconds since the request was sent; `None` for a recording.
    pub fn seconds(self) -> Option<f64> {
        let seconds = (js_sys::Date::now() - self.started.get_value()) / 1e3;
        (!self.is_recorded.get_untracked()).then_some(seconds)
    }

    /// Stops the request; its partial answer is still handled.
    pub fn stop(self) {
        if let Some(Some(id)) = self.request.try_get_value() {
            self.model.cancel_request(id);
        }
    }

    /// Stops a pending request and ignores its answer.
    pub fn cancel(self) {
        self.attempt.try_update_value(|attempt| *attempt += 1);
        if let Some(Some(id)) = self.request.try_update_value(Option::take) {
            self.model.cancel_request(id);
        }
        self.is_open.try_set(false);
    }
}

/// Calls `act` with the value of `watch` once it has not changed for a while; `None` waits for the next change.
pub fn when_rested<T: 'static>(
    rest: Duration,
    watch: impl Fn() -> Option<T> + 'static,
    act: impl Fn(T) + Clone + 'static,
) {
    Effect::new(move |_| {
        let Some(value) = watch() else { return };
        let act = act.clone();
        if let Ok(timeout) = set_timeout_with_handle(move || act(value), rest) {
            on_cleanup(move || timeout.clear());
        }
    });
}

/// Calls `forget` when a model without this ability is loaded: the answers of the previous one are not its answers.
pub fn when_unable(model: Model, ability: Ability, forget: impl Fn() + 'static) {
    Effect::new(move |_| {
        if model.loaded.with(Option::is_some) && !model.can(ability) {
            forget();
        }
    });
}

/// Calls `forget` when another model answers from now on. Its argument says whether the answers so far are the new
/// model's, by its recording: they may stay until it has answered itself.
pub fn when_exchanged(model: Model, forget: impl Fn(bool) + 'static) {
    let handle = model.answering();
    Effect::new(move |before: Option<Option<u32>>| {
        let now = handle.get();
        forget(before == Some(Some(RECORDED)) && untrack(|| model.has_recording()));
        now
    });
}
