//! Which demo is open: the address says it, as `?demo=…`, so that any static host will do, in any folder.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MouseEvent, UrlSearchParams};

use super::{address, drafts::Drafts, model::Slot, root};

const PARAMETER: &str = "demo";
/// Parameters that hold for every demo; a link to another one leaves out the rest.
const OF_ALL: [&str; 5] = ["lang", "theme", "projector", "device", "embed"];

/// The links of the map, which is part of index.html.
const MAP_LINKS: &str = "#map a";

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
    /// No demo of the lecture: what the browser keeps for all of them.
    Models,
}

/// A stop of the lecture that has demos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    Elmo,
    Bert,
    Gpt2,
    Comparison,
    Quantization,
}

/// The names of the parameters that choose a model.
#[derive(Debug, Clone, Copy)]
pub struct ModelParameters {
    pub model: &'static str,
    pub weights: &'static str,
}

impl Stop {
    /// In the order of the lecture.
    pub const ALL: [Self; 5] =
        [Self::Elmo, Self::Bert, Self::Gpt2, Self::Comparison, Self::Quantization];

    /// Its demos, one at least.
    pub fn demos(self) -> &'static [Demo] {
        match self {
            Self::Elmo => &[Demo::Words],
            Self::Bert => &[Demo::Mask, Demo::Next, Demo::Sentences],
            Self::Gpt2 => &[Demo::Generate],
            Self::Comparison => &[Demo::Compare],
            Self::Quantization => &[Demo::Number, Demo::Layer, Demo::Squeezed, Demo::Size],
        }
    }
}

impl Demo {
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
            Self::Models => "models",
        }
    }

    /// The slot that the address' `model` and `weights` are for; none where no model is needed.
    fn slot(self) -> Option<Slot> {
        match self {
            Self::Generate | Self::Compare | Self::Layer | Self::Squeezed => Some(Slot::Decoder),
            Self::Sentences | Self::Words => Some(Slot::Sentences),
            Self::Mask | Self::Next => Some(Slot::Masked),
            Self::Number | Self::Size | Self::Models => None,
        }
    }

    /// What a slot's model and its weights are called in the demo's address.
    pub fn parameters_of(self, slot: Slot) -> Option<ModelParameters> {
        match (self, slot) {
            _ if self.slot() == Some(slot) => {
                Some(ModelParameters { model: "model", weights: "weights" })
            }
            (Self::Compare, Slot::Masked) => {
                Some(ModelParameters { model: "encoder", weights: "encoderWeights" })
            }
            _ => None,
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let all = Stop::ALL.into_iter().flat_map(Stop::demos).copied();
        all.chain([Self::Models]).find(|demo| demo.name() == name)
    }

    /// What the page's address asks for; without it, and with an unknown name, there is only the map.
    pub fn asked() -> Option<Self> {
        Self::from_name(&address::get(PARAMETER)?)
    }
}

/// The parameters of a demo's address, or of the map's, before it adds its own.
pub fn parameters(demo: Option<Demo>) -> UrlSearchParams {
    let (now, fresh) = (address::query(), UrlSearchParams::new().expect("no argument"));
    for name in OF_ALL {
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

/// The demo that is open, none while the map is, and the way to open another one without loading the page again.
#[derive(Clone, Copy)]
pub struct Route {
    demo: RwSignal<Option<Demo>>,
    drafts: Drafts,
    /// Counts how often the open page began anew.
    beginnings: RwSignal<u32>,
}

impl Route {
    /// Follows the address from now on, and the links of the map.
    pub fn new(drafts: Drafts) -> Self {
        let demo = RwSignal::new(Demo::asked());
        let listener = window_event_listener(ev::popstate, move |_| demo.set(Demo::asked()));
        on_cleanup(move || listener.remove());
        let route = Self { demo, drafts, beginnings: RwSignal::new(0) };
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
        // What index.html holds besides the page, the map, shows or hides by this.
        Effect::new(move |_| {
            root::set_attribute("data-demo", Some(demo.get().map_or("home", Demo::name)));
        });
        route
    }

    /// The open demo.
    pub fn demo(self) -> Memo<Option<Demo>> {
        Memo::new(move |_| self.demo.get())
    }

    /// Changes when the open page is to begin anew.
    pub fn beginning(self) -> u32 {
        self.beginnings.get()
    }

    /// The address was changed: begin anew with what it says. Gives the demo it names.
    pub fn reload(self) -> Option<Demo> {
        let demo = Demo::asked();
        self.drafts.clear();
        self.demo.set(demo);
        self.beginnings.update(|count| *count += 1);
        demo
    }

    /// Where a link to a demo or to the map leads.
    pub fn href(self, demo: Option<Demo>) -> String {
        // The other parameters may have changed with the demo.
        self.demo.track();
        href(demo)
    }

    /// A link was clicked. What asks for a new tab or window is left to the browser.
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
