//! The open demo: a parameter of the address, `?demo=…`, so that any static host will do, in any folder.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MouseEvent, UrlSearchParams};

use super::drafts::Drafts;
use crate::app::browser::{query, root};
use crate::view_model::Demo;

const PARAMETER: &str = "demo";
/// Parameters that apply to every demo; a link to another one leaves out the rest.
const SHARED_PARAMETERS: [&str; 5] = ["lang", "theme", "projector", "device", "embed"];

/// The links of the map, which is part of index.html.
const MAP_LINKS: &str = "#map a";

/// Returns the demo in the address; `None`, the map, if it is missing or unknown.
fn requested() -> Option<Demo> {
    Demo::from_name(&query::get(PARAMETER)?)
}

/// Returns the parameters of a demo's address, or of the map's, before the page adds its own.
pub fn parameters(demo: Option<Demo>) -> UrlSearchParams {
    let (now, fresh) = (query::query(), UrlSearchParams::new().expect("no argument"));
    for name in SHARED_PARAMETERS {
        if let Some(value) = now.get(name) {
            fresh.set(name, &value);
        }
    }
    if let Some(demo) = demo {
        fresh.set(PARAMETER, demo.name());
    }
    fresh
}

fn href(demo: Option<Demo>) -> String {
    format!("?{}", parameters(demo).to_string())
}

/// The open demo, `None` for the map, and the navigation to another one without reloading the page.
#[derive(Clone, Copy)]
pub struct Route {
    demo: RwSignal<Option<Demo>>,
    drafts: Drafts,
    /// Number of restarts of the open page.
    restarts: RwSignal<u32>,
}

impl Route {
    /// Follows the address and the links of the map.
    pub fn new(drafts: Drafts) -> Self {
        let demo = RwSignal::new(requested());
        let listener = window_event_listener(ev::popstate, move |_| demo.set(requested()));
        on_cleanup(move || listener.remove());
        let route = Self { demo, drafts, restarts: RwSignal::new(0) };
        let clicks = window_event_listener(ev::click, move |event| {
            let link = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let link = link.and_then(|element| element.closest(MAP_LINKS).ok().flatten());
            let name = link.and_then(|link| link.get_attribute("href"));
            let demo = name.and_then(|href| Demo::from_name(href.strip_prefix("?demo=")?));
            if demo.is_some() {
                route.follow(&event, demo);
            }
        });
        on_cleanup(move || clicks.remove());
        // The map, in index.html beside the page, is shown or hidden by this attribute.
        Effect::new(move |_| {
            root::set_attribute("data-demo", Some(demo.get().map_or("home", Demo::name)));
        });
        route
    }

    /// Returns the open demo.
    pub fn demo(self) -> Memo<Option<Demo>> {
        Memo::new(move |_| self.demo.get())
    }

    /// Changes when the open page is to restart.
    pub fn restarts(self) -> u32 {
        self.restarts.get()
    }

    /// Restarts with the changed address. Returns its demo.
    pub fn reload(self) -> Option<Demo> {
        let demo = requested();
        self.drafts.clear();
        self.demo.set(demo);
        self.restarts.update(|count| *count += 1);
        demo
    }

    /// Returns the address of a demo or of the map.
    pub fn href(self, demo: Option<Demo>) -> String {
        // The other parameters may have changed with the demo.
        self.demo.track();
        href(demo)
    }

    /// Opens a demo.
    pub fn go(self, demo: Demo) {
        self.open(Some(demo));
    }

    /// Follows a clicked link. Clicks that open a new tab or window are left to the browser.
    pub fn follow(self, event: &MouseEvent, demo: Option<Demo>) {
        let is_for_browser = event.button() != 0
            || event.ctrl_key()
            || event.meta_key()
            || event.shift_key()
            || event.alt_key();
        if is_for_browser {
            return;
        }
        event.prevent_default();
        self.open(demo);
    }

    fn open(self, demo: Option<Demo>) {
        if self.demo.get_untracked() == demo {
            return;
        }
        if let Ok(history) = window().history() {
            // A frame without an origin may not change its address; it can show the demo all the same.
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&href(demo)));
        }
        self.demo.set(demo);
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}
