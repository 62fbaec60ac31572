//! The same text through a decoder and an encoder, side by side.

use leptos::prelude::*;

use crate::app::demo::Demo;
use crate::app::model::{Header, Need, NoModel, Slot, Slots};
use crate::worker::protocol::Ability;

/// The demo. It owns all state of the page; what it shows is made of components.
#[component]
pub fn Compare() -> impl IntoView {
    let writer = Need { slot: Slot::Decoder, ability: Ability::Generate };
    let reader = Need { slot: Slot::Masked, ability: Ability::FillMask };
    let (_decoder, _encoder) = (Slots::here().need(writer), Slots::here().need(reader));
    view! {
        <Header demo=Demo::Compare needs=[writer, reader]/>
        <main class="page-compare">
            <NoModel need=reader/>
        </main>
    }
}
