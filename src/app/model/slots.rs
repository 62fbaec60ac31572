//! The app's models: one a kind of work, kept while the reader goes from demo to demo.

use leptos::prelude::*;

use super::{Catalogue, Model, Selection};
use crate::app::{address, demo::Demo};
use crate::error::LecternError;
use crate::quantization::Fit;
use crate::worker::client::Client;
use crate::worker::protocol::{Ability, Keep, Quantization, Source};

/// Where a model is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The one that writes on.
    Decoder,
    /// The one that turns texts into vectors.
    Sentences,
    /// The one that fills masks, and tells whether a sentence follows.
    Masked,
}

/// What a demo wants of a slot's model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub slot: Slot,
    pub ability: Ability,
}

impl Slot {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Decoder, Self::Sentences, Self::Masked];

    /// Its part of the names of fields.
    pub fn id(self) -> &'static str {
        match self {
            Self::Decoder => "decoder",
            Self::Sentences => "sentences",
            Self::Masked => "masked",
        }
    }

    /// Hub ids that suit it.
    pub fn suggestions(self) -> &'static [&'static str] {
        match self {
            Self::Decoder => &[
                "openai-community/gpt2",
                "distilbert/distilgpt2",
                "openai-community/gpt2-medium",
                "ai-forever/rugpt3small_based_on_gpt2",
            ],
            Self::Sentences => &[
                "sentence-transformers/all-MiniLM-L6-v2",
                "cointegrated/rubert-tiny2",
                "google-bert/bert-base-uncased",
            ],
            Self::Masked => &[
                "google-bert/bert-base-uncased",
                "distilbert/distilbert-base-uncased",
                "DeepPavlov/rubert-base-cased",
                "google-bert/bert-base-multilingual-cased",
            ],
        }
    }

    /// The model to begin with, where the site has it.
    fn favourite(self) -> Option<&'static str> {
        match self {
            Self::Decoder => Some("tales-gpt2"),
            Self::Sentences => Some("all-MiniLM-L6-v2"),
            Self::Masked => Some("tales-bert"),
        }
    }

    /// Is this the model to begin with?
    pub fn is_favourite(self, name: &str) -> bool {
        self.favourite() == Some(name)
    }

    /// What the address asks for, and `otherwise` where it names no model.
    fn asked(self, demo: Option<Demo>, otherwise: Option<&str>) -> Selection {
        let names = demo.and_then(|demo| demo.parameters_of(self));
        let (source, weights) = names.map(address::choice).unwrap_or_default();
        let otherwise = otherwise.map(|name| Source::BuiltIn { name: name.into() });
        Selection {
            source: source.or(otherwise),
            files: None,
            fit: Fit::default(),
            keep: Keep::default(),
            quantization: weights.unwrap_or(self.weights()),
            device: address::device(),
        }
    }

    /// Encoders are downloads of a size that is better kept small.
    pub(super) fn weights(self) -> Quantization {
        match self {
            Self::Decoder => Quantization::AsStored,
            Self::Sentences | Self::Masked => Quantization::Int8,
        }
    }
}

/// The slots, the engine that runs what is in them, and what went wrong last. In the context of every page.
#[derive(Clone, Copy)]
pub struct Slots {
    pub decoder: Model,
    pub sentences: Model,
    pub masked: Model,
    pub catalogue: Catalogue,
    /// The sentence in the alert.
    pub problem: RwSignal<Option<String>>,
    /// Why the engine's worker died last.
    pub death: RwSignal<Option<LecternError>>,
}

impl Slots {
    /// Start the engine, unless only the map is open. The address chooses the models of the demo's own slots, and the
    /// device of all.
    pub fn new(demo: Option<Demo>) -> Self {
        let problem = RwSignal::new(None);
        let death = RwSignal::new(None);
        let client = Client::new(move |error| death.set(Some(error)));
        if demo.is_some() {
            client.start();
        }
        let client = StoredValue::new_local(client);
        let model = |slot: Slot| {
            // The decoder's favourite comes with every site: no need to wait for the list.
            let favourite = slot.favourite().filter(|_| slot == Slot::Decoder);
            Model::new(client, slot.asked(demo, favourite), problem)
        };
        let slots = Self {
            decoder: model(Slot::Decoder),
            sentences: model(Slot::Sentences),
            masked: model(Slot::Masked),
            catalogue: Catalogue::fetch(),
            problem,
            death,
        };
        Effect::new(move |_| {
            if let Some(error) = death.get() {
                for model in [slots.decoder, slots.sentences, slots.masked] {
                    model.engine_died(&error);
                }
            }
        });
        slots.offer_kept();
        slots
    }

    /// The address was changed: load what it says, where a demo is open that needs it.
    pub fn follow_address(self, demo: Option<Demo>) {
        let is_asked = |slot: &Slot| demo.is_some_and(|demo| demo.parameters_of(*slot).is_some());
        for slot in Slot::ALL.into_iter().filter(is_asked) {
            let model = self.get(slot);
            let now = model.selection.get_untracked();
            // Where nothing was chosen yet, the list of models decides.
            let favourite = slot.favourite().filter(|_| now.source.is_some());
            let wanted = slot.asked(demo, favourite);
            if wanted != now {
                model.change(|selection| *selection = wanted);
            }
        }
    }

    /// The slots of the app, from any page or component.
    pub fn here() -> Self {
        expect_context()
    }

    /// The model in a slot.
    pub fn get(self, slot: Slot) -> Model {
        match slot {
            Slot::Decoder => self.decoder,
            Slot::Sentences => self.sentences,
            Slot::Masked => self.masked,
        }
    }

    /// The model in a slot, for a page that needs it: it is loaded, if it is not there, and is loaded again
    /// after a failure of the engine for as long as the page is open.
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

    /// The built-in model to begin with: the favourite, else one that suits every demo of the slot, else one
    /// that suits this one. None until the list has come.
    fn suiting(self, need: Need) -> Option<Option<String>> {
        let mut names = self.catalogue.names(need.ability)?;
        let all_round = self.catalogue.names(Ability::NextSentence)?;
        let is_favourite = |name: &String| Some(name.as_str()) == need.slot.favourite();
        let best = names.iter().position(is_favourite).or_else(|| {
            names.iter().position(|name| need.slot == Slot::Masked && all_round.contains(name))
        });
        Some(match best {
            Some(best) => Some(names.swap_remove(best)),
            None => names.into_iter().next(),
        })
    }
}
