//! What the page's address asks for: `?model=…&weights=…&device=…&prompt=…&seed=…`.

use web_sys::UrlSearchParams;

use crate::worker::protocol::{DeviceChoice, Quantization, Source};

/// The choices an address can make; what it leaves out is `None`.
#[derive(Default)]
pub struct Asked {
    pub model: Option<Source>,
    pub weights: Option<Quantization>,
    pub device: Option<DeviceChoice>,
    pub prompt: Option<String>,
    pub seed: Option<u32>,
}

/// Read the page's own address. What makes no sense there is passed over: an old link must still open.
pub fn asked() -> Asked {
    let query = leptos::prelude::location().search().unwrap_or_default();
    let Ok(query) = UrlSearchParams::new_with_str(&query) else { return Asked::default() };
    let get = |name| query.get(name).filter(|value| !value.trim().is_empty());
    Asked {
        model: get("model").map(|model| source(&model)),
        weights: get("weights").and_then(|name| from_name(&name)),
        device: get("device").and_then(|name| from_name(&name)),
        prompt: get("prompt"),
        seed: get("seed").and_then(|seed| seed.parse().ok()),
    }
}

/// A source as people write it: an address, a Hub id (`owner/name`, `owner/name@revision`), or the name
/// of one of the site's own models.
pub fn source(text: &str) -> Source {
    let text = text.trim();
    if text.contains("://") {
        Source::Url { base: text.into() }
    } else if text.contains('/') {
        hub(text)
    } else {
        Source::BuiltIn { name: text.into() }
    }
}

/// What was typed into the field for Hub ids: also the short names of old models, such as `gpt2`.
pub fn source_elsewhere(text: &str) -> Source {
    match source(text) {
        Source::BuiltIn { name } => hub(&name),
        source => source,
    }
}

fn hub(text: &str) -> Source {
    match text.split_once('@') {
        Some((id, revision)) => Source::Hub { id: id.into(), revision: Some(revision.into()) },
        None => Source::Hub { id: text.into(), revision: None },
    }
}

/// The protocol's own names (`int8`, `gpu`, …), read as the protocol reads them.
pub fn from_name<T: serde::de::DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(name.into()).ok()
}
