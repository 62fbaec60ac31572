//! Generated text with every token marked.

use std::sync::Arc;

use leptos::{ev, html, prelude::*};

use crate::app::language::t;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{Recorded, token_text};

/// A displayed token.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// The generation that the token belongs to.
    pub run: u32,
    pub position: usize,
    pub text: Arc<str>,
    /// The token's probability; `None` for the prompt's tokens.
    pub probability: Option<f32>,
}

/// The running text. One of its tokens is in focus; arrow keys move the focus, and Tab skips the text.
#[component]
pub fn TextView(
    #[prop(into)] tokens: Signal<Vec<Marked>>,
    #[prop(into)] focus: Signal<Option<usize>>,
    #[prop(into)] is_running: Signal<bool>,
    #[prop(into)] is_recorded: Signal<bool>,
    /// The status of the generation, or its result.
    #[prop(into)]
    note: Signal<String>,
    /// The announcement for screen readers.
    #[prop(into)]
    announcement: Signal<String>,
    on_pick: Callback<usize>,
) -> impl IntoView {
    let text = NodeRef::<html::Div>::new();
    let selector = Selector::new(move || focus.get());
    Effect::new(move |_| {
        tokens.track();
        if let Some(text) = text.get().filter(|_| is_running.get_untracked()) {
            text.set_scroll_top(text.scroll_height());
        }
    });
    let go_to = move |position: usize| {
        on_pick.run(position);
        let selector = format!("[data-position='{position}']");
        let found =
            text.get_untracked().and_then(|text| text.query_selector(&selector).ok().flatten());
        if let Some(token) = found.and_then(|token| token.dyn_into::<HtmlElement>().ok()) {
            let _ = token.focus();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let (Some(at), count) = (focus.get_untracked(), tokens.with_untracked(Vec::len)) else {
            return;
        };
        let to = match event.key().as_str() {
            "ArrowLeft" => at.saturating_sub(1),
            "ArrowRight" => (at + 1).min(count - 1),
            "Home" => 0,
            "End" => count - 1,
            "Enter" | " " if !event.ctrl_key() => at,
            _ => return,
        };
        event.prevent_default();
        go_to(to);
    };
    let token = move |token: Marked| {
        let is_focus = {
            let selector = selector.clone();
            let position = Some(token.position);
            Memo::new(move |_| selector.selected(&position))
        };
        view! {
            <span
                class="token"
                class:token-odd=token.position % 2 == 1
                class:token-new=token.probability.is_some()
                style:--probability=token.probability.map(|probability| probability.to_string())
                role="button"
                aria-pressed=move || is_focus.get().to_string()
                aria-label=token_text::spoken(&token.text)
                tabindex=move || if is_focus.get() { "0" } else { "-1" }
                data-position=token.position
                on:click=move |_| go_to(token.position)
            >
                {token_text::running(&token.text)}
            </span>
        }
    };
    view! {
        <section class="panel text" aria-labelledby="text-title">
            <header>
                <h2 id="text-title">{t!(generate.text)}</h2>
                <p class="legend" aria-hidden="true">
                    <span class="token">{t!(generate.text_legend_prompt)}</span>
                    " "
                    <span class="token token-new" style:--probability="0.6">{t!(generate.text_legend_new)}</span>
                </p>
            </header>
            <Recorded when=is_recorded/>
            <div class="tokens" node_ref=text on:keydown=on_key aria-busy=move || is_running.get().to_string()>
                <Show when=move || tokens.with(Vec::is_empty) && !is_running.get()>
                    <p class="empty">{t!(generate.text_empty)}</p>
                </Show>
                <For each=move || tokens.get() key=|token| (token.run, token.position) children=token/>
            </div>
            <p class="note">{note}</p>
            <p class="hidden" aria-live="polite">{announcement}</p>
        </section>
    }
}
