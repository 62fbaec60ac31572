//! Icons of buttons.

use leptos::prelude::*;

/// An icon of pictures.svg. The button around it has the accessible name.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=format!("pictures.svg#icon-{name}")></use>
        </svg>
    }
}
