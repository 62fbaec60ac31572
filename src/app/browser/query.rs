//! The parameters of the page's address: `?model=…&weights=…&device=…`, and those of each page (see
//! [`crate::app::address::sharing`]).

use leptos::prelude::{location, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::UrlSearchParams;

use crate::view_model::{parameter, source};
use crate::worker::protocol::{DeviceChoice, Quantization, Source};

/// Returns the model and weights under these two names; `None` for what is missing or invalid: an old link must still
/// open.
pub fn choice(model: &str, weights: &str) -> (Option<Source>, Option<Quantization>) {
    let weights = get(weights).and_then(|name| parameter::read(&name));
    (get(model).map(|model| source::read(&model)), weights)
}

/// Returns the device in the address.
pub fn device() -> DeviceChoice {
    get("device").and_then(|name| parameter::read(&name)).unwrap_or_default()
}

/// Returns the parameters of the page's address.
pub fn query() -> UrlSearchParams {
    UrlSearchParams::new_with_str(&location().search().unwrap_or_default())
        .expect("any text is a query")
}

/// Returns one parameter, unless it is blank.
pub fn get(name: &str) -> Option<String> {
    query().get(name).filter(|value| !value.trim().is_empty())
}

/// Returns the names and values of a query.
pub fn pairs(query: &str) -> impl Iterator<Item = (String, String)> + use<> {
    let query = UrlSearchParams::new_with_str(query).expect("any text is a query");
    let entries = js_sys::try_iter(&query).ok().flatten();
    entries.into_iter().flatten().filter_map(|entry| {
        let pair: js_sys::Array = entry.ok()?.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    })
}

/// Replaces the parameters of the address.
pub fn replace(query: &UrlSearchParams) {
    let mut search = query.to_string().as_string().unwrap_or_default();
    search.insert(0, '?');
    if location().search().is_ok_and(|now| now == search || (now.is_empty() && search == "?")) {
        return;
    }
    if let Ok(history) = window().history() {
        // A frame without an origin may not change its address; nothing depends on it.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&search));
    }
}

/// Removes one parameter, because the reader chose otherwise.
pub fn forget(name: &str) {
    let query = query();
    query.delete(name);
    replace(&query);
}
