//! The same sentence through GPT-2, for comparison.

use leptos::prelude::*;

use crate::app::components::{LoadStatus, Pattern};
use crate::app::language::t;
use crate::app::model::{Slots, facts};
use crate::app::reading::{Decoder, Head, Sentence};
use crate::app::strings::common;
use crate::view_model::{Need, Slot};
use crate::worker::protocol::Ability;

/// The panel beside the encoder's attention: a button, until the decoder is requested.
#[component]
pub fn Triangle(sentence: Sentence, head: Head) -> impl IntoView {
    let model = Slots::here().decoder;
    let is_there = model.loaded.with_untracked(Option::is_some)
        || model.loading.with_untracked(Option::is_some);
    let is_requested = RwSignal::new(is_there);
    let content = move || {
        match is_requested.get() {
        true => view! { <Map sentence head/> }.into_any(),
        false => view! {
            <p>{t!(mask.triangle_invitation)}</p>
            <button type="button" class="primary" on:click=move |_| is_requested.set(true)>{t!(mask.compare)}</button>
        }
        .into_any(),
    }
    };
    view! {
        <section class="panel triangle" aria-labelledby="triangle-title">
            <header>
                <h2 id="triangle-title">{t!(mask.triangle)}</h2>
            </header>
            {content}
        </section>
    }
}

/// The decoder's map of the sentence, gaps filled with the hidden words.
#[component]
fn Map(sentence: Sentence, head: Head) -> impl IntoView {
    let model = Slots::here().need(Need { slot: Slot::Decoder, ability: Ability::Generate });
    let decoder = Decoder::new(model, sentence, head);
    let info = model.info();
    let which = move || {
        let info = info.get()?;
        let (layer, head) = head.within(&info);
        Some(common::model_head(&info.name, layer, head))
    };
    let is_settled = Memo::new(move |_| {
        model.loaded.with(Option::is_some) && model.loading.with(Option::is_none)
    });
    view! {
        <p class="subject">{which}</p>
        <Show when=move || !is_settled.get()>
            <LoadStatus
                facts=Memo::new(move |_| facts(model))
                on_cancel=Callback::new(move |()| model.cancel())
                on_retry=Callback::new(move |()| model.retry())
            />
        </Show>
        <Pattern map=decoder.reader.map empty=t!(mask.triangle_empty)/>
    }
}
