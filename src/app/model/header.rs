//! The header of a page: title, models, weights, device, and the status of loading.

use leptos::prelude::*;

use super::picking::{SlotPickers, SlotStatus, SourcePanel, share};
use super::{Model, Slots};
use crate::app::address::sharing;
use crate::app::browser::dropped;
use crate::app::components::{DevicePicker, DropZone};
use crate::app::language::t;
use crate::app::strings::shell::demo_title;
use crate::view_model::{Demo, Need, Slot};
use crate::worker::client::LocalFile;
use crate::worker::protocol::DeviceChoice;

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
    slots.asking.set(None);
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
            view! { <SlotPickers need=*need label suffix/> }
        })
        .collect_view();
    let status = models.iter().map(|&model| view! { <SlotStatus model/> }).collect_view();
    let panels = needs.iter().map(|need| view! { <SourcePanel need=*need/> }).collect_view();
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
            {panels}
            <div class="statuses">{status}</div>
            <DropZone on_files=on_drop/>
        </section>
    }
}
