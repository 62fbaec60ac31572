//! The site's own models, and the whole lecture offline.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::CacheQueryOptions;

use super::row::Progress;
use super::store::Store;
use crate::app::language::t;
use crate::app::model::Catalogue;
use crate::app::strings::models as strings;
use crate::app::{language::numbers, shell::update};

/// Pause between two looks at what is stored.
const REST: Duration = Duration::from_secs(2);

/// The list, and the button that stores all of it.
#[component]
pub fn Own(store: Store, catalogue: Catalogue) -> impl IntoView {
    let here = RwSignal::new(Vec::<String>::new());
    let look = move || {
        for (name, _) in untrack(|| catalogue.sizes()) {
            spawn_local(async move {
                if is_cached(&name).await {
                    here.try_update(|here| {
                        if !here.contains(&name) {
                            here.push(name);
                        }
                    });
                }
            });
        }
    };
    Effect::new(move |_| {
        if !catalogue.sizes().is_empty() {
            look();
        }
    });
    let is_here = move |name: &str| here.with(|here| here.iter().any(|it| it == name));
    let is_all_here = Memo::new(move |_| {
        let names = catalogue.sizes();
        !names.is_empty() && names.iter().all(|(name, _)| is_here(name))
    });
    // On a first visit the service worker is still storing them.
    let again = set_interval_with_handle(
        move || {
            if !is_all_here.get_untracked() {
                look();
            }
        },
        REST,
    );
    on_cleanup(move || _ = again.map(|again| again.clear()));
    let keep_all = move |_| {
        spawn_local(async move {
            if let Ok(persisted) = window().navigator().storage().persist() {
                // If the browser refuses, everything is stored all the same, but may be evicted.
                let _ = JsFuture::from(persisted).await;
            }
            store.refresh();
        });
        for (name, _) in catalogue.sizes() {
            if !untrack(|| is_here(&name)) {
                store.download_own(&name, look);
            }
        }
    };
    // Insecure pages have no service workers.
    let has_worker = update::container().is_some();
    let rows = move || {
        let row = |(name, bytes): (String, u64)| {
            let id = StoredValue::new(name.clone());
            let work = Memo::new(move |_| id.with_value(|name| store.work(name)));
            let share = Signal::derive(move || {
                let (loaded, total) = work.get()?.progress?;
                Some(loaded as f64 / total? as f64)
            });
            let state = move || match id.with_value(|name| is_here(name)) {
                true => t!(models.here),
                false => t!(models.not_here),
            };
            view! {
                <li class="kept" class:kept-here=move || id.with_value(|name| is_here(name))>
                    <div class="kept-about">
                        <strong>{name.clone()}</strong>
                        <span class="hint">{numbers::bytes(bytes)}" · "{state}</span>
                    </div>
                    <div class="kept-actions">
                        <Show when=move || work.with(Option::is_some)>
                            <button type="button" aria-label=id.with_value(|name| strings::stop_of(name))
                                on:click=move |_| id.with_value(|name| store.stop(name))>{t!(models.stop)}</button>
                        </Show>
                    </div>
                    <Progress name is_working=Signal::derive(move || work.with(Option::is_some)) share/>
                </li>
            }
        };
        catalogue.sizes().into_iter().map(row).collect_view()
    };
    view! {
        <section class="panel" aria-labelledby="own-title">
            <header>
                <h2 id="own-title">{t!(models.of_the_site)}</h2>
                <p class="hint">{t!(models.offline_hint)}</p>
            </header>
            <ul class="kept-list">{rows}</ul>
            <Show when=move || has_worker fallback=|| view! { <p class="hint">{t!(models.no_worker)}</p> }>
                <Show when=move || is_all_here.get() fallback=move || view! {
                    <button type="button" class="primary" on:click=keep_all>{t!(models.make_offline)}</button>
                }>
                    <p class="kept-offline">{t!(models.is_offline)}</p>
                </Show>
            </Show>
        </section>
    }
}

/// Returns whether the service worker has cached a model's weights.
async fn is_cached(name: &str) -> bool {
    // Insecure pages have no caches.
    let Some(caches) = window().caches().ok().filter(|caches| !caches.is_undefined()) else {
        return false;
    };
    let options = CacheQueryOptions::new();
    // The parameters are versions.
    options.set_ignore_search(true);
    let file = format!("models/{name}/model.safetensors");
    let found = JsFuture::from(caches.match_with_str_and_options(&file, options.unchecked_ref()));
    found.await.is_ok_and(|found| !found.is_undefined())
}
