//! The app's models: one for each slot, kept while the reader goes from demo to demo.

use std::rc::Rc;

use leptos::prelude::*;

use super::recording::Recording;
use super::{Catalogue, Model, Selection};
use crate::app::{browser::query, components::Pick, language};
use crate::error::{Language, LecternError};
use crate::quantization::Fit;
use crate::view_model::{Demo, Need, Slot, source};
use crate::worker::client::Client;
use crate::worker::protocol::{Ability, Event, Keep, KeptModel, Request, Source};

/// The slots, the engine that runs their models, and the last error. In the context of every page.
#[derive(Clone, Copy)]
pub struct Slots {
    pub decoder: Model,
    pub sentences: Model,
    pub masked: Model,
    pub readers: Model,
    pub beside: Model,
    pub catalogue: Catalogue,
    /// The sentence in the alert.
    pub problem: RwSignal<Option<String>>,
    /// Reason of the worker's last crash.
    pub death: RwSignal<Option<LecternError>>,
    /// An open panel that asks for a source, and its slot.
    pub(super) asking: RwSignal<Option<(Slot, Pick)>>,
    pub(super) recording: RwSignal<Option<Rc<Recording>>, LocalStorage>,
}

impl Slots {
    /// Starts the engine, unless only the map is open. The address chooses the models of the demo's own slots, and the
    /// device for all.
    pub fn new(demo: Option<Demo>) -> Self {
        let problem = RwSignal::new(None);
        let death = RwSignal::new(None);
        let recording = RwSignal::new_local(None);
        let client = Client::new(move |error| death.set(Some(error)));
        if demo.is_some() {
            client.start();
        }
        let client = StoredValue::new_local(client);
        let model = |slot: Slot| {
            // The decoder's default model comes with every site: no need to wait for the list.
            let favourite = slot.favourite(language::current());
            let favourite = favourite.filter(|_| slot == Slot::Decoder);
            let favourite = favourite.map(|name| Source::BuiltIn { name: name.into() });
            let requested = requested_selection(slot, demo, None);
            let is_chosen = requested.source.is_some();
            let source = requested.source.or(favourite);
            let first = Selection { source, ..requested };
            let model = Model::new(client, first, problem, recording);
            if is_chosen {
                model.mark_chosen();
            }
            model
        };
        let slots = Self {
            decoder: model(Slot::Decoder),
            sentences: model(Slot::Sentences),
            masked: model(Slot::Masked),
            readers: model(Slot::Readers),
            beside: model(Slot::Beside),
            catalogue: Catalogue::fetch(),
            problem,
            death,
            asking: RwSignal::new(None),
            recording,
        };
        Effect::new(move |_| {
            if let Some(error) = death.get() {
                Slot::ALL.into_iter().for_each(|slot| slots.get(slot).engine_died(&error));
            }
        });
        slots.offer_kept();
        Effect::new(move |before: Option<Language>| {
            language::followed();
            let now = language::current();
            if let Some(before) = before.filter(|before| *before != now) {
                slots.follow_language(before, now);
            }
            now
        });
        slots
    }

    /// Exchanges the default models of one language for those of another. A model that the reader chose stays.
    fn follow_language(self, before: Language, now: Language) {
        for slot in Slot::ALL {
            let model = self.get(slot);
            let source = model.selection.with_untracked(|it| it.source.clone());
            let is_default = !model.is_chosen()
                && matches!(source, Some(Source::BuiltIn { name }) if slot.is_favourite(&name, before));
            let next = slot.favourite(now).filter(|name| is_default && self.catalogue.has(name));
            if let Some(name) = next {
                model.exchange(Source::BuiltIn { name: name.into() });
            }
        }
    }

    /// Loads what the changed address names, if a demo is open that needs it.
    pub fn follow_address(self, demo: Option<Demo>) {
        let is_asked = |slot: &Slot| demo.is_some_and(|demo| demo.parameters_of(*slot).is_some());
        for slot in Slot::ALL.into_iter().filter(is_asked) {
            let model = self.get(slot);
            let now = model.selection.get_untracked();
            // Where nothing has been chosen yet, the list of models decides.
            let favourite = slot.favourite(language::current());
            let favourite = favourite.filter(|_| now.source.is_some());
            let requested = requested_selection(slot, demo, favourite);
            if requested != now {
                if requested.source != now.source {
                    model.mark_chosen();
                }
                model.change(|selection| *selection = requested);
            }
        }
    }

    /// Returns the slots of the app, from any page or component.
    pub fn here() -> Self {
        expect_context()
    }

    /// Shows a demo's recordings, for as long as its default models have not loaded.
    pub fn show_recording(self, demo: Demo) {
        Recording::fetch(demo, self.recording);
    }

    /// Returns the model in a slot.
    pub fn get(self, slot: Slot) -> Model {
        match slot {
            Slot::Decoder => self.decoder,
            Slot::Sentences => self.sentences,
            Slot::Masked => self.masked,
            Slot::Readers => self.readers,
            Slot::Beside => self.beside,
        }
    }

    /// Returns the model in a slot for a page that needs it: the model is loaded if it is missing, and reloaded after
    /// a failure of the engine for as long as the page is open.
    pub fn need(self, need: Need) -> Model {
        let model = self.get(need.slot);
        model.keep_while_open();
        Effect::new(move |was_started: Option<bool>| {
            if was_started == Some(true) {
                return true;
            }
            if model.selection.with_untracked(|it| it.source.is_none()) {
                let Some(suiting) = self.suiting(need) else { return false };
                let source = suiting.map(|name| Source::BuiltIn { name });
                model.selection.update(|selection| selection.source = source);
            }
            model.start();
            true
        });
        model
    }

    /// Returns the default built-in model: the slot's default, else one that suits every demo of the slot, else one
    /// that suits this demo. `None` until the list has arrived.
    fn suiting(self, need: Need) -> Option<Option<String>> {
        let mut names = self.catalogue.names(need.ability)?;
        let all_round = self.catalogue.names(Ability::NextSentence)?;
        let is_favourite = |name: &String| need.slot.is_favourite(name, language::current());
        let best = names.iter().position(is_favourite).or_else(|| {
            names.iter().position(|name| need.slot == Slot::Masked && all_round.contains(name))
        });
        Some(match best {
            Some(best) => Some(names.swap_remove(best)),
            None => names.into_iter().next(),
        })
    }

    /// Lists the stored models once the engine has loaded a model, when it is idle.
    fn offer_kept(self) {
        let models = Slot::ALL.map(|slot| self.get(slot));
        let is_up = Memo::new(move |_| models.iter().any(|it| it.loaded.with(Option::is_some)));
        Effect::new(move |was_asked: Option<bool>| {
            if was_asked != Some(true) && is_up.get() {
                self.decoder.send(Request::KeptModels, move |event| {
                    // A browser that stores nothing has already reported the error to the code that wanted to store
                    // something.
                    if let Event::KeptModels { models, .. } = event {
                        self.offer(&models);
                    }
                });
                return true;
            }
            was_asked == Some(true)
        });
    }

    /// Adds these models to the pickers of the slots that they suit.
    pub fn offer(self, kept: &[KeptModel]) {
        for slot in Slot::ALL {
            let model = self.get(slot);
            for it in kept.iter().filter(|it| it.is_complete && slot.suits(it)) {
                let mut selection = model.selection.get_untracked();
                selection.source = Some(source::read_elsewhere(&it.source));
                selection.files = None;
                model.remember(&selection, &it.name);
            }
        }
    }
}

/// Returns a slot's selection in the address, or `otherwise` where it names no model.
fn requested_selection(slot: Slot, demo: Option<Demo>, otherwise: Option<&str>) -> Selection {
    let names = demo.and_then(|demo| demo.parameters_of(slot));
    let (source, weights) = names.map(|it| query::choice(it.model, it.weights)).unwrap_or_default();
    let otherwise = otherwise.map(|name| Source::BuiltIn { name: name.into() });
    Selection {
        source: source.or(otherwise),
        files: None,
        fit: Fit::default(),
        keep: Keep::default(),
        quantization: weights.unwrap_or(slot.weights()),
        device: query::device(),
    }
}
