//! The header of a page: title, models, weights, device, and the status of loading.

use leptos::prelude::*;

use super::notices::facts;
use super::{Loaded, Model, Selection, Slots};
use crate::app::address::sharing;
use crate::app::browser::dropped;
use crate::app::components::{
    DevicePicker, DropZone, FilesPanel, HubPanel, LoadStatus, ModelPicker, Pick, Select,
};
use crate::app::language::{self, t};
use crate::app::strings::{model as strings, shell::demo_title};
use crate::view_model::{Demo, ModelParameters, Need, Slot, source};
use crate::worker::client::LocalFile;
use crate::worker::protocol::{DeviceChoice, Quantization, Source};

const WEIGHTS: [Quantization; 4] =
    [Quantization::AsStored, Quantization::F16, Quantization::Int8, Quantization::Int4];

/// Title, pickers and status, for one model or two. Files dropped on the page go to the slot that they suit.
#[component]
pub fn Header(demo: Demo, #[prop(into)] needs: Vec<Need>) -> impl IntoView {
    let slots = Slots::here();
    let models: Vec<Model> = needs.iter().map(|need| slots.get(need.slot)).collect();
    let first = models[0];
    slots.show_recording(demo);
    for need in &needs {
        if let Some(names) = demo.parameters_of(need.slot) {
            share(names, *need, slots.get(need.slot));
        }
    }
    let device = move || first.selection.with(|it| it.device);
    sharing::keep("device", device, DeviceChoice::default());
    // An open panel that asks for a source, and its slot.
    let asking = RwSignal::new(None::<(Slot, Pick)>);
    let close = Callback::new(move |()| asking.set(None));
    // The start of any load closes the panel.
    let watched = models.clone();
    Effect::new(move |_| {
        watched.iter().for_each(|model| model.selection.track());
        asking.set(None);
    });
    let has_two = needs.len() > 1;
    let pickers = needs
        .iter()
        .enumerate()
        .map(|(index, need)| {
            // Ids must be unique on a page.
            let suffix = if index == 0 { String::new() } else { format!("-{}", need.slot.id()) };
            let label = match need.slot {
                _ if !has_two => t!(model.model),
                Slot::Decoder => t!(model.decoder),
                _ => t!(model.encoder),
            };
            view! { <SlotPickers need=*need label suffix asking/> }
        })
        .collect_view();
    let status = models
        .iter()
        .map(|&model| {
            view! {
                <LoadStatus
                    facts=Memo::new(move |_| facts(model))
                    on_cancel=Callback::new(move |()| model.cancel())
                    on_retry=Callback::new(move |()| model.retry())
                />
            }
        })
        .collect_view();
    let panel = move || {
        let (slot, pick) = asking.get()?;
        let model = slots.get(slot);
        let on_hub = Callback::new(move |text: String| model.open_elsewhere(&text));
        let on_files = UnsyncCallback::new(move |files: Vec<LocalFile>| model.open_files(files));
        match pick {
            Pick::Hub => {
                let suggestions = slot.suggestions();
                Some(view! { <HubPanel suggestions on_load=on_hub on_close=close/> }.into_any())
            }
            Pick::Files => Some(view! { <FilesPanel on_files on_close=close/> }.into_any()),
            _ => None,
        }
    };
    let on_device = {
        let models = models.clone();
        Callback::new(move |device: DeviceChoice| {
            models.iter().for_each(|model| model.change(|it| it.device = device));
        })
    };
    let on_drop = UnsyncCallback::new(move |files: Vec<LocalFile>| {
        let models = models.clone();
        leptos::task::spawn_local(async move {
            let index = match models.len() {
                1 => 0,
                _ => usize::from(!dropped::is_decoder(&files).await),
            };
            models[index].open_files(files);
        });
    });
    view! {
        <section class="masthead" aria-labelledby="title">
            <div class="masthead-row">
                <h1 id="title">{demo_title(demo)}</h1>
                <div class="pickers">
                    {pickers}
                    <DevicePicker
                        value=Signal::derive(move || first.selection.get().device)
                        on_change=on_device
                    />
                </div>
            </div>
            {panel}
            <div class="statuses">{status}</div>
            <DropZone on_files=on_drop/>
        </section>
    }
}

/// Keeps the choice of model and weights in the address, except for the reader's own files, which a link cannot carry.
fn share(names: ModelParameters, need: Need, model: Model) {
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
fn SlotPickers(
    need: Need,
    label: &'static str,
    suffix: String,
    asking: RwSignal<Option<(Slot, Pick)>>,
) -> impl IntoView {
    let slots = Slots::here();
    let model = slots.get(need.slot);
    let open_panel =
        move || asking.get().filter(|(slot, _)| *slot == need.slot).map(|(_, pick)| pick);
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

/// Returns the name by which a source was requested.
fn source_name(source: &Source) -> String {
    match source {
        Source::BuiltIn { name } => name.clone(),
        Source::Hub { id, .. } => id.clone(),
        Source::Url { base } => base.clone(),
        Source::Files | Source::Random { .. } => t!(model.local_files).into(),
    }
}
