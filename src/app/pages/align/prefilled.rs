//! A beginning that is put into the mouth of the model that learnt from instructions: it goes on as it used to before,
//! and the instruction is forgotten. What was learnt sits in an answer's first tokens (Qi et al. 2024, "Safety alignment
//! should be made more than just a few tokens deep").

use leptos::prelude::*;

use super::stages::Stages;
use crate::app::address::sharing;
use crate::app::charts::Bars;
use crate::app::language::t;
use crate::app::model::{State, Training};
use crate::view_model::charts::Bar;
use crate::worker::protocol::{Answer, Event, InstructOptions, Request};

/// The part of the panel.
#[component]
pub fn Prefilled(stages: Stages) -> impl IntoView {
    let training = Training::new();
    let beginning = sharing::draft("align-prefill", "prefill", t!(align.prefill_first));
    let prefilled = RwSignal::new(None::<(String, Vec<Answer>)>);
    Effect::new(move |_| {
        if stages.instructed.with(Option::is_none) {
            prefilled.set(None);
        }
    });
    let learnt = move || stages.instructed.get().filter(|_| !stages.instructing.is_recorded.get());
    let run = move |_| {
        let (Some(tuned), Some(lesson)) = (untrack(learnt), stages.lesson.get_untracked()) else {
            return;
        };
        let prefill = beginning.get_untracked();
        let request = Request::Instruct {
            model: tuned.info.model,
            examples: lesson.instructions.clone(),
            tests: lesson.tests.clone(),
            options: InstructOptions {
                steps: 0,
                prefill: prefill.clone(),
                ..InstructOptions::default()
            },
        };
        training.start(
            None,
            State::Running,
            move |_| request,
            move |event| {
                if let Event::InstructStep { step } = event {
                    prefilled.set(Some((prefill.clone(), step.answers)));
                }
            },
        );
    };
    let bars = Signal::derive(move || {
        let measured = |is_last: bool| {
            stages.instruct_steps.with(|steps| {
                let mut all = steps.iter().map(|it| &it.answers).filter(|it| !it.is_empty());
                let found = if is_last { all.next_back() } else { all.next() };
                found.map(|it| on_subject(it))
            })
        };
        let after = prefilled.with(|it| it.as_ref().map(|it| on_subject(&it.1)));
        let all = [
            (t!(align.before), measured(false)),
            (t!(align.after), measured(true)),
            (t!(align.prefilled), after),
        ];
        let bar = |(name, share): (&'static str, Option<f64>)| {
            Some(Bar { name: name.to_owned(), share: share? as f32, ..Bar::default() })
        };
        all.into_iter().filter_map(bar).collect::<Vec<_>>()
    });
    let example = move || {
        let (beginning, answers) = prefilled.get()?;
        let lesson = stages.lesson.get()?;
        let (asked, answer) =
            (lesson.tests.first()?.instruction.clone(), answers.first()?.text.clone());
        Some(
            view! { <span class="tinted-opening">{asked}</span> " " <b>{beginning}</b> " " {answer} },
        )
    };
    let note = move || {
        if training.is_open() {
            return Some(t!(align.breaking));
        }
        learnt().is_none().then_some(t!(align.instruct_first))
    };
    view! {
        <section class="broken-instructions" aria-labelledby="prefilled-title" aria-busy=move || training.is_open().to_string()>
            <h3 id="prefilled-title">{t!(align.on_subject)}</h3>
            <div class="prefilled-bars"><Bars bars/></div>
            <div class="field">
                <label for="prefill">{t!(align.prefill)}</label>
                <input type="text" id="prefill" autocomplete="off" bind:value=beginning/>
            </div>
            <p class="sample-text broken-example">{example}</p>
            <div class="run-controls" role="group" aria-label=t!(align.broken)>
                <button type="button" class="primary" disabled=move || learnt().is_none() || training.is_open()
                    on:click=run>{t!(align.put_in)}</button>
                <button type="button" disabled=move || !training.is_open() on:click=move |_| training.stop()>{t!(common.stop)}</button>
                <span class="note" role="status">{note}</span>
            </div>
        </section>
    }
}

/// The share of answers that keep to their subject.
fn on_subject(answers: &[Answer]) -> f64 {
    let count = answers.iter().filter(|it| it.is_on_subject).count();
    count as f64 / answers.len().max(1) as f64
}
