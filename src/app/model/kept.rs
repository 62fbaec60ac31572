//! Models that the browser keeps, offered in the pickers.

use leptos::prelude::*;

use super::{Slot, Slots};
use crate::app::address;
use crate::worker::protocol::{Event, KeptModel, Request};

impl Slots {
    /// Ask what is kept as soon as the engine has loaded a model, which is no work for it then.
    pub(super) fn offer_kept(self) {
        let models = [self.decoder, self.sentences, self.masked];
        let is_up = Memo::new(move |_| models.iter().any(|it| it.loaded.with(Option::is_some)));
        Effect::new(move |was_asked: Option<bool>| {
            if was_asked != Some(true) && is_up.get() {
                self.decoder.send(Request::KeptModels, move |event| {
                    // A browser that keeps nothing has said so to whoever wanted to keep something.
                    if let Event::KeptModels { models, .. } = event {
                        self.offer(&models);
                    }
                });
                return true;
            }
            was_asked == Some(true)
        });
    }

    /// Put these models into the pickers of the slots that they suit.
    pub fn offer(self, kept: &[KeptModel]) {
        for slot in Slot::ALL {
            let model = self.get(slot);
            for it in kept.iter().filter(|it| it.is_complete && slot.suits(it)) {
                let mut selection = model.selection.get_untracked();
                selection.source = Some(address::source_elsewhere(&it.source));
                selection.files = None;
                model.remember(&selection, &it.name);
            }
        }
    }
}

impl Slot {
    /// Of a GGUF file nothing is known before it is read.
    fn suits(self, model: &KeptModel) -> bool {
        let is_decoder = model.architecture.as_deref().map(|it| it == "gpt2");
        is_decoder.is_none_or(|is_decoder| is_decoder == (self == Self::Decoder))
    }
}
