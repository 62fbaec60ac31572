//! Alignment: the best policy over eight answers, exactly; then the lecture's three stages: demonstrations, rankings with
//! a reward, a policy that follows it; and what undoes that.

mod beside;
mod broken;
mod demonstrations;
mod eight;
mod lesson;
mod policy;
mod positions;
mod prefilled;
mod rankings;
mod stages;
mod tinted;

use leptos::prelude::*;
use serde_json::json;

use crate::app::address::sharing;
use crate::app::language::t;
use crate::app::model::{Header, NoModel, Slots, State};
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::Ability;

use beside::Beside;
use broken::Broken;
use demonstrations::Demonstrations;
use eight::Eight;
use policy::Policy;
use rankings::Rankings;
use stages::Stages;

/// The demo, which owns all state of the page.
#[component]
pub fn Align() -> impl IntoView {
    let need = Need { slot: Slot::Decoder, ability: Ability::Generate };
    let model = Slots::here().need(need);
    let stages = Stages::new(model);
    let can_run = stages.can_run();
    let is_made = Signal::derive(move || {
        stages.aligned.with(Option::is_some) && !stages.learning.is_recorded.get()
    });
    sharing::runnable(
        Memo::new(move |_| can_run.get()),
        is_made,
        Callback::new(move |()| stages.align(State::Running)),
        Callback::new(move |()| {
            let all = [stages.instructing, stages.rating, stages.learning];
            all.iter().for_each(|training| training.stop());
        }),
    );
    sharing::result(move || {
        // The host page gets no recordings.
        is_made.get().then(|| {
            let curve = stages.steps.with(|steps| {
                let row =
                    |it: &crate::worker::protocol::AlignStep| [it.reward, it.worth, it.divergence];
                steps.iter().map(row).collect::<Vec<_>>()
            });
            json!({ "steps": curve })
        })
    });
    view! {
        <Header demo=Demo::Align needs=[need]/>
        <main class="page-align">
            <NoModel need/>
            <Eight stages/>
            <Demonstrations stages/>
            <Rankings stages/>
            <Policy stages/>
            <Broken stages/>
            <Beside stages/>
            <section class="panel explained" aria-labelledby="explained-title">
                <h2 id="explained-title">{t!(align.explained)}</h2>
                <p>{t!(align.explained_stages)}</p>
                <p>{t!(align.explained_hack)}</p>
            </section>
        </main>
    }
}
