//! Words are hidden, and BERT says what would stand there.

use leptos::prelude::*;

use crate::app::demo::Demo;
use crate::app::model::{Header, Need, NoModel, Slot, Slots};
use crate::worker::protocol::Ability;

/// The demo. It owns all state of the page; what it shows is made of components.
#[component]
pub fn Mask() -> impl IntoView {
    let need = Need { slot: Slot::Masked, ability: Ability::FillMask };
    let _model = Slots::here().need(need);
    view! {
        <Header demo=Demo::Mask needs=[need]/>
        <main class="page-mask">
            <NoModel need/>
        </main>
    }
}
