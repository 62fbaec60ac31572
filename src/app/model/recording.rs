//! Recordings: what the default models answered to a demo's first requests. They fill the page until the model has
//! loaded, and are marked as recordings there. `cargo xtask record` makes them with the page and the engine themselves.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::Model;
use crate::app::language::{self, t};
use crate::view_model::Demo;
use crate::worker::protocol::{Event, ModelInfo, Quantization, Request, Source};

/// Handle of a recorded model. The engine counts its own from 1.
pub const RECORDED: u32 = u32::MAX;

/// Handles in a request, which differ from session to session.
const HANDLES: [&str; 2] = ["model", "reference"];
/// The key of a JSON object that holds the numbers of a typed array.
const FLOATS: &str = "Float32Array";
const INTEGERS: &str = "Int32Array";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn parse_with(
        text: &str,
        reviver: &mut dyn FnMut(JsValue, JsValue) -> JsValue,
    ) -> Result<JsValue, JsValue>;
}

/// The recordings of one demo in one language.
#[derive(Deserialize)]
pub struct Recording {
    models: Vec<RecordedModel>,
}

/// A default model and its answers.
#[derive(Clone, Deserialize)]
struct RecordedModel {
    name: String,
    quantization: Quantization,
    info: ModelInfo,
    answers: Vec<Answer>,
}

#[derive(Clone, Deserialize)]
struct Answer {
    /// The request as it was sent, without its handles.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    request: JsValue,
    events: Vec<Event>,
}

impl Recording {
    /// Fetches the recording of a demo in the page's language into `shown`, where the previous demo's is removed. A
    /// site without recordings shows nothing until its models have loaded.
    pub fn fetch(demo: Demo, shown: RwSignal<Option<Rc<Self>>, LocalStorage>) {
        shown.set(None);
        let page = StoredValue::new(());
        spawn_local(async move {
            let fetched = fetch(demo).await;
            // The page may be gone by now, and another one with its own recording open.
            if let (Ok(recording), Some(())) = (fetched, page.try_get_value()) {
                shown.set(Some(Rc::new(recording)));
            }
        });
    }
}

async fn fetch(demo: Demo) -> Result<Recording, JsValue> {
    let file = format!("recorded/{}.{}.json", demo.name(), language::name(language::now()));
    let response: Response = JsFuture::from(window().fetch_with_str(&file)).await?.unchecked_into();
    if !response.ok() {
        return Err(JsValue::from(response.status()));
    }
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let json = parse_with(&text, &mut |_, value| revived(value))?;
    let mut recording: Recording = serde_wasm_bindgen::from_value(json)?;
    for RecordedModel { info, .. } in &mut recording.models {
        info.model = RECORDED;
        info.device.name = t!(common.recorded).into();
    }
    Ok(recording)
}

/// Typed arrays of the protocol, which JSON has not.
fn revived(value: JsValue) -> JsValue {
    if !value.is_object() {
        return value;
    }
    let list =
        |key: &str| js_sys::Reflect::get(&value, &key.into()).ok().filter(JsValue::is_object);
    if let Some(numbers) = list(FLOATS) {
        return js_sys::Float32Array::new(&numbers).into();
    }
    match list(INTEGERS) {
        Some(numbers) => js_sys::Int32Array::new(&numbers).into(),
        None => value,
    }
}

/// The request as recordings have it: JSON without handles.
fn without_handles(request: &Request) -> Option<JsValue> {
    let object = request.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).ok()?;
    for handle in HANDLES {
        js_sys::Reflect::delete_property(object.unchecked_ref::<js_sys::Object>(), &handle.into())
            .ok()?;
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
        let asked = json(&without_handles(request)?)?;
        untrack(|| {
            self.recorded_model(|it| {
                let answer =
                    it.answers.iter().find(|it| json(&it.request).as_ref() == Some(&asked));
                answer.map(|answer| answer.events.clone())
            })
        })
    }
}
