//! The page: Leptos, rendered in the browser. The shell holds the engine and its models; a page owns the
//! state of its demo; components get values and callbacks; charts are pure functions of data.

mod address;
mod browser;
mod charts;
mod components;
mod frame;
mod language;
mod model;
mod pages;
mod reading;
mod shell;
mod strings;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use shell::Shell;

/// Id of the element that the page is mounted in; index.html fills it with a placeholder until then.
const ROOT: &str = "page";

/// Replaces the placeholder by the page.
pub fn run() {
    console_error_panic_hook::set_once();
    let root = document().get_element_by_id(ROOT).and_then(|root| root.dyn_into().ok());
    let root: web_sys::HtmlElement = match root {
        Some(root) => root,
        None => return leptos::mount::mount_to_body(Shell),
    };
    root.set_text_content(None);
    leptos::mount::mount_to(root, Shell).forget();
}
