//! The demo in a slide's frame: what the slide may say to it, and what it says to the slide. docs/embedding.md
//! describes the messages.

use std::collections::BTreeMap;

use js_sys::{JSON, Object};
use leptos::{ev, prelude::*};
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, KeyboardEvent, MessageEvent};

use crate::app::address::{Route, sharing::Sharing};
use crate::app::browser::{query, root};
use crate::app::model::Slots;
use crate::view_model::order::{self, Order};

/// No message of sense is longer, in characters.
const LONGEST: u32 = 100_000;
/// Keys that move a deck on.
const DECK_KEYS: [&str; 8] =
    ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];
/// Where those keys belong to what has the focus.
const OWN_KEYS: &str =
    "input, textarea, select, [contenteditable], [role=\"slider\"], [role=\"img\"]";

/// The way to the slide.
#[derive(Clone, Copy)]
struct Door {
    /// The origin of who said hello.
    host: RwSignal<Option<String>>,
}

/// Is this a slide's frame?
pub fn is_embedded() -> bool {
    root::attribute("data-embed").is_some()
}

/// Listens to the slide and speaks to it from now on.
pub fn open(route: Route, sharing: Sharing, slots: Slots) {
    let door = Door { host: RwSignal::new(None) };
    let messages = window_event_listener(ev::message, move |event| {
        if let Some(order) = received(&event) {
            door.obey(order, &event, route, sharing, slots);
        }
    });
    let keys = window_event_listener(ev::keydown, move |event| door.pass_on(&event));
    on_cleanup(move || messages.remove());
    on_cleanup(move || keys.remove());
    // No secret, and nobody is known yet.
    post(&json!({ "type": "ready" }), "*");
    let state = Memo::new(move |_| sharing.query().to_string().as_string());
    Effect::new(move |_| {
        if let (Some(query), true) = (state.get(), door.host.with(Option::is_some)) {
            let pairs: BTreeMap<_, _> = query::pairs(&query).collect();
            door.say(json!({ "type": "state", "parameters": pairs }));
        }
    });
    Effect::new(move |_| {
        if let Some(result) = sharing.result.get() {
            door.say(json!({ "type": "result", "result": result }));
        }
    });
    Effect::new(move |_| {
        if let Some(message) = slots.problem.get() {
            door.say(json!({ "type": "error", "message": message }));
        }
    });
}

impl Door {
    fn obey(
        self,
        order: Order,
        event: &MessageEvent,
        route: Route,
        sharing: Sharing,
        slots: Slots,
    ) {
        match order {
            Order::Hello {} => self.host.set(Some(event.origin())),
            Order::Run {} => sharing.is_wanted.set(true),
            Order::Stop {} => {
                sharing.is_wanted.set(false);
                if let Some(stop) = sharing.stop.get_untracked() {
                    stop.run(());
                }
            }
            Order::Set { parameters } => {
                let query = untrack(|| sharing.query());
                for (name, value) in &parameters {
                    match value.parameter() {
                        Some(value) => query.set(name, &value),
                        None => query.delete(name),
                    }
                }
                // It stays a frame, whatever it is told.
                query.set("embed", "1");
                query::replace(&query);
                slots.follow_address(route.reload());
            }
        }
    }

    fn say(self, message: Value) {
        if let Some(host) = self.host.get_untracked() {
            // A frame's own file has no origin that could be named.
            post(&message, if host == "null" { "*" } else { &host });
        }
    }

    /// Keys that move the deck belong to the deck, unless a field has the focus.
    fn pass_on(self, event: &KeyboardEvent) {
        let key = event.key();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let is_own = target.is_some_and(|it| it.closest(OWN_KEYS).ok().flatten().is_some());
        let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
        if is_own || has_modifier || !DECK_KEYS.contains(&key.as_str()) {
            return;
        }
        event.prevent_default();
        if self.host.with_untracked(Option::is_some) {
            return self.say(json!({ "type": "key", "key": key }));
        }
        // A deck that does not know us may be reveal.js, which takes orders as text.
        let method = match key.as_str() {
            "ArrowLeft" => "left",
            "ArrowRight" => "right",
            "ArrowUp" => "up",
            "ArrowDown" => "down",
            "PageUp" => "prev",
            "PageDown" => "next",
            _ => return,
        };
        if let Some(parent) = parent() {
            let _ = parent.post_message(&json!({ "method": method }).to_string().into(), "*");
        }
    }
}

/// The window around the frame, if this is one.
fn parent() -> Option<web_sys::Window> {
    let parent = window().parent().ok().flatten()?;
    (!Object::is(&parent, &window())).then_some(parent)
}

/// An order in a message of the parent's; anything else is passed over.
fn received(event: &MessageEvent) -> Option<Order> {
    let source: JsValue = event.source()?.into();
    if !Object::is(&source, &parent()?.into()) {
        return None;
    }
    // As text: whatever strange object it is, only JSON of some length gets through.
    let text = JSON::stringify(&event.data()).ok().filter(|text| text.length() <= LONGEST)?;
    Order::read(&text.as_string()?)
}

fn post(message: &Value, origin: &str) {
    let Some(parent) = parent() else { return };
    let mut message = message.clone();
    message["lectern"] = order::VERSION.into();
    if let Ok(message) = JSON::parse(&message.to_string()) {
        let _ = parent.post_message(&message, origin);
    }
}
