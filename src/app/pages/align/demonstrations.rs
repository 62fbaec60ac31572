//! The first stage: demonstrations. The model learns answers to instructions, and when an answer ends.

use leptos::prelude::*;

use super::stages::Stages;
use crate::app::charts::{Curves, Series};
use crate::app::components::{Recorded, RunControls};
use crate::app::language::{numbers, t};
use crate::app::model::State;
use crate::app::strings::align as strings;
use crate::worker::protocol::{Answer, InstructStep};

/// Instructions that are shown with the answers to them.
const SHOWN: usize = 3;

/// The card.
#[component]
pub fn Demonstrations(stages: Stages) -> impl IntoView {
    let (training, steps) = (stages.instructing, stages.instruct_steps);
    let curve = |name: &'static str, colour, points: Vec<[f64; 2]>| Series {
        name: name.to_owned(),
        colour,
        points,
        is_ghost: false,
        is_dots: false,
    };
    let losses = move || {
        steps.with(|steps| {
            let learnt = steps.iter().filter(|it| it.step > 0).map(|it| [it.step as f64, it.loss]);
            let tested = steps.iter().filter_map(|it| Some([it.step as f64, it.test_loss?]));
            vec![
                curve(t!(align.loss), 1, learnt.collect()),
                curve(t!(align.test_loss), 3, tested.collect()),
            ]
        })
    };
    let total = move || steps.with(|it| it.first().map_or(40, |it| it.total)).max(1);
    let span = Signal::derive(move || [0.0, total() as f64]);
    let ticks = Signal::derive(move || {
        let total = total();
        [0, total / 2, total].map(|step| (step as f64, step.to_string())).to_vec()
    });
    let measured = |steps: &[InstructStep], is_last: bool| -> Option<Vec<Answer>> {
        let mut all = steps.iter().filter(|it| !it.answers.is_empty());
        let found = if is_last { all.next_back() } else { all.next() };
        found.map(|it| it.answers.clone())
    };
    let share = |answers: &[Answer], is_it: fn(&Answer) -> bool| {
        let count = answers.iter().filter(|it| is_it(it)).count();
        numbers::percent(count as f64 / answers.len().max(1) as f64, 0)
    };
    let column = move |title: &'static str, is_last: bool| {
        let answers = Memo::new(move |_| steps.with(|steps| measured(steps, is_last)));
        let facts = move || {
            let answers = answers.get()?;
            Some(t!(
                align.answers_share,
                ended = share(&answers, |it| it.is_ended),
                subject = share(&answers, |it| it.is_on_subject)
            ))
        };
        let rows = move || {
            let answers = answers.get().unwrap_or_default();
            let row = |index: usize| {
                let instruction = stages.lesson.with(|it| {
                    it.as_ref().and_then(|it| it.tests.get(index).map(|it| it.instruction.clone()))
                });
                let answer = answers
                    .get(index)
                    .map(|it| format!("{}{}", it.text, if it.is_ended { " ■" } else { " …" }));
                view! { <dt>{instruction}</dt> <dd>{answer}</dd> }
            };
            (0..SHOWN).map(row).collect_view()
        };
        view! {
            <section class="answers">
                <h3>{title}</h3>
                <dl>{rows}</dl>
                <p class="answers-share">{facts}</p>
            </section>
        }
    };
    let note = move || stages.instructed.get().map(|it| strings::ending(it.ending, it.seconds));
    view! {
        <section class="panel align-stage align-instruct" aria-labelledby="instruct-title">
            <header>
                <h2 id="instruct-title"><span class="stage-number" aria-hidden="true">"1"</span> {t!(align.instruct)}</h2>
                <p class="hint">{t!(align.instruct_hint)}</p>
            </header>
            <Recorded when=training.is_recorded/>
            <Curves series=Signal::derive(losses) label=t!(align.loss) across=t!(training.step) span
                display=numbers::hundredths ticks/>
            <RunControls training can_run=stages.can_run()
                on_run=Callback::new(move |state: State| stages.instruct(state))
                on_reset=Callback::new(move |()| stages.forget_instructions())/>
            <div class="twin-answers">
                {column(t!(align.before), false)}
                {column(t!(align.after), true)}
            </div>
            <p class="note" id="instruct-note" role="status">{note}</p>
        </section>
    }
}
