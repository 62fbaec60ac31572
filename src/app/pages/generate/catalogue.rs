//! The site's own models, as `models/index.json` lists them.

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

const INDEX: &str = "models/index.json";

#[derive(Deserialize)]
struct Entry {
    name: String,
}

/// The names of the site's own models: `first` until the list has come, and where there is none.
pub fn built_in(first: &str) -> RwSignal<Vec<String>> {
    let names = RwSignal::new(vec![first.to_owned()]);
    spawn_local(async move {
        if let Ok(listed) = fetch().await
            && !listed.is_empty()
        {
            names.set(listed);
        }
    });
    names
}

async fn fetch() -> Result<Vec<String>, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(INDEX)).await?.unchecked_into();
    if !response.ok() {
        return Err(JsValue::from(response.status()));
    }
    let json = JsFuture::from(response.json()?).await?;
    let entries: Vec<Entry> = serde_wasm_bindgen::from_value(json)?;
    Ok(entries.into_iter().map(|entry| entry.name).collect())
}
