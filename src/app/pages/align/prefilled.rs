//! A beginning that is put into the mouth of the model that learnt from instructions: it goes on with a story as it used
//! to, and obeys less often. What was learnt sits in an answer's first tokens (Qi et al. 2024, "Safety alignment should
//! be made more than just a few tokens deep").

use leptos::prelude::*;

use super::stages::Stages;
use crate::app::address::sharing;
use crate::app::charts::Bars;
use crate::app::language::t;
use crate::app::model::{State, Trainer, Training};
use crate::view_model::charts::Bar;
use crate::worker::protocol::{Answer, Ending, Event, InstructOptions, Instruction, Request};

/// Answers that are written to each of the tests.
const ANSWERS: usize = 4;

/// Shares of the answers that obey: of the model before, of the one that learnt, and of that after the beginning.
type Shares = [RwSignal<Option<f64>>; 3];

/// The part of the panel.
#[component]
pub fn Prefilled(stages: Stages) -> impl IntoView {
    let (training, trainer) = (Training::new(), Trainer::here());
    let beginning = sharing::draft("align-prefill", "prefill", t!(align.prefill_first));
    let shares: Shares = std::array::from_fn(|_| RwSignal::new(None));
    let example = RwSignal::new(None::<[String; 3]>);
    let forget = move || {
        shares.iter().for_each(|it| it.set(None));
        example.set(None);
    };
    Effect::new(move |_| {
        if stages.instructed.with(Option::is_none) {
            forget();
        }
    });
    let learnt = move || stages.learnt_instructions();
    let run = move |_| {
        let Some(tuned) = untrack(learnt) else { return };
        forget();
        let beginning = beginning.get_untracked();
        let trial = Trial { stages, training, trainer, shares, example, beginning };
        trial.measure(0, tuned.info.model);
    };
    let names = [t!(align.before), t!(align.after), t!(align.prefilled)];
    let bars = Signal::derive(move || {
        let bar = |(name, share): (&str, RwSignal<Option<f64>>)| {
            Some(Bar { name: name.to_owned(), share: share.get()? as f32, ..Bar::default() })
        };
        names.into_iter().zip(shares).filter_map(bar).collect::<Vec<_>>()
    });
    let shown = move || {
        let [asked, beginning, answer] = example.get()?;
        Some(
            view! { <span class="tinted-opening">{asked}</span> " " <b>{beginning}</b> " " {answer} },
        )
    };
    let note = move || {
        if training.is_open() {
            return Some(t!(align.writing));
        }
        learnt().is_none().then_some(t!(align.instruct_first))
    };
    view! {
        <section class="broken-instructions" aria-labelledby="prefilled-title" aria-busy=move || training.is_open().to_string()>
            <h3 id="prefilled-title">{t!(align.obeys)}</h3>
            <div class="prefilled-bars"><Bars bars/></div>
            <div class="field">
                <label for="prefill">{t!(align.prefill)}</label>
                <input type="text" id="prefill" autocomplete="off" bind:value=beginning/>
            </div>
            <p class="sample-text broken-example">{shown}</p>
            <div class="run-controls" role="group" aria-label=t!(align.broken)>
                <button type="button" class="primary" disabled=move || learnt().is_none() || training.is_open()
                    on:click=run>{t!(align.put_in)}</button>
                <button type="button" disabled=move || !training.is_open() on:click=move |_| training.stop()>{t!(common.stop)}</button>
                <span class="note" role="status">{note}</span>
            </div>
        </section>
    }
}

/// The three measurements, one after the other.
#[derive(Clone)]
struct Trial {
    stages: Stages,
    training: Training,
    trainer: Trainer,
    shares: Shares,
    example: RwSignal<Option<[String; 3]>>,
    beginning: String,
}

impl Trial {
    /// Measures one, and then the next ones; `learnt` is the trainer's handle of the model that learnt.
    fn measure(self, index: usize, learnt: u32) {
        let Some(lesson) = self.stages.lesson.get_untracked() else { return };
        let tests: Vec<Instruction> =
            lesson.tests.iter().flat_map(|it| std::iter::repeat_n(it.clone(), ANSWERS)).collect();
        let asked = lesson.tests.first().map(|it| it.instruction.clone()).unwrap_or_default();
        let is_prefilled = index == 2;
        let prefill = if is_prefilled { self.beginning.clone() } else { String::new() };
        let options = InstructOptions { steps: 0, prefill, ..InstructOptions::default() };
        let base = (index == 0).then_some(self.stages.model);
        let request = move |loaded: Option<u32>| Request::Instruct {
            model: loaded.unwrap_or(learnt),
            examples: lesson.instructions.clone(),
            tests,
            options,
        };
        let training = self.training;
        training.start(base, State::Running, request, move |event| match event {
            Event::InstructStep { step } => {
                self.shares[index].set(Some(obeying(&step.answers)));
                if let Some(answer) = step.answers.first().filter(|_| is_prefilled) {
                    let shown = [asked.clone(), self.beginning.clone(), answer.text.clone()];
                    self.example.set(Some(shown));
                }
            }
            Event::Tuned { tuned } => {
                // A copy of the model that has learnt nothing more.
                self.trainer.send(Request::Dispose { model: tuned.info.model }, |_| ());
                if tuned.ending == Ending::Complete && index + 1 < self.shares.len() {
                    self.clone().measure(index + 1, learnt);
                }
            }
            _ => (),
        });
    }
}

/// The share of answers that keep to their subject and come to an end.
fn obeying(answers: &[Answer]) -> f64 {
    let count = answers.iter().filter(|it| it.is_on_subject && it.is_ended).count();
    count as f64 / answers.len().max(1) as f64
}
