//! The choice of GPU or CPU.

use leptos::prelude::*;

use crate::app::language::t;
use crate::app::strings::model as strings;
use crate::worker::protocol::DeviceChoice;

const CHOICES: [DeviceChoice; 3] = [DeviceChoice::Auto, DeviceChoice::Gpu, DeviceChoice::Cpu];

/// A switch between the devices.
#[component]
pub fn DevicePicker(
    #[prop(into)] value: Signal<DeviceChoice>,
    on_change: Callback<DeviceChoice>,
) -> impl IntoView {
    let radios = CHOICES.map(|choice| {
        view! {
            <label>
                <input
                    type="radio"
                    name="device"
                    prop:checked=move || value.get() == choice
                    on:change=move |_| on_change.run(choice)
                />
                <span>{strings::device(choice)}</span>
            </label>
        }
    });
    view! {
        <fieldset class="switch" role="radiogroup" aria-labelledby="device-label">
            <legend id="device-label">{t!(model.device_label)}</legend>
            <div class="switch-row">{radios}</div>
        </fieldset>
    }
}
