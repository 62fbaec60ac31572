//! Requests to a model, one at a time: a page that follows what is typed has no use for old answers.

use std::time::Duration;

use leptos::prelude::*;

use super::Model;
use crate::worker::protocol::{Ability, Event, Request};

/// The latest request about one thing.
#[derive(Clone, Copy)]
pub struct Question {
    model: Model,
    attempt: StoredValue<u32>,
    request: StoredValue<Option<u32>>,
    /// Whether the answer is pending.
    pub is_open: RwSignal<bool>,
}

impl Question {
    /// Lives as long as the page or component that makes it; then the engine is told to stop.
    pub fn new(model: Model) -> Self {
        let question = Self {
            model,
            attempt: StoredValue::new(0),
            request: StoredValue::new(None),
            is_open: RwSignal::new(false),
        };
        on_cleanup(move || question.cancel());
        question
    }

    /// Sends a request to the loaded model, whose handle `request` gets. The previous request is cancelled, and its
    /// answer is ignored. Errors are handled here: `on_event` gets progress and the answer.
    pub fn ask(self, request: impl FnOnce(u32) -> Request, on_event: impl Fn(Event) + 'static) {
        self.cancel();
        let Some(handle) = self.model.handle() else { return };
        let attempt = self.attempt.get_value();
        self.is_open.set(true);
        let id = self.model.send(request(handle), move |event| {
            // `None`: the page is gone.
            if self.attempt.try_get_value() != Some(attempt) {
                return;
            }
            if event.is_final() {
                self.request.set_value(None);
                self.is_open.set(false);
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
