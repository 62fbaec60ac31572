//! A slider for a number within limits.

use leptos::prelude::*;

/// A labelled range input with its value beside the label.
#[component]
pub fn Slider(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] value: Signal<f64>,
    on_change: Callback<f64>,
    #[prop(default = 0.0)] min: f64,
    #[prop(into)] max: Signal<f64>,
    step: f64,
    /// Format of the value.
    display: fn(f64) -> String,
) -> impl IntoView {
    let shown = move || display(value.get());
    view! {
        <div class="slider">
            <label for=id.clone()>{label}</label>
            <output for=id.clone()>{shown}</output>
            <input
                id=id
                type="range"
                min=min
                max=max
                step=step
                aria-valuetext=shown
                prop:value=move || value.get().to_string()
                on:input:target=move |event| on_change.run(event.target().value_as_number())
            />
        </div>
    }
}
