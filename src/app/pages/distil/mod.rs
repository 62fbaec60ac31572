//! Distillation in three tiers: a teacher's soft labels; two tiny students and a word that neither saw; and DistilBERT
//! in miniature.

mod miniature;
mod soften;
mod students;

use leptos::prelude::*;

use crate::app::address::sharing;
use crate::app::language::t;
use crate::app::model::{Header, NoModel, Slots};
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::Ability;

use miniature::Miniature;
use soften::Soften;
use students::Students;

/// The demo, which owns all state of the page.
#[component]
pub fn Distil() -> impl IntoView {
    let need = Need { slot: Slot::Masked, ability: Ability::FillMask };
    let model = Slots::here().need(need);
    let sentence = sharing::draft("distil-sentence", "text", t!(distil.probe_first));
    view! {
        <Header demo=Demo::Distil needs=[need]/>
        <main class="page-distil">
            <NoModel need/>
            <Soften model sentence/>
            <Students/>
            <Miniature model sentence/>
            <section class="panel explained" aria-labelledby="explained-title">
                <h2 id="explained-title">{t!(distil.explained)}</h2>
                <p>{t!(distil.explained_soft)}</p>
                <p>{t!(distil.explained_distil)}</p>
            </section>
        </main>
    }
}
