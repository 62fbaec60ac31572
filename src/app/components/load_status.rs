//! The status of a load, or the loaded model: one line whose space is always reserved.

use leptos::prelude::*;

use crate::app::language::t;

/// The content of the line.
#[derive(Debug, Clone, PartialEq)]
pub enum Facts {
    /// A load in progress: a sentence, and the finished share where it is known.
    Loading(String, Option<f64>),
    /// A loaded model: its description, and that of its device.
    Ready(String, String),
    /// No model; if one was chosen, its load can be tried again.
    Nothing { is_chosen: bool },
}

/// The line under the pickers.
#[component]
pub fn LoadStatus(
    #[prop(into)] facts: Signal<Facts>,
    on_cancel: Callback<()>,
    on_retry: Callback<()>,
) -> impl IntoView {
    // The bar and its button stay while the sentence beside them changes.
    let is_loading = Memo::new(move |_| matches!(facts.get(), Facts::Loading(..)));
    let sentence = move || match facts.get() {
        Facts::Loading(sentence, _) => sentence,
        _ => String::new(),
    };
    let share = move || match facts.get() {
        Facts::Loading(_, share) => share,
        _ => None,
    };
    let percent = move || share().map(|share| (share * 100.0).round());
    let loading = move || {
        view! {
            <div
                class="progress"
                class:progress-unknown=move || share().is_none()
                role="progressbar"
                aria-label=t!(model.loading_label)
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=percent
                aria-valuetext=sentence
            >
                <span style:width=move || format!("{}%", percent().unwrap_or(30.0))></span>
            </div>
            <span class="status-text">{sentence}</span>
            <button type="button" on:click=move |_| on_cancel.run(())>{t!(model.cancel)}</button>
        }
    };
    let settled = move || match facts.get() {
        Facts::Ready(model, device) => view! {
            <span class="status-text" role="status">
                <strong>{device}</strong>
                " "
                {model}
            </span>
            <span class="hint drop-hint">{t!(model.drop_hint)}</span>
        }
        .into_any(),
        facts => view! {
            <span class="status-text" role="status">{t!(model.no_model)}</span>
            {(facts == Facts::Nothing { is_chosen: true }).then(|| view! {
                <button type="button" on:click=move |_| on_retry.run(())>{t!(model.retry)}</button>
            })}
        }
        .into_any(),
    };
    view! {
        <div class="status">
            <Show when=move || is_loading.get() fallback=move || settled>{loading}</Show>
        </div>
    }
}
