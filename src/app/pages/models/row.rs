//! A stored model: its description, its source, and actions.

use js_sys::Date;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::store::Store;
use crate::app::language::{self, numbers, t};
use crate::app::strings::models as strings;
use crate::worker::protocol::{KeptFile, KeptModel};

/// The action of a line's first button. The button stays in place and keeps the focus when its action changes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Action {
    Pause,
    Stop,
    Resume,
    Verify,
}

impl Action {
    fn label(self) -> &'static str {
        match self {
            Self::Pause => t!(models.pause),
            Self::Stop => t!(models.stop),
            Self::Resume => t!(models.resume),
            Self::Verify => t!(models.verify),
        }
    }

    /// Returns the action's name with the model's, for screen readers.
    fn name(self, model: &str) -> String {
        match self {
            Self::Pause => t!(models.pause_of, name = model),
            Self::Stop => strings::stop_of(model),
            Self::Resume => t!(models.resume_of, name = model),
            Self::Verify => t!(models.verify_of, name = model),
        }
    }

    fn act(self, store: Store, model: &KeptModel) {
        match self {
            Self::Pause | Self::Stop => store.stop(&model.source),
            Self::Resume => store.download(&model.source),
            Self::Verify => store.verify(model),
        }
    }
}

/// The line of the model in a directory.
#[component]
pub fn Row(store: Store, key: String) -> impl IntoView {
    let model = Memo::new(move |_| store.kept(&key));
    let name = Memo::new(move |_| model.with(|model| model.as_ref().map(|it| it.name.clone())));
    let name = Signal::derive(move || name.get().unwrap_or_default());
    let work = Memo::new(move |_| model.get().and_then(|model| store.work(&model.source)));
    let is_working = Memo::new(move |_| work.with(Option::is_some));
    let action = Memo::new(move |_| match work.with(|it| it.as_ref().map(|it| it.is_download)) {
        Some(true) => Action::Pause,
        Some(false) => Action::Stop,
        None if model.with(|it| it.as_ref().is_some_and(|it| it.is_complete)) => Action::Verify,
        None => Action::Resume,
    });
    let act = move |_| {
        if let Some(model) = model.get_untracked() {
            action.get_untracked().act(store, &model);
        }
    };
    let delete = move |_| {
        let Some(model) = model.get_untracked() else { return };
        let sentence = t!(models.really_delete, name = &model.name);
        if window().confirm_with_message(&sentence).unwrap_or(true) {
            store.delete(&model);
        }
    };
    let share = move || match work.get() {
        Some(work) => {
            let (loaded, total) = work.progress?;
            Some(loaded as f64 / total? as f64)
        }
        None => {
            let model = model.get()?;
            let (here, size) = bytes(&model);
            (!model.is_complete && size > 0).then(|| here as f64 / size as f64)
        }
    };
    view! {
        <li class="kept">
            <div class="kept-about">
                <strong>{name}</strong>
                <span class="hint">{move || model.get().as_ref().map(about)}</span>
            </div>
            <div class="kept-actions">
                <button type="button" aria-label=move || action.get().name(&name.get()) on:click=act>
                    {move || action.get().label()}
                </button>
                <button type="button" aria-label=move || t!(models.delete_of, name = &name.get()) disabled=is_working on:click=delete>
                    {t!(models.delete)}
                </button>
            </div>
            <Progress name is_working share=Signal::derive(share)/>
            <details>
                <summary>{move || model.get().map(|model| strings::files(model.files.len()))}</summary>
                <div class="kept-files" tabindex="0" role="region" aria-label=name>
                    <table>
                        <thead><tr>
                            <th scope="col">{t!(models.file)}</th>
                            <th scope="col">{t!(models.size)}</th>
                            <th scope="col">"SHA-256"</th>
                        </tr></thead>
                        <tbody>{move || model.get().map(|model| model.files.iter().map(file).collect_view())}</tbody>
                    </table>
                </div>
            </details>
        </li>
    }
}

/// A progress bar whose space is always reserved.
#[component]
pub fn Progress(
    #[prop(into)] name: Signal<String>,
    #[prop(into)] is_working: Signal<bool>,
    share: Signal<Option<f64>>,
) -> impl IntoView {
    let percent = move || share.get().map(|share| (100.0 * share.min(1.0)).round());
    let is_shown = move || is_working.get() || share.with(Option::is_some);
    view! {
        <div class="kept-progress">
            <Show when=is_shown>
                <div class="progress" role="progressbar" aria-label=name
                    class:progress-unknown=move || is_working.get() && share.with(Option::is_none)
                    aria-valuemin="0" aria-valuemax="100" aria-valuenow=percent>
                    <span style:width=move || format!("{}%", percent().unwrap_or(30.0))></span>
                </div>
            </Show>
        </div>
    }
}

/// Returns the bytes stored, and the bytes in all as far as they are known.
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

/// A file with its checksum, for comparison with the publisher's.
fn file(file: &KeptFile) -> impl IntoView + use<> {
    let hash = file.sha256.clone().unwrap_or_else(|| "…".into());
    view! {
        <tr>
            <th scope="row">{file.name.clone()}</th>
            <td>{numbers::bytes(file.bytes)}</td>
            <td class="hash">{hash}</td>
        </tr>
    }
}
