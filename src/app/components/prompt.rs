//! The prompt, and the buttons that start and stop generation.

use leptos::{ev, prelude::*};

use crate::app::language::t;
use crate::app::strings;

/// The prompt with examples, Generate and Stop. Ctrl+Enter and Esc work on the whole page.
#[component]
pub fn Prompt(
    text: RwSignal<String>,
    #[prop(into)] can_generate: Signal<bool>,
    #[prop(into)] is_running: Signal<bool>,
    on_generate: Callback<()>,
    on_stop: Callback<()>,
) -> impl IntoView {
    let keys = window_event_listener(ev::keydown, move |event| {
        let is_enter = event.key() == "Enter" && (event.ctrl_key() || event.meta_key());
        if is_enter && can_generate.get_untracked() {
            event.prevent_default();
            on_generate.run(());
        } else if event.key() == "Escape" && is_running.get_untracked() {
            on_stop.run(());
        }
    });
    on_cleanup(move || keys.remove());
    let examples = strings::generate::prompts().map(|example| {
        view! { <button type="button" class="chip" on:click=move |_| text.set(example.into())>{example}</button> }
    });
    view! {
        <div class="prompt">
            <div class="prompt-head">
                <label for="prompt">{t!(generate.prompt)}</label>
                <div class="chips" role="group" aria-label=t!(common.examples)>{examples}</div>
            </div>
            <textarea id="prompt" rows="2" placeholder=strings::generate::prompts()[0] bind:value=text></textarea>
            <div class="actions">
                <button
                    type="button"
                    class="primary"
                    aria-keyshortcuts="Control+Enter"
                    title=t!(generate.generate_keys)
                    disabled=move || !can_generate.get()
                    on:click=move |_| on_generate.run(())
                >
                    {t!(generate.generate)}
                </button>
                <button
                    type="button"
                    aria-keyshortcuts="Escape"
                    title=t!(generate.stop_keys)
                    disabled=move || !is_running.get()
                    on:click=move |_| on_stop.run(())
                >
                    {t!(generate.stop)}
                </button>
            </div>
        </div>
    }
}
