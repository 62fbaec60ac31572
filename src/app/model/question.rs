//! Questions to a model, one at a time: a page that follows what is typed has no use for old answers.

use std::time::Duration;

use leptos::prelude::*;

use super::Model;
use crate::worker::protocol::{Ability, Event, Request};

/// The latest of the questions about one thing.
#[derive(Clone, Copy)]
pub struct Question {
    model: Model,
    number: StoredValue<u32>,
    request: StoredValue<Option<u32>>,
    /// Is the answer still to come?
    pub is_open: RwSignal<bool>,
}

impl Question {
    /// For as long as the page or component that makes it: then the engine is told to stop.
    pub fn new(model: Model) -> Self {
        let question = Self {
            model,
            number: StoredValue::new(0),
            request: StoredValue::new(None),
            is_open: RwSignal::new(false),
        };
        on_cleanup(move || question.cancel());
        question
    }

    /// Ask the loaded model, whose handle `request` gets; the question before is cancelled, and nobody hears
    /// its answer. Errors are dealt with here: `on_event` gets progress and the answer.
    pub fn ask(self, request: impl FnOnce(u32) -> Request, on_event: impl Fn(Event) + 'static) {
        self.cancel();
        let Some(handle) = self.model.handle() else { return };
        let number = self.number.get_value();
        self.is_open.set(true);
        let id = self.model.send(request(handle), move |event| {
            // None: the page is gone.
            if self.number.try_get_value() != Some(number) {
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

    /// Stop; the answer, of what there is by then, is still heard.
    pub fn stop(self) {
        if let Some(Some(id)) = self.request.try_get_value() {
            self.model.cancel_request(id);
        }
    }

    /// Stop, if there is something to stop, and hear no more of it.
    pub fn cancel(self) {
        self.number.try_update_value(|number| *number += 1);
        if let Some(Some(id)) = self.request.try_update_value(Option::take) {
            self.model.cancel_request(id);
        }
        self.is_open.try_set(false);
    }
}

/// Call `act` with what `watch` gives, when it has not changed for a while; `None` waits for the next change.
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

/// Call `forget` when a model is loaded that cannot do this: the answers of the one before are not its.
pub fn when_unable(model: Model, ability: Ability, forget: impl Fn() + 'static) {
    Effect::new(move |_| {
        if model.loaded.with(Option::is_some) && !model.can(ability) {
            forget();
        }
    });
}
