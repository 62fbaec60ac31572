//! Notices about a page's model: its status, the lack of a suitable one, and a language it was not trained on.

use leptos::prelude::*;

use super::{Loaded, Model, Progress, Slots};
use crate::app::browser::dropped;
use crate::app::components::Facts;
use crate::app::language::t;
use crate::app::strings::{common, model as strings};
use crate::error::Language;
use crate::view_model::Need;
use crate::worker::protocol::{Ability, Phase, Source};

/// English-only models, by a substring of their names.
const ENGLISH: [&str; 4] =
    ["all-MiniLM", "bert-base-uncased", "distilbert-base-uncased", "stories-en-bert"];
/// A small model of the Hub for Russian and English.
const RUSSIAN: &str = "cointegrated/rubert-tiny2";

/// Returns the content of the line under the pickers.
pub fn facts(model: Model) -> Facts {
    match (model.loading.get(), model.loaded.get()) {
        (Some(None), _) => Facts::Loading(t!(model.starting).into(), None),
        (Some(Some(Progress { phase, file, loaded, total })), _) => {
            // Bytes do not measure the first run, and a total of zero would be a divisor.
            let total = total.filter(|total| *total > 0);
            let share = total
                .filter(|_| phase != Phase::Preparing)
                .map(|total| loaded as f64 / total as f64);
            Facts::Loading(
                strings::loading(phase, &file, loaded, total),
                share.map(|share| share.min(1.0)),
            )
        }
        (None, Some(Loaded { info, .. })) => {
            let quantization = &info.quantization.to_string();
            let mut model =
                strings::model_facts(info.parameters, quantization, info.layers, info.heads);
            if let Some(head) = info.unused_head {
                model = format!("{model} {}", strings::unused(head));
            }
            if let Some(error) = &info.not_kept {
                model = format!("{model} {}", strings::not_kept(error));
            }
            Facts::Ready(model, strings::device_reason(&info.device))
        }
        (None, None) => {
            Facts::Nothing { is_chosen: model.selection.with(|it| it.source.is_some()) }
        }
    }
}

/// Shown while the slot holds no suitable model and none is loading; empty otherwise.
#[component]
pub fn NoModel(need: Need) -> impl IntoView {
    let slots = Slots::here();
    let model = slots.get(need.slot);
    let reason = Memo::new(move |_| {
        if model.loading.with(Option::is_some) {
            return None;
        }
        match model.loaded.get() {
            Some(_) if model.can(need.ability) => None,
            Some(loaded) => Some(strings::cannot(&loaded.info.name, need.ability)),
            None => {
                // Until the list has arrived, the site's models are unknown.
                let is_known = slots.catalogue.names(need.ability).is_some();
                let is_chosen = model.selection.with(|selection| selection.source.is_some());
                (is_known && !is_chosen).then(|| strings::nothing_suits(need.ability).to_owned())
            }
        }
    });
    let suggestions = move || {
        // DistilBERT was trained without that task (Sanh et al. 2019, section 3).
        let suits =
            |id: &&&str| need.ability != Ability::NextSentence || !id.contains("distilbert");
        need.slot
            .suggestions()
            .iter()
            .filter(suits)
            .map(|&id| {
                view! {
                    <button type="button" on:click=move |_| model.open_elsewhere(id)>{id}</button>
                }
            })
            .collect_view()
    };
    view! {
        {move || reason.get().map(|reason| view! {
            <section class="panel no-model" role="status">
                <h2>{reason}</h2>
                <p>{t!(model.take_from_hub)}</p>
                <div class="suggestions">{suggestions()}</div>
                <p>{t!(model.or_drop)}</p>
                <label class="file-button">
                    {t!(model.choose_files)}
                    <input type="file" multiple on:change:target=move |event| {
                        model.open_files(dropped::picked(event.target().files()));
                    }/>
                </label>
            </section>
        })}
    }
}

/// Warns that the model knows English only when the text has other letters, and offers others: the site's own for
/// Russian, if it has one, and one of the Hub.
#[component]
pub fn EnglishOnly(need: Need, #[prop(into)] text: Signal<String>) -> impl IntoView {
    let slots = Slots::here();
    let model = slots.get(need.slot);
    let is_russian = Memo::new(move |_| {
        text.with(|text| text.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter)))
    });
    let name = Memo::new(move |_| {
        let loaded = model.loaded.get()?;
        let is_english = ENGLISH.iter().any(|english| loaded.info.name.contains(english));
        is_english.then_some(loaded.info.name)
    });
    let own = move || {
        let able = slots.catalogue.names(need.ability).unwrap_or_default();
        let name = need.slot.favourite(Language::Ru)?;
        able.iter().any(|it| it == name).then(|| {
            let open = move |_| {
                model.choose(Source::BuiltIn { name: name.into() }, None);
            };
            view! { <button type="button" class="chip" on:click=open>{name}</button> " " }
        })
    };
    move || {
        name.get().filter(|_| is_russian.get()).map(|name| {
            view! {
                <p class="english-only" role="status">
                    {t!(model.english_only, name = &name)}
                    " "
                    {own}
                    <button type="button" class="chip" on:click=move |_| model.open_elsewhere(RUSSIAN)>
                        {RUSSIAN}
                    </button>
                </p>
            }
        })
    }
}

/// Warns that the text is longer than the model's limit; `cut` is the number of tokens left out.
#[component]
pub fn CutShort(model: Model, #[prop(into)] cut: Signal<usize>) -> impl IntoView {
    let info = model.info();
    let limit = move || info.with(|info| info.as_ref().map_or(0, |info| info.context));
    move || {
        let cut = cut.get();
        (cut > 0).then(|| view! { <p class="cut" role="status">{common::cut(cut, limit())}</p> })
    }
}
