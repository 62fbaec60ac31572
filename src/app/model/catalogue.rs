//! The site's own models, as `models/index.json` lists them.

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::app::language;
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
    /// Languages of its model card; none if the card does not say.
    #[serde(default)]
    languages: Vec<String>,
}

impl Entry {
    /// Rank of the model for readers of a language: first those for it, last those for others.
    fn rank(&self, language: &str) -> u8 {
        match &self.languages[..] {
            [] => 1,
            languages if languages.iter().any(|it| it == language) => 0,
            _ => 2,
        }
    }
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

    /// Returns the names of the models with an ability, those for the page's language first; `None` until the list has
    /// arrived.
    pub fn names(self, ability: Ability) -> Option<Vec<String>> {
        let language = language::name(language::now());
        self.0.with(|entries| {
            let able = entries.as_ref()?.iter().filter(|it| it.abilities.contains(&ability));
            let mut able: Vec<_> = able.collect();
            able.sort_by_key(|entry| entry.rank(language));
            Some(able.into_iter().map(|entry| entry.name.clone()).collect())
        })
    }

    /// Whether the site has a model of this name, as far as is known.
    pub fn has(self, name: &str) -> bool {
        self.0.with_untracked(|entries| entries.iter().flatten().any(|entry| entry.name == name))
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
