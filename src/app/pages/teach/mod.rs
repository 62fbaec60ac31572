//! Transfer learning: the reader teaches classes, and four lanes that know more or less beforehand learn the same
//! examples.

mod curve;
mod lanes;
mod map;
mod race;
mod settings;
mod task;
mod trial;

use leptos::prelude::*;
use serde_json::json;

use crate::app::address::sharing;
use crate::app::components::{RunControls, Select};
use crate::app::language::t;
use crate::app::model::{Header, Slots, State};
use crate::app::strings::teach as strings;
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::Ability;

use curve::ByLabels;
use lanes::Lanes;
use map::SentenceMap;
use race::Race;
use settings::Options;
use task::SIZES;
use trial::Trial;

/// The demo, which owns all state of the page.
#[component]
pub fn Teach() -> impl IntoView {
    let need = Need { slot: Slot::Sentences, ability: Ability::Embed };
    let model = Slots::here().need(need);
    let race = Race::new(model);
    let task = race.task;
    let has_model = Memo::new(move |_| model.selection.with(|it| it.source.is_some()));
    let can_run = Signal::derive(move || has_model.get() && task.given().is_some());
    let training = race.fine_tuning().training;
    let is_made = Signal::derive(move || {
        race.fine_tuning().taught.with(Option::is_some) && !training.is_recorded.get()
    });
    sharing::runnable(
        Memo::new(move |_| can_run.get()),
        is_made,
        Callback::new(move |()| race.run(State::Running)),
        Callback::new(move |()| race.tracks().iter().for_each(|track| track.training.stop())),
    );
    sharing::result(move || {
        // The host page gets no recordings.
        let of = |track: race::LaneRun| {
            track.taught.get().filter(|_| !track.training.is_recorded.get())?.accuracy
        };
        let accuracies = race.tracks().map(of);
        accuracies.iter().any(Option::is_some).then(|| json!({ "accuracies": accuracies }))
    });
    let classes = move || {
        let given = task.given();
        let examples = task.examples();
        let count = |label: usize| {
            examples
                .as_ref()
                .map_or(0, |[learnt, _]| learnt.iter().filter(|it| it.label == label).count())
        };
        let chip = |(label, name): (usize, String)| {
            view! { <li class=format!("class-chip class-{}", label + 1)>{name} " " <b>{count(label)}</b></li> }
        };
        let all = given.map(|given| given.classes).unwrap_or_default();
        all.into_iter().enumerate().map(chip).collect_view()
    };
    let first = move || {
        let examples = task.examples().map(|[learnt, _]| learnt).unwrap_or_default();
        let row = |it: crate::worker::protocol::Example| {
            view! { <li class=format!("class-{}", it.label + 1)>{it.text}</li> }
        };
        examples.into_iter().take(8).map(row).collect_view()
    };
    view! {
        <Header demo=Demo::Teach needs=[need]/>
        <main class="page-teach">
            <section class="panel teach-task" aria-labelledby="task-title">
                <header>
                    <h2 id="task-title">{t!(teach.task)}</h2>
                    <ul class="class-chips" aria-label=t!(teach.classes)>{classes}</ul>
                </header>
                <div class="options">
                    <Select id="task" label=t!(teach.task_label) options=strings::tasks()
                        value=Signal::derive(move || task.chosen.get())
                        on_change=Callback::new(move |index| task.chosen.set(index))/>
                    <Show when=move || !task.is_own()>
                        <Select id="labels" label=t!(teach.labels)
                            options=SIZES.map(|size| size.to_string()).to_vec()
                            value=Signal::derive(move || task.size.get())
                            on_change=Callback::new(move |index| task.size.set(index))/>
                    </Show>
                    <label class="check">
                        <input type="checkbox" prop:checked=task.is_shuffled
                            on:change:target=move |event| task.is_shuffled.set(event.target().checked())/>
                        {t!(teach.shuffled)}
                    </label>
                </div>
                <Show when=move || task.is_own()
                    fallback=move || view! { <ul class="teach-examples">{first}</ul> }>
                    <textarea id="own" rows="7" aria-label=t!(teach.own_label) bind:value=task.own></textarea>
                    <p class="hint">{t!(teach.own_hint)}</p>
                </Show>
                <RunControls training can_run
                    on_run=Callback::new(move |state| race.run(state))
                    on_reset=Callback::new(move |()| race.reset())/>
                <Options race/>
            </section>
            <Lanes race/>
            <SentenceMap race/>
            <ByLabels race/>
            <Trial race/>
            <section class="panel explained" aria-labelledby="explained-title">
                <h2 id="explained-title">{t!(teach.explained)}</h2>
                <p>{t!(teach.explained_transfer)}</p>
                <p>{t!(teach.explained_lanes)}</p>
            </section>
        </main>
    }
}
