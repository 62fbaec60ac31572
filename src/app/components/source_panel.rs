//! Sources of a model that is not the site's own: a Hub id, an address, files, a folder.

use leptos::prelude::*;

use crate::app::browser::dropped;
use crate::app::language::t;
use crate::worker::client::LocalFile;

/// A field for a Hub id or an address.
#[component]
pub fn HubPanel(
    /// Ids suggested during typing.
    suggestions: &'static [&'static str],
    on_load: Callback<String>,
    on_close: Callback<()>,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let options = suggestions.iter().map(|id| view! { <option value=*id></option> }).collect_view();
    let load = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = text.get_untracked();
        if !text.trim().is_empty() {
            on_load.run(text);
        }
    };
    view! {
        <form class="source" on:submit=load>
            <div class="field field-wide">
                <label for="hub-id">{t!(model.hub_label)}</label>
                <input
                    id="hub-id"
                    type="text"
                    list="hub-suggestions"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    placeholder=suggestions.first().copied()
                    bind:value=text
                />
                <datalist id="hub-suggestions">{options}</datalist>
            </div>
            <button type="submit" class="primary">{t!(model.hub_load)}</button>
            <button type="button" on:click=move |_| on_close.run(())>{t!(model.close)}</button>
        </form>
    }
}

/// Pickers for files and for a folder.
#[component]
pub fn FilesPanel(
    on_files: UnsyncCallback<Vec<LocalFile>>,
    on_close: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="source">
            <div class="field">
                <label for="model-files">{t!(model.files_label)}</label>
                <input id="model-files" type="file" multiple on:change:target=move |event| {
                    on_files.run(dropped::picked(event.target().files()));
                }/>
            </div>
            <div class="field">
                <label for="model-folder">{t!(model.folder_label)}</label>
                <input id="model-folder" type="file" prop:webkitdirectory=true on:change:target=move |event| {
                    on_files.run(dropped::picked(event.target().files()));
                }/>
            </div>
            <p class="hint">{t!(model.files_hint)}</p>
            <button type="button" on:click=move |_| on_close.run(())>{t!(model.close)}</button>
        </div>
    }
}
