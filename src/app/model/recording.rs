//! Recordings: what the default models answered to a demo's first requests. They fill the page until the model has
//! loaded, and are marked as recordings there. `cargo xtask record` makes them with the page and the engine themselves.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::app::browser::fetching;
use crate::app::language::{self, t};
use crate::view_model::Demo;
use crate::worker::protocol::{Event, ModelInfo, Quantization};

/// Handle of a recorded model. The engine counts its own from 1.
pub const RECORDED: u32 = u32::MAX;

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
    pub(super) models: Vec<RecordedModel>,
    #[serde(default)]
    pub(super) trainings: Vec<RecordedTraining>,
}

/// A training with a demo's own settings, from its first event to its last.
#[derive(Clone, Deserialize)]
pub(super) struct RecordedTraining {
    /// The default model that it began with, if it began with one.
    pub model: Option<(String, Quantization)>,
    pub answer: Answer,
}

/// A default model and its answers.
#[derive(Clone, Deserialize)]
pub(super) struct RecordedModel {
    pub name: String,
    pub quantization: Quantization,
    pub info: ModelInfo,
    pub answers: Vec<Answer>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Answer {
    /// The request as it was sent, without its handles.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub request: JsValue,
    pub events: Vec<Event>,
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
    let text = fetching::text(&file).await?;
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
