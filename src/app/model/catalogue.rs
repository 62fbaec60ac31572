//! The site's own models, as `models/index.json` lists them.

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::worker::protocol::Ability;

const INDEX: &str = "models/index.json";

#[derive(Deserialize)]
struct Index {
    models: Vec<Entry>,
}

#[derive(Clone, Deserialize)]
struct Entry {
    name: String,
    /// Of the weights.
    #[serde(default)]
    bytes: u64,
    /// An index without them is an older one, which knew only models that write.
    #[serde(default = "generate")]
    abilities: Vec<Ability>,
}

fn generate() -> Vec<Ability> {
    vec![Ability::Generate]
}

/// The list, which comes a little after the page.
#[derive(Clone, Copy)]
pub struct Catalogue(RwSignal<Option<Vec<Entry>>>);

impl Catalogue {
    /// Begin to fetch it. A site without one has no models of its own.
    pub fn fetch() -> Self {
        let entries = RwSignal::new(None);
        spawn_local(async move { entries.set(Some(fetch().await.unwrap_or_default())) });
        Self(entries)
    }

    /// The models that can do something, by name; none until the list has come.
    pub fn names(self, ability: Ability) -> Option<Vec<String>> {
        self.0.with(|entries| {
            let able = entries.as_ref()?.iter().filter(|it| it.abilities.contains(&ability));
            Some(able.map(|entry| entry.name.clone()).collect())
        })
    }

    /// All of them with the bytes of their weights; none until the list has come.
    pub fn sizes(self) -> Vec<(String, u64)> {
        let size = |entry: &Entry| (entry.name.clone(), entry.bytes);
        self.0.with(|entries| entries.iter().flatten().map(size).collect())
    }
}

async fn fetch() -> Result<Vec<Entry>, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(INDEX)).await?.unchecked_into();
    if !response.ok() {
        return Err(JsValue::from(response.status()));
    }
    let json = JsFuture::from(response.json()?).await?;
    let index: Index = serde_wasm_bindgen::from_value(json)?;
    Ok(index.models)
}
