//! Messages between the demo in a frame and the slide that embeds it; docs/embedding.md describes them.

use std::collections::BTreeMap;

use js_sys::{JSON, Object};
use leptos::{ev, prelude::*};
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, KeyboardEvent, MessageEvent};

use crate::app::address::{Route, sharing::Sharing};
use crate::app::browser::{query, root};
use crate::app::model::Slots;
use crate::view_model::host_message::{self, HostMessage};

/// Maximum length of a message, in characters.
const MAXIMUM_LENGTH: u32 = 100_000;
/// Keys that move a deck.
const DECK_KEYS: [&str; 8] =
    ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];
/// Elements that handle those keys themselves when focused.
const OWN_KEYS: &str =
    "input, textarea, select, [contenteditable], [role=\"slider\"], [role=\"img\"]";

/// The message channel to the host, the embedding page.
#[derive(Clone, Copy)]
struct HostChannel {
    /// Origin of the page that sent the first `hello`.
    host: RwSignal<Option<String>>,
}

/// Whether the page is in a slide's frame.
pub fn is_embedded() -> bool {
    root::attribute("data-embed").is_some()
}

/// Listens to messages from the host, and sends state, results and errors to it.
pub fn open(route: Route, sharing: Sharing, slots: Slots) {
    let channel = HostChannel { host: RwSignal::new(None) };
    let messages = window_event_listener(ev::message, move |event| {
        if let Some(message) = received(&event) {
            channel.handle(message, &event, route, sharing, slots);
        }
    });
    let keys = window_event_listener(ev::keydown, move |event| channel.forward(&event));
    on_cleanup(move || messages.remove());
    on_cleanup(move || keys.remove());
    // Contains no secret, and the host is unknown yet.
    post(&json!({ "type": "ready" }), "*");
    let state = Memo::new(move |_| sharing.query().to_string().as_string());
    Effect::new(move |_| {
        if let (Some(query), true) = (state.get(), channel.host.with(Option::is_some)) {
            let pairs: BTreeMap<_, _> = query::pairs(&query).collect();
            channel.send(json!({ "type": "state", "parameters": pairs }));
        }
    });
    Effect::new(move |_| {
        if let Some(result) = sharing.result.get() {
            channel.send(json!({ "type": "result", "result": result }));
        }
    });
    Effect::new(move |_| {
        if let Some(message) = slots.problem.get() {
            channel.send(json!({ "type": "error", "message": message }));
        }
    });
}

impl HostChannel {
    fn handle(
        self,
        message: HostMessage,
        event: &MessageEvent,
        route: Route,
        sharing: Sharing,
        slots: Slots,
    ) {
        match message {
            HostMessage::Hello {} => self.host.set(Some(event.origin())),
            HostMessage::Run {} => sharing.is_run_requested.set(true),
            HostMessage::Stop {} => {
                sharing.is_run_requested.set(false);
                if let Some(stop) = sharing.stop.get_untracked() {
                    stop.run(());
                }
            }
            HostMessage::Set { parameters } => {
                let query = untrack(|| sharing.query());
                for (name, value) in &parameters {
                    match value.parameter() {
                        Some(value) => query.set(name, &value),
                        None => query.delete(name),
                    }
                }
                // The page stays embedded, whatever the message sets.
                query.set("embed", "1");
                query::replace(&query);
                slots.follow_address(route.reload());
            }
        }
    }

    fn send(self, message: Value) {
        if let Some(host) = self.host.get_untracked() {
            // A local file has the origin "null", which cannot be a target.
            post(&message, if host == "null" { "*" } else { &host });
        }
    }

    /// Forwards keys that move the deck to the deck, unless a field has the focus.
    fn forward(self, event: &KeyboardEvent) {
        let key = event.key();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let is_own = target.is_some_and(|it| it.closest(OWN_KEYS).ok().flatten().is_some());
        let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
        if is_own || has_modifier || !DECK_KEYS.contains(&key.as_str()) {
            return;
        }
        event.prevent_default();
        if self.host.with_untracked(Option::is_some) {
            return self.send(json!({ "type": "key", "key": key }));
        }
        // A deck that has sent no message may be reveal.js, which takes commands as text.
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

/// Returns the message of the parent window; `None` for anything else.
fn received(event: &MessageEvent) -> Option<HostMessage> {
    let source: JsValue = event.source()?.into();
    if !Object::is(&source, &parent()?.into()) {
        return None;
    }
    // As text: only JSON of limited length is accepted, whatever the object is.
    let text =
        JSON::stringify(&event.data()).ok().filter(|text| text.length() <= MAXIMUM_LENGTH)?;
    HostMessage::read(&text.as_string()?)
}

fn post(message: &Value, origin: &str) {
    let Some(parent) = parent() else { return };
    let mut message = message.clone();
    message["lectern"] = host_message::VERSION.into();
    if let Ok(message) = JSON::parse(&message.to_string()) {
        let _ = parent.post_message(&message, origin);
    }
}
