//! The choice of a model: the site's own, those opened before, or one from another source.

use leptos::prelude::*;

use crate::app::language::t;

/// An entry of the picker.
#[derive(Debug, Clone, PartialEq)]
pub enum Pick {
    /// One of the site's own models.
    BuiltIn(String),
    /// A model opened before, by its index in the list.
    Opened(usize),
    /// The panel for a Hub id or an address.
    Hub,
    /// The panel for files.
    Files,
}

impl Pick {
    fn key(&self) -> String {
        match self {
            Self::BuiltIn(name) => format!("site:{name}"),
            Self::Opened(index) => format!("opened:{index}"),
            Self::Hub => "hub".into(),
            Self::Files => "files".into(),
        }
    }

    fn from_key(key: &str) -> Option<Self> {
        match key.split_once(':') {
            Some(("site", name)) => Some(Self::BuiltIn(name.into())),
            Some(("opened", index)) => index.parse().ok().map(Self::Opened),
            _ if key == "hub" => Some(Self::Hub),
            _ if key == "files" => Some(Self::Files),
            _ => None,
        }
    }
}

/// The picker of models.
#[component]
pub fn ModelPicker(
    id: String,
    label: &'static str,
    /// Names of the site's own models.
    #[prop(into)]
    built_in: Signal<Vec<String>>,
    /// Names of the models opened before.
    #[prop(into)]
    opened: Signal<Vec<String>>,
    /// The picked entry; `None` while nothing is chosen.
    #[prop(into)]
    value: Signal<Option<Pick>>,
    on_pick: Callback<Pick>,
) -> impl IntoView {
    let option = move |pick: Pick, name: String| {
        let key = pick.key();
        view! { <option value=key prop:selected=move || value.get().as_ref() == Some(&pick)>{name}</option> }
    };
    let built_in_options = move || {
        built_in
            .get()
            .into_iter()
            .map(|name| option(Pick::BuiltIn(name.clone()), name))
            .collect_view()
    };
    let opened_options = move || {
        opened
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, name)| option(Pick::Opened(index), name))
            .collect_view()
    };
    view! {
        <div class="field field-model">
            <label for=id.clone()>{label}</label>
            <select id=id.clone() on:change:target=move |event| {
                if let Some(pick) = Pick::from_key(&event.target().value()) {
                    on_pick.run(pick);
                }
            }>
                <Show when=move || value.with(Option::is_none)>
                    <option value="" selected disabled>{t!(model.choose_model)}</option>
                </Show>
                <Show when=move || built_in.with(|built_in| !built_in.is_empty())>
                    <optgroup label=t!(model.models_here)>{built_in_options}</optgroup>
                </Show>
                <Show when=move || opened.with(|opened| !opened.is_empty())>
                    <optgroup label=t!(model.models_opened)>{opened_options}</optgroup>
                </Show>
                <optgroup label=t!(model.models_elsewhere)>
                    {option(Pick::Hub, t!(model.from_hub).into())}
                    {option(Pick::Files, t!(model.from_files).into())}
                </optgroup>
            </select>
        </div>
    }
}
