//! The head of the page: which model, which weights, which device, and how loading stands.

use leptos::prelude::*;
use web_sys::File;

use super::model::Model;
use super::words;
use crate::app::components::{
    DevicePicker, FilesPanel, HubPanel, LoadStatus, ModelPicker, Pick, Select,
};
use crate::app::{address, strings};
use crate::worker::protocol::{Quantization, Source};

const WEIGHTS: [Quantization; 4] =
    [Quantization::F32, Quantization::F16, Quantization::Int8, Quantization::Int4];

/// Pickers and status.
#[component]
pub fn Header(
    model: Model,
    #[prop(into)] built_in: Signal<Vec<String>>,
    on_files: UnsyncCallback<Vec<File>>,
) -> impl IntoView {
    // A pick that asks for more before anything can be loaded.
    let asking = RwSignal::new(None::<Pick>);
    let close = Callback::new(move |()| asking.set(None));
    // Whatever starts to load answers the question.
    Effect::new(move |_| {
        model.selection.track();
        asking.set(None);
    });
    let value = Signal::derive(move || {
        asking.get().unwrap_or_else(|| {
            let selection = model.selection.get();
            match &selection.source {
                Source::BuiltIn { name } => Pick::BuiltIn(name.clone()),
                _ => Pick::Opened(model.opened.with(|opened| {
                    let is_it = |(known, _): &(super::model::Selection, String)| {
                        known.is_same_model(&selection)
                    };
                    opened.iter().position(is_it).unwrap_or(opened.len())
                })),
            }
        })
    });
    // A model from elsewhere that is still coming stands in the list already, by what it was asked for.
    let opened = Signal::derive(move || {
        let mut names: Vec<String> =
            model.opened.with(|opened| opened.iter().map(|(_, name)| name.clone()).collect());
        if value.get() == Pick::Opened(names.len()) {
            names.push(source_name(&model.selection.get().source));
        }
        names
    });
    let on_pick = Callback::new(move |pick| match pick {
        Pick::BuiltIn(name) => {
            model.change(|it| (it.source, it.files) = (Source::BuiltIn { name }, None))
        }
        Pick::Opened(index) => {
            if let Some((known, _)) =
                model.opened.with_untracked(|opened| opened.get(index).cloned())
            {
                model.change(|it| (it.source, it.files) = (known.source, known.files));
            }
        }
        pick => asking.set(Some(pick)),
    });
    let on_hub = Callback::new(move |text: String| {
        model.change(|it| (it.source, it.files) = (address::source_elsewhere(&text), None));
    });
    let weights = Signal::derive(move || {
        let loaded =
            model.loaded.get().map(|loaded| (loaded.info.quantization, loaded.info.weight_bytes));
        let name = |quantization| match loaded {
            Some((kept, bytes)) if kept == quantization => {
                strings::weights_with_bytes(strings::quantization(quantization), bytes)
            }
            _ => strings::quantization(quantization).into(),
        };
        WEIGHTS.map(name).to_vec()
    });
    let weights_value = Signal::derive(move || {
        let quantization = model.selection.get().quantization;
        WEIGHTS.iter().position(|it| *it == quantization).unwrap_or_default()
    });
    view! {
        <header class="masthead">
            <div class="masthead-row">
                <div class="brand">
                    <p>{strings::LECTERN}</p>
                    <h1>{strings::TITLE}</h1>
                </div>
                <div class="pickers">
                    <ModelPicker built_in opened value on_pick/>
                    <Select id="weights" label=strings::WEIGHTS options=weights value=weights_value
                        on_change=Callback::new(move |index: usize| model.change(|it| it.quantization = WEIGHTS[index]))/>
                    <DevicePicker value=Signal::derive(move || model.selection.get().device)
                        on_change=Callback::new(move |device| model.change(|it| it.device = device))/>
                </div>
            </div>
            {move || match asking.get() {
                Some(Pick::Hub) => Some(view! { <HubPanel on_load=on_hub on_close=close/> }.into_any()),
                Some(Pick::Files) => Some(view! { <FilesPanel on_files on_close=close/> }.into_any()),
                _ => None,
            }}
            <LoadStatus
                facts=Memo::new(move |_| words::facts(model))
                on_cancel=Callback::new(move |()| model.cancel())
                on_retry=Callback::new(move |()| model.retry())
            />
        </header>
    }
}

/// What a source was asked for by.
fn source_name(source: &Source) -> String {
    match source {
        Source::BuiltIn { name } => name.clone(),
        Source::Hub { id, .. } => id.clone(),
        Source::Url { base } => base.clone(),
        Source::Files | Source::Random { .. } => strings::LOCAL_FILES.into(),
    }
}
