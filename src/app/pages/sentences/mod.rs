//! Sentences near in meaning: a heat map, the nearest pairs, and a flat map.

use leptos::prelude::*;

use crate::app::demo::Demo;
use crate::app::model::{Header, Need, NoModel, Slot, Slots};
use crate::worker::protocol::Ability;

/// The demo. It owns all state of the page; what it shows is made of components.
#[component]
pub fn Sentences() -> impl IntoView {
    let need = Need { slot: Slot::Sentences, ability: Ability::Embed };
    let _model = Slots::here().need(need);
    view! {
        <Header demo=Demo::Sentences needs=[need]/>
        <main class="page-sentences">
            <NoModel need/>
        </main>
    }
}
