//! The site's own files of text.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Stories in both languages that the site's models have not seen.
pub const STORIES: [&str; 2] = ["texts/stories-en-valid.txt", "texts/stories-ru-valid.txt"];

/// Fetches a file of the site as text.
///
/// # Errors
/// The browser's error, or the status of a file that is not there.
pub async fn text(file: &str) -> Result<String, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(file)).await?.unchecked_into();
    if !response.ok() {
        return Err(JsValue::from(response.status()));
    }
    Ok(JsFuture::from(response.text()?).await?.as_string().unwrap_or_default())
}
