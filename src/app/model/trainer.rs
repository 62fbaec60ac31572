//! The trainer: a worker of its own, in which models learn while the engine answers beside it.

use leptos::prelude::*;

use super::{Model, Selection};
use crate::app::language;
use crate::error::LecternError;
use crate::view_model::error_sentence;
use crate::worker::client::Client;
use crate::worker::protocol::{Event, Request};

/// A handle on the trainer. In the context of every page.
#[derive(Clone, Copy)]
pub struct Trainer {
    client: StoredValue<Client, LocalStorage>,
    /// The model that it has loaded last, and its handle.
    loaded: StoredValue<Option<(Selection, u32)>>,
    problem: RwSignal<Option<String>>,
}

impl Trainer {
    /// A trainer whose worker starts with its first request. Errors go to `problem`.
    pub fn new(problem: RwSignal<Option<String>>) -> Self {
        let loaded = StoredValue::new(None);
        // The open requests have reported it.
        let client = Client::of_trainer(move |_| loaded.set_value(None));
        Self { client: StoredValue::new_local(client), loaded, problem }
    }

    /// Returns the trainer of the app.
    pub fn here() -> Self {
        expect_context()
    }

    /// Sends a request. Returns its id.
    pub fn send(self, request: Request, on_event: impl FnMut(Event) + 'static) -> u32 {
        self.client.with_value(|client| client.send(request, on_event))
    }

    /// Stops a request.
    pub fn cancel(self, id: u32) {
        self.client.with_value(|client| client.cancel(id));
    }

    /// Loads a slot's selected model, unless it is there, and hands its handle to `then`; `None` after an error, which
    /// is shown. Returns the id of the request, if it takes one.
    pub fn load(self, model: Model, then: impl FnOnce(Option<u32>) + 'static) -> Option<u32> {
        let selection = model.selection.get_untracked();
        let there = self.loaded.get_value().filter(|(loaded, _)| *loaded == selection);
        if let Some((_, handle)) = there {
            then(Some(handle));
            return None;
        }
        let Some((request, files)) = model.for_trainer() else {
            then(None);
            return None;
        };
        let mut then = Some(then);
        let id = self.client.with_value(|client| {
            client.send_with_files(request, &files, move |event| match event {
                Event::Loaded { info } => {
                    if let Some((_, old)) = self.loaded.get_value() {
                        self.send(Request::Dispose { model: old }, |_| ());
                    }
                    self.loaded.set_value(Some((selection.clone(), info.model)));
                    then.take().into_iter().for_each(|then| then(Some(info.model)));
                }
                Event::Error { error, .. } => {
                    self.fail(error);
                    then.take().into_iter().for_each(|then| then(None));
                }
                _ => (),
            })
        });
        Some(id)
    }

    /// Shows an error; one that the reader caused by stopping is none.
    pub fn fail(self, error: LecternError) {
        if error != LecternError::Cancelled {
            self.problem.set(Some(error_sentence(&error, language::current())));
        }
    }
}
