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
    /// Bytes of the weights.
    #[serde(default)]
    bytes: u64,
    /// An index without abilities is an older one, whose models all generate text.
    #[serde(default = "generate")]
    abilities: Vec<Ability>,
}

fn generate() -> Vec<Ability> {
    vec![Ability::Generate]
}

/// The list, which arrives a little after the page.
#[derive(Clone, Copy)]
pub struct Catalogue(RwSignal<Option<Vec<Entry>>>);

impl Catalogue {
    /// Starts to fetch the list. A site without one has no models of its own.
    pub fn fetch() -> Self {
        let entries = RwSignal::new(None);
        spawn_local(async move { entries.set(Some(fetch().await.unwrap_or_default())) });
        Self(entries)
    }

    /// Returns the names of the models with an ability; `None` until the list has arrived.
    pub fn names(self, ability: Ability) -> Option<Vec<String>> {
        self.0.with(|entries| {
            let able = entries.as_ref()?.iter().filter(|it| it.abilities.contains(&ability));
            Some(able.map(|entry| entry.name.clone()).collect())
        })
    }

    /// Returns all models with the bytes of their weights; `None` until the list has arrived.
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
