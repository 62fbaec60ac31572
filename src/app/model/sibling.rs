//! A second copy of a model with other weights, for a page that compares them.

use leptos::prelude::*;

use super::{Model, Selection, Slots};
use crate::worker::protocol::Quantization;

impl Model {
    /// Creates another copy, which follows this one from model to model and from device to device, and is dropped with
    /// the page that makes it.
    pub fn sibling(self, quantization: Quantization) -> Self {
        let first =
            Selection { source: None, files: None, quantization, ..self.selection.get_untracked() };
        let mut sibling = Self::new(self.client, first, self.problem, self.recording);
        sibling.is_sibling = true;
        sibling.opened_files = self.opened_files;
        sibling.keep_while_open();
        let death = Slots::here().death;
        Effect::new(move |_| {
            if let Some(error) = death.get() {
                sibling.engine_died(&error);
            }
        });
        // One load after the other: this model is loaded.
        Effect::new(move |_| {
            let Some(Selection { source, files, device, .. }) =
                self.loaded.get().map(|loaded| loaded.selection)
            else {
                return;
            };
            let now = sibling.selection.get_untracked();
            if (&now.source, now.files, now.device) != (&source, files, device) {
                sibling.change(|it| (it.source, it.files, it.device) = (source, files, device));
            } else {
                sibling.start();
            }
        });
        on_cleanup(move || {
            sibling.cancel();
            if let Some(loaded) = sibling.loaded.get_untracked() {
                sibling.dispose(loaded.info.model);
            }
        });
        sibling
    }
}
