//! Which demo is open: the address says it, as `?demo=…`, so that any static host will do, in any folder.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsValue;
use web_sys::{MouseEvent, UrlSearchParams};

use super::model::Slot;

const PARAMETER: &str = "demo";
/// Parameters that belong to the demo they were written for; a link to another one leaves them out.
const OF_ONE_DEMO: [&str; 4] = ["model", "weights", "prompt", "seed"];

/// A demo, which is a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    Generate,
    Sentences,
    Words,
    Mask,
    Next,
    Compare,
    Number,
    Layer,
    Squeezed,
    Size,
}

impl Demo {
    /// In the order of the lecture.
    pub const ALL: [Self; 10] = [
        Self::Generate,
        Self::Sentences,
        Self::Words,
        Self::Mask,
        Self::Next,
        Self::Compare,
        Self::Number,
        Self::Layer,
        Self::Squeezed,
        Self::Size,
    ];

    /// Its name in the address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Sentences => "sentences",
            Self::Words => "words",
            Self::Mask => "mask",
            Self::Next => "next",
            Self::Compare => "compare",
            Self::Number => "number",
            Self::Layer => "layer",
            Self::Squeezed => "squeezed",
            Self::Size => "size",
        }
    }

    /// The slot that the address' `model` and `weights` are for; none where no model is needed.
    pub fn slot(self) -> Option<Slot> {
        match self {
            Self::Generate | Self::Compare | Self::Layer | Self::Squeezed => Some(Slot::Decoder),
            Self::Sentences | Self::Words => Some(Slot::Sentences),
            Self::Mask | Self::Next => Some(Slot::Masked),
            Self::Number | Self::Size => None,
        }
    }

    /// What the page's address asks for; an unknown name opens the first demo.
    pub fn asked() -> Self {
        let name = query().and_then(|query| query.get(PARAMETER));
        Self::ALL
            .into_iter()
            .find(|demo| name.as_deref() == Some(demo.name()))
            .unwrap_or(Self::Generate)
    }

    fn href(self) -> String {
        let Some(query) = query() else { return format!("?{PARAMETER}={}", self.name()) };
        for parameter in OF_ONE_DEMO {
            query.delete(parameter);
        }
        query.set(PARAMETER, self.name());
        format!("?{}", query.to_string())
    }
}

fn query() -> Option<UrlSearchParams> {
    UrlSearchParams::new_with_str(&location().search().unwrap_or_default()).ok()
}

/// The demo that is open, and the way to open another one without loading the page again.
#[derive(Clone, Copy)]
pub struct Route(RwSignal<Demo>);

impl Route {
    /// Follows the address from now on.
    pub fn new() -> Self {
        let demo = RwSignal::new(Demo::asked());
        let listener = window_event_listener(ev::popstate, move |_| demo.set(Demo::asked()));
        on_cleanup(move || listener.remove());
        Self(demo)
    }

    /// The open demo.
    pub fn demo(self) -> Memo<Demo> {
        Memo::new(move |_| self.0.get())
    }

    /// Where a link to a demo leads.
    pub fn href(self, demo: Demo) -> String {
        // The other parameters may have changed with the demo.
        self.0.track();
        demo.href()
    }

    /// A link was clicked. What asks for a new tab or window is left to the browser.
    pub fn follow(self, event: &MouseEvent, demo: Demo) {
        let is_for_browser = event.button() != 0
            || event.ctrl_key()
            || event.meta_key()
            || event.shift_key()
            || event.alt_key();
        if is_for_browser {
            return;
        }
        event.prevent_default();
        if self.0.get_untracked() == demo {
            return;
        }
        if let Ok(history) = window().history() {
            // A frame without an origin may not change its address; it can show the demo all the same.
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&demo.href()));
        }
        self.0.set(demo);
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}
