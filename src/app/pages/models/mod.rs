//! The page of stored models: their list, the storage they use, and the lecture offline.

mod own;
mod row;
mod store;

use leptos::prelude::*;
use web_sys::SubmitEvent;

use crate::app::components::Masthead;
use crate::app::language::t;
use crate::app::model::Slots;
use crate::app::strings::models as strings;
use crate::view_model::{Demo, Slot};

use own::Own;
use row::{Progress, Row};
use store::Store;

/// The page.
#[component]
pub fn Models() -> impl IntoView {
    let slots = Slots::here();
    let store = Store::new(slots);
    view! {
        <Masthead demo=Demo::Models/>
        <main class="page-models">
            <Room store/>
            <Own store catalogue=slots.catalogue/>
            <Elsewhere store/>
            <p class="kept-said" role="status">{store.status}</p>
        </main>
    }
}

/// Storage in use, and the browser's quota.
#[component]
fn Room(store: Store) -> impl IntoView {
    let share = move || {
        let space = store.space.get().filter(|space| space.quota > 0);
        space.map_or(0.0, |space| 100.0 * space.used as f64 / space.quota as f64)
    };
    let used = move || {
        store.space.get().map_or("…".into(), |space| strings::used(space.used, space.quota))
    };
    let promise = move || match store.space.get() {
        Some(space) if space.is_persistent => t!(models.persistent),
        _ => t!(models.not_persistent),
    };
    view! {
        <section class="panel kept-room" aria-labelledby="room-title">
            <header>
                <h2 id="room-title">{t!(models.storage)}</h2>
                <p class="hint">{promise}</p>
            </header>
            <div class="bar-track" aria-hidden="true"><span style:width=move || format!("{:.2}%", share())></span></div>
            <p class="kept-used">{used}</p>
        </section>
    }
}

/// Models of the Hub and of other addresses.
#[component]
fn Elsewhere(store: Store) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let download = move |event: SubmitEvent| {
        event.prevent_default();
        let source = text.get_untracked();
        if !source.trim().is_empty() {
            store.download(source.trim());
        }
    };
    let suggestions = [Slot::Decoder, Slot::Sentences, Slot::Masked]
        .into_iter()
        .flat_map(Slot::suggestions)
        .map(|id| view! { <option value=*id></option> })
        .collect_view();
    // Until the download has its own line in the list.
    let is_connecting = Memo::new(move |_| store.is_connecting());
    let keys = move || {
        let models = store.models.get().unwrap_or_default();
        models.into_iter().map(|model| model.key).collect::<Vec<_>>()
    };
    let is_empty =
        Memo::new(move |_| store.models.with(|it| it.as_ref().is_some_and(|it| it.is_empty())));
    view! {
        <section class="panel" aria-labelledby="elsewhere-title">
            <header>
                <h2 id="elsewhere-title">{t!(models.elsewhere)}</h2>
                <p class="hint">{t!(models.elsewhere_hint)}</p>
            </header>
            <form class="source" on:submit=download>
                <div class="field field-wide">
                    <label for="keep-source">{t!(models.source)}</label>
                    <input id="keep-source" type="text" list="keep-suggestions" autocomplete="off" autocapitalize="off"
                        spellcheck="false" placeholder="openai-community/gpt2" bind:value=text/>
                    <datalist id="keep-suggestions">{suggestions}</datalist>
                </div>
                <button type="submit" class="primary">{t!(models.download)}</button>
            </form>
            <Progress name=t!(models.download).to_owned() is_working=is_connecting share=Signal::derive(|| None)/>
            <Show when=move || is_empty.get()><p class="hint">{t!(models.nothing)}</p></Show>
            <ul class="kept-list">
                <For each=keys key=Clone::clone let:key>
                    <Row store key/>
                </For>
            </ul>
        </section>
    }
}
