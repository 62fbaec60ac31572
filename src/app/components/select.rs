//! A labelled list of options.

use leptos::prelude::*;

/// A `<select>` over numbered options.
#[component]
pub fn Select(
    #[prop(into)] id: String,
    label: &'static str,
    /// Names of the options, in order.
    #[prop(into)]
    options: Signal<Vec<String>>,
    #[prop(into)] value: Signal<usize>,
    on_change: Callback<usize>,
) -> impl IntoView {
    let rows = move || {
        let chosen = value.get();
        let option = |(index, name): (usize, String)| {
            view! { <option value=index prop:selected=index == chosen>{name}</option> }
        };
        options.get().into_iter().enumerate().map(option).collect_view()
    };
    let class = format!("field field-{id}");
    view! {
        <div class=class>
            <label for=id.clone()>{label}</label>
            <select id=id.clone() on:change:target=move |event| {
                if let Ok(index) = event.target().value().parse() {
                    on_change.run(index);
                }
            }>{rows}</select>
        </div>
    }
}
