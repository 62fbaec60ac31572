//! ELMo: the two readers of a sentence, a word in two sentences, and tasks that are learnt from a mixture of the layers.

mod belts;
mod learning;
mod memory;
mod pair;
mod texts;

use leptos::prelude::*;
use serde_json::json;

use crate::app::address::sharing;
use crate::app::language::t;
use crate::app::model::{Header, NoModel, Slots};
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::Ability;

use belts::Belts;
use learning::Learning;
use memory::Memory;
use pair::Pair;
use texts::Texts;

/// The demo, which owns all state of the page.
#[component]
pub fn Readers() -> impl IntoView {
    let need = Need { slot: Slot::Readers, ability: Ability::Read };
    let slots = Slots::here();
    let model = slots.need(need);
    let encoder = slots.need(Need { slot: Slot::Masked, ability: Ability::FillMask });
    let texts = Texts::new(model);
    sharing::result(move || {
        let rows = texts.likenesses()?;
        let cosines = rows.iter().map(|row| row.map(|it| it.value())).collect::<Vec<_>>();
        // The host page gets no recordings.
        (!texts.is_recorded()).then(|| json!({ "word": texts.word(), "cosines": cosines }))
    });
    view! {
        <Header demo=Demo::Readers needs=[need]/>
        <main class="page-readers">
            <NoModel need/>
            <Belts texts/>
            <Pair texts/>
            <Memory model encoder/>
            <Learning model encoder/>
            <section class="panel explained" aria-labelledby="explained-title">
                <h2 id="explained-title">{t!(readers.explained)}</h2>
                <p>{t!(readers.explained_readers)}</p>
                <p>{t!(readers.explained_mixture)}</p>
            </section>
        </main>
    }
}
