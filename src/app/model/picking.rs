//! The choice of a slot's model: its pickers, the panel that asks for another source, and the status of loading.

use leptos::prelude::*;

use super::notices::facts;
use super::{Loaded, Model, Selection, Slots};
use crate::app::address::sharing;
use crate::app::components::{FilesPanel, HubPanel, LoadStatus, ModelPicker, Pick, Select};
use crate::app::language::{self, t};
use crate::app::strings::model as strings;
use crate::view_model::{ModelParameters, Need, source};
use crate::worker::client::LocalFile;
use crate::worker::protocol::{Quantization, Source};

const WEIGHTS: [Quantization; 4] =
    [Quantization::AsStored, Quantization::F16, Quantization::Int8, Quantization::Int4];

/// Keeps the choice of model and weights in the address, except for the reader's own files, which a link cannot carry.
pub fn share(names: ModelParameters, need: Need, model: Model) {
    let selection = model.selection;
    let source = move || {
        let source = selection.with(|it| it.source.clone())?;
        let is_default = |name: &str| need.slot.is_favourite(name, language::current());
        let is_first = matches!(&source, Source::BuiltIn { name } if is_default(name));
        (!is_first).then(|| source::written(&source)).flatten()
    };
    sharing::keep(names.model, source, None);
    let weights = move || selection.with(|it| it.quantization);
    sharing::keep(names.weights, weights, need.slot.weights());
}

/// The pickers of one slot: model and weights.
#[component]
pub fn SlotPickers(
    need: Need,
    label: &'static str,
    /// What the ids of its fields end with: ids are unique on a page.
    suffix: String,
) -> impl IntoView {
    let slots = Slots::here();
    let model = slots.get(need.slot);
    let asking = slots.asking;
    let open_panel = move || asking.get().filter(|it| it.0 == need.slot).map(|it| it.1);
    let value = Signal::derive(move || {
        open_panel().or_else(|| {
            let selection = model.selection.get();
            Some(match selection.source.as_ref()? {
                Source::BuiltIn { name } => Pick::BuiltIn(name.clone()),
                _ => Pick::Opened(model.opened.with(|opened| {
                    let is_it = |(known, _): &(Selection, String)| known.is_same_model(&selection);
                    opened.iter().position(is_it).unwrap_or(opened.len())
                })),
            })
        })
    });
    // A model that is being loaded is already in the list, by the name that was requested.
    let built_in = Signal::derive(move || {
        let mut names = slots.catalogue.names(need.ability).unwrap_or_default();
        if let Some(Pick::BuiltIn(name)) = value.get()
            && !names.contains(&name)
        {
            names.push(name);
        }
        names
    });
    let opened = Signal::derive(move || {
        let mut names: Vec<String> =
            model.opened.with(|opened| opened.iter().map(|(_, name)| name.clone()).collect());
        if value.get() == Some(Pick::Opened(names.len())) {
            names.extend(model.selection.get().source.as_ref().map(source_name));
        }
        names
    });
    let on_pick = Callback::new(move |pick| match pick {
        Pick::BuiltIn(name) => {
            model.choose(Source::BuiltIn { name }, None);
        }
        Pick::Opened(index) => {
            if let Some((known, _)) =
                model.opened.with_untracked(|opened| opened.get(index).cloned())
            {
                model.mark_chosen();
                model.change(|it| (it.source, it.files) = (known.source, known.files));
            }
        }
        pick => asking.set(Some((need.slot, pick))),
    });
    // The address can request any scheme.
    let offered = Memo::new(move |_| {
        let selected = model.selection.get().quantization;
        let other = (!WEIGHTS.contains(&selected)).then_some(selected);
        WEIGHTS.into_iter().chain(other).collect::<Vec<_>>()
    });
    let weights = Signal::derive(move || {
        let loaded = model.loaded.get();
        let name = |quantization| match &loaded {
            Some(Loaded { selection, info }) if selection.quantization == quantization => {
                strings::weights_with_bytes(&info.quantization.to_string(), info.weight_bytes)
            }
            _ => strings::quantization(quantization),
        };
        offered.get().into_iter().map(name).collect::<Vec<_>>()
    });
    let weights_value = Signal::derive(move || {
        let quantization = model.selection.get().quantization;
        offered.get().iter().position(|it| *it == quantization).unwrap_or_default()
    });
    view! {
        <ModelPicker id=format!("model{suffix}") label built_in opened value on_pick/>
        <Select id=format!("weights{suffix}") label=t!(model.weights) options=weights value=weights_value
            on_change=Callback::new(move |index: usize| model.change(|it| it.quantization = offered.get_untracked()[index]))/>
    }
}

/// The panel that asks for a source of a slot's model, while it is open. The start of a load closes it.
#[component]
pub fn SourcePanel(need: Need) -> impl IntoView {
    let slots = Slots::here();
    let slot = need.slot;
    let (model, asking) = (slots.get(slot), slots.asking);
    let close = Callback::new(move |()| asking.set(None));
    Effect::new(move |_| {
        model.selection.track();
        asking.set(None);
    });
    let on_hub = Callback::new(move |text: String| model.open_elsewhere(&text));
    let on_files = UnsyncCallback::new(move |files: Vec<LocalFile>| model.open_files(files));
    move || match asking.get() {
        Some((asked, Pick::Hub)) if asked == slot => {
            let suggestions = slot.suggestions();
            Some(view! { <HubPanel suggestions on_load=on_hub on_close=close/> }.into_any())
        }
        Some((asked, Pick::Files)) if asked == slot => {
            Some(view! { <FilesPanel on_files on_close=close/> }.into_any())
        }
        _ => None,
    }
}

/// The line under the pickers of a model.
#[component]
pub fn SlotStatus(model: Model) -> impl IntoView {
    view! {
        <LoadStatus
            facts=Memo::new(move |_| facts(model))
            on_cancel=Callback::new(move |()| model.cancel())
            on_retry=Callback::new(move |()| model.retry())
        />
    }
}

/// Returns the name by which a source was requested.
fn source_name(source: &Source) -> String {
    match source {
        Source::BuiltIn { name } => name.clone(),
        Source::Hub { id, .. } => id.clone(),
        Source::Url { base } => base.clone(),
        Source::Files | Source::Random { .. } => t!(model.local_files).into(),
    }
}
