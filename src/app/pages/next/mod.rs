//! Two sentences: does the second follow the first?

use leptos::prelude::*;

use crate::app::demo::Demo;
use crate::app::model::{Header, Need, NoModel, Slot, Slots};
use crate::worker::protocol::Ability;

/// The demo. It owns all state of the page; what it shows is made of components.
#[component]
pub fn Next() -> impl IntoView {
    let need = Need { slot: Slot::Masked, ability: Ability::NextSentence };
    let _model = Slots::here().need(need);
    view! {
        <Header demo=Demo::Next needs=[need]/>
        <main class="page-next">
            <NoModel need/>
        </main>
    }
}
