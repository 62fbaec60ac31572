//! In the place of a demo that has no model to run: what is missing, and where to get it.

use leptos::prelude::*;

use super::{Need, Slots};
use crate::app::dropped;
use crate::app::strings::model as strings;
use crate::worker::protocol::Ability;

/// Shown while the slot holds no model that will do and none is coming; nothing otherwise.
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
                // Until the list has come nobody knows what the site holds.
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
                <p>{strings::take_from_hub()}</p>
                <div class="suggestions">{suggestions()}</div>
                <p>{strings::or_drop()}</p>
                <label class="file-button">
                    {strings::choose_files()}
                    <input type="file" multiple on:change:target=move |event| {
                        model.open_files(dropped::picked(event.target().files()));
                    }/>
                </label>
            </section>
        })}
    }
}
