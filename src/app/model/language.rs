//! A warning where a model is asked about a language that it was not taught.

use leptos::prelude::*;

use super::Model;
use crate::app::strings::model as strings;

/// Models of English alone, by a part of their names.
const ENGLISH: [&str; 4] =
    ["all-MiniLM", "bert-base-uncased", "distilbert-base-uncased", "tales-bert"];
/// A small one of Russian and English.
const RUSSIAN: &str = "cointegrated/rubert-tiny2";

/// Says that the model knows English only, where there are other letters, and offers another model.
#[component]
pub fn EnglishOnly(model: Model, #[prop(into)] text: Signal<String>) -> impl IntoView {
    let is_russian = Memo::new(move |_| {
        text.with(|text| text.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter)))
    });
    let name = Memo::new(move |_| {
        let loaded = model.loaded.get()?;
        let is_english = ENGLISH.iter().any(|english| loaded.info.name.contains(english));
        is_english.then_some(loaded.info.name)
    });
    move || {
        name.get().filter(|_| is_russian.get()).map(|name| {
            view! {
                <p class="english-only" role="status">
                    {strings::english_only(&name)}
                    " "
                    <button type="button" class="chip" on:click=move |_| model.open_elsewhere(RUSSIAN)>
                        {RUSSIAN}
                    </button>
                </p>
            }
        })
    }
}
