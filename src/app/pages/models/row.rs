//! A model that is kept: what it is, where it is from, and what can be done about it.

use js_sys::Date;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::store::Store;
use crate::app::strings::models as strings;
use crate::app::{language, numbers};
use crate::worker::protocol::{KeptFile, KeptModel};

/// Its line in the list.
#[component]
pub fn Row(store: Store, model: KeptModel) -> impl IntoView {
    let model = StoredValue::new(model);
    let work = Memo::new(move |_| model.with_value(|model| store.work(&model.source)));
    let is_working = Memo::new(move |_| work.with(Option::is_some));
    let action = move |label: &'static str, name: String, act: fn(Store, &KeptModel)| {
        view! {
            <button type="button" aria-label=name
                on:click=move |_| model.with_value(|model| act(store, model))>{label}</button>
        }
    };
    let actions = move || {
        let name = model.with_value(|model| model.name.clone());
        if let Some(is_download) = work.with(|work| work.as_ref().map(|work| work.is_download)) {
            let (label, name) = match is_download {
                true => (strings::pause(), strings::pause_of(&name)),
                false => (strings::stop(), strings::stop_of(&name)),
            };
            return action(label, name, |store, model| store.stop(&model.source)).into_any();
        }
        let first = match model.with_value(|model| model.is_complete) {
            true => action(strings::verify(), strings::verify_of(&name), Store::verify),
            false => action(strings::resume(), strings::resume_of(&name), |store, model| {
                store.download(&model.source);
            }),
        };
        let delete = action(strings::delete(), strings::delete_of(&name), |store, model| {
            let sentence = strings::really_delete(&model.name);
            if window().confirm_with_message(&sentence).unwrap_or(true) {
                store.delete(model);
            }
        });
        view! { {first} {delete} }.into_any()
    };
    let share = move || match work.get() {
        Some(work) => {
            let (loaded, total) = work.progress?;
            Some(loaded as f64 / total? as f64)
        }
        None => model.with_value(|model| {
            let (here, size) = bytes(model);
            (!model.is_complete && size > 0).then(|| here as f64 / size as f64)
        }),
    };
    view! {
        <li class="kept">
            <div class="kept-about">
                <strong>{model.with_value(|model| model.name.clone())}</strong>
                <span class="hint">{model.with_value(about)}</span>
            </div>
            <div class="kept-actions">{actions}</div>
            <Progress name=model.with_value(|model| model.name.clone()) is_working share=Signal::derive(share)/>
            {model.with_value(files)}
        </li>
    }
}

/// How far something is: its place is always kept.
#[component]
pub fn Progress(
    name: String,
    #[prop(into)] is_working: Signal<bool>,
    share: Signal<Option<f64>>,
) -> impl IntoView {
    let percent = move || share.get().map(|share| (100.0 * share.min(1.0)).round());
    let is_shown = move || is_working.get() || share.with(Option::is_some);
    view! {
        <div class="kept-progress">
            <Show when=is_shown>
                <div class="progress" role="progressbar" aria-label=name.clone()
                    class:progress-unknown=move || is_working.get() && share.with(Option::is_none)
                    aria-valuemin="0" aria-valuemax="100" aria-valuenow=percent>
                    <span style:width=move || format!("{}%", percent().unwrap_or(30.0))></span>
                </div>
            </Show>
        </div>
    }
}

/// Bytes that are here, and bytes that there are as far as is known.
fn bytes(model: &KeptModel) -> (u64, u64) {
    let here = model.files.iter().map(|file| file.bytes).sum();
    (here, model.files.iter().map(|file| file.total.unwrap_or(file.bytes)).sum())
}

fn about(model: &KeptModel) -> String {
    let (here, size) = bytes(model);
    let host = model.origin.split('/').nth(2).unwrap_or_default();
    let date = Date::new(&JsValue::from_f64(model.date));
    let language = language::name(language::now());
    let date = String::from(date.to_locale_date_string(language, &JsValue::UNDEFINED));
    match model.is_complete {
        true => strings::about(size, host, &date),
        false => strings::part(here, size, host, &date),
    }
}

/// The files with their sums, which a reader can compare with those of whoever published them.
fn files(model: &KeptModel) -> impl IntoView + use<> {
    let row = |file: &KeptFile| {
        let hash = file.sha256.clone().unwrap_or_else(|| "…".into());
        view! {
            <tr>
                <th scope="row">{file.name.clone()}</th>
                <td>{numbers::bytes(file.bytes)}</td>
                <td class="hash">{hash}</td>
            </tr>
        }
    };
    view! {
        <details>
            <summary>{strings::files(model.files.len())}</summary>
            <div class="kept-files" tabindex="0" role="region" aria-label=model.name.clone()>
                <table>
                    <thead><tr>
                        <th scope="col">{strings::file()}</th>
                        <th scope="col">{strings::size()}</th>
                        <th scope="col">"SHA-256"</th>
                    </tr></thead>
                    <tbody>{model.files.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
}
