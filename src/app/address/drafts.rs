//! Texts typed on a page, kept while another one is open.

use std::collections::HashMap;

use leptos::prelude::*;

/// Lines, each with the index of its group, on a page that has groups.
pub type Lines = Vec<(String, usize)>;

/// The drafts of all pages, in their context.
#[derive(Clone, Copy)]
pub struct Drafts(StoredValue<HashMap<&'static str, Lines>>);

impl Drafts {
    /// Creates the drafts for the life of the app.
    pub fn new() -> Self {
        Self(StoredValue::new(HashMap::new()))
    }

    /// Removes all drafts.
    pub fn clear(self) {
        self.0.update_value(HashMap::clear);
    }

    /// Returns the draft stored under that name when its page closed; `read` returns the draft to store when it closes
    /// again. What is as the page begins, `first`, is not stored: in another language it begins otherwise.
    pub fn keep(
        name: &'static str,
        first: Lines,
        read: impl Fn() -> Lines + Send + Sync + 'static,
    ) -> Option<Lines> {
        let drafts: Self = expect_context();
        on_cleanup(move || {
            let lines = read();
            drafts.0.try_update_value(|drafts| {
                if lines == first { drafts.remove(name) } else { drafts.insert(name, lines) }
            });
        });
        drafts.0.with_value(|drafts| drafts.get(name).cloned())
    }
}
