//! Answers of a model that has not loaded yet, from its recording.

use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::{
    Model, Selection, Slots,
    recording::{RecordedModel, RecordedTraining},
};
use crate::worker::protocol::{Event, ModelInfo, Request, Source};

/// Handles in a request, which differ from session to session.
const HANDLES: [&str; 4] = ["model", "reference", "continuations", "reward"];
/// What a training learns from. It is long, and follows from the rest of the page: recordings lack it.
const MATERIAL: [&str; 3] = ["examples", "tests", "texts"];

/// The request as recordings have it: JSON without these members.
fn without(members: &[&str], request: &Request) -> Option<JsValue> {
    let object = request.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).ok()?;
    for member in members {
        let member = JsValue::from(*member);
        js_sys::Reflect::delete_property(object.unchecked_ref::<js_sys::Object>(), &member).ok()?;
    }
    Some(object)
}

fn json(value: &JsValue) -> Option<String> {
    js_sys::JSON::stringify(value).ok()?.as_string()
}

impl Model {
    /// Returns a value of the selected model's recording, if it is a default model that the demo has recordings of.
    fn recorded_model<T>(self, read: impl FnOnce(&RecordedModel) -> Option<T>) -> Option<T> {
        let recording = self.recording.get()?;
        self.selection.with(|selection| {
            let is_it = |it: &&RecordedModel| {
                let is_source = match &selection.source {
                    Some(Source::BuiltIn { name }) => *name == it.name,
                    // A copy gets its source when the first one has loaded.
                    None => self.is_sibling,
                    Some(_) => false,
                };
                is_source && it.quantization == selection.quantization
            };
            read(recording.models.iter().find(is_it)?)
        })
    }

    /// Whether there are recordings of the selected model, loaded or not.
    pub fn has_recording(self) -> bool {
        self.recorded_model(|_| Some(())).is_some()
    }

    /// Returns the recorded model's description.
    pub(super) fn recorded_info(self) -> Option<ModelInfo> {
        self.recorded_model(|it| Some(it.info.clone()))
    }

    /// Returns the recorded answer to a request, its last event included.
    pub fn recorded(self, request: &Request) -> Option<Vec<Event>> {
        let asked = json(&without(&HANDLES, request)?)?;
        untrack(|| {
            self.recorded_model(|it| {
                let answer =
                    it.answers.iter().find(|it| json(&it.request).as_ref() == Some(&asked));
                answer.map(|answer| answer.events.clone())
            })
        })
    }
}

impl Slots {
    /// Returns the open demo's recording of a training, that of `model` where one is needed. The material that the
    /// request learns from must be the demo's own.
    pub(super) fn recorded_training(
        self,
        model: Option<Model>,
        request: &Request,
    ) -> Option<Vec<Event>> {
        let recording = self.recording.get()?;
        let selected = match model {
            None => None,
            Some(model) => match model.selection.get() {
                Selection { source: Some(Source::BuiltIn { name }), quantization, .. } => {
                    Some((name, quantization))
                }
                _ => return None,
            },
        };
        let members = [&HANDLES[..], &MATERIAL].concat();
        let asked = json(&without(&members, request)?)?;
        let is_it = |it: &&RecordedTraining| {
            it.model == selected && json(&it.answer.request).as_ref() == Some(&asked)
        };
        recording.trainings.iter().find(is_it).map(|it| it.answer.events.clone())
    }
}
