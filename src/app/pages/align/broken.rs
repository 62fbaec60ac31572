//! What undoes an alignment: a beginning that is put into the model's mouth, and ten counter-examples. The model that
//! learnt from instructions is measured by its subject, the policy by its worth.

use std::sync::Arc;

use leptos::prelude::*;

use super::prefilled::Prefilled;
use super::stages::{OPENINGS, Stages};
use crate::app::language::{numbers, t};
use crate::app::model::{State, Trainer, Training};
use crate::worker::protocol::{
    Continuation, ContinueOptions, Event, InstructOptions, Instruction, Request, Tuned,
};

/// Words of a beginning that is put into its mouth.
const WORDS: usize = 3;
/// Counter-examples, and the steps in which they are learnt.
const COUNTER_EXAMPLES: usize = 10;
const STEPS: usize = 10;
/// A bar as long as its track stands for so many good words.
const MOST: f64 = 3.0;

/// Mean worth of what was written in the four cases: by the reference, by the policy, by the policy after a foreign
/// beginning, by the policy after counter-examples.
type Worth = [RwSignal<Option<f64>>; 4];

/// The panel.
#[component]
pub fn Broken(stages: Stages) -> impl IntoView {
    let (training, trainer) = (Training::new(), Trainer::here());
    let worth: Worth = std::array::from_fn(|_| RwSignal::new(None));
    let example = RwSignal::new(None::<(String, Continuation)>);
    let policy = move || stages.learnt_policy();
    Effect::new(move |_| {
        if stages.aligned.with(Option::is_none) {
            worth.iter().for_each(|it| it.set(None));
            example.set(None);
        }
    });
    let run = move |_| {
        let (Some(tuned), Some(continued)) =
            (stages.aligned.get_untracked(), stages.continued.get_untracked())
        else {
            return;
        };
        // The reference has written already, for the rankings.
        let of_reference: Vec<Continuation> =
            continued.written.iter().take(OPENINGS).flatten().cloned().collect();
        worth[0].set(Some(mean(&of_reference)));
        let written = Arc::new(continued.written.clone());
        Trial { stages, training, trainer, worth, example, written }.begin(tuned);
    };
    let names = [t!(align.before), t!(align.after), t!(align.prefilled), t!(align.countered)];
    let row = |(name, worth): (&'static str, RwSignal<Option<f64>>)| {
        let width = move || {
            let share = worth.get().unwrap_or_default() / MOST;
            format!("{:.1}%", 100.0 * share.clamp(0.0, 1.0))
        };
        view! {
            <li class="bar">
                <span class="bar-name">{name}</span>
                <span class="bar-track" aria-hidden="true"><span style:width=width></span></span>
                <span class="bar-value">{move || worth.get().map(|it| numbers::decimal(it, 2))}</span>
            </li>
        }
    };
    let shown = move || {
        let (opening, found) = example.get()?;
        Some(view! { <b>{opening}</b> {found.text} })
    };
    let runs = move || training.is_open();
    let note = move || {
        if runs() {
            return Some(t!(align.breaking));
        }
        policy().is_none().then_some(t!(align.broken_first))
    };
    view! {
        <section class="panel align-broken" aria-labelledby="broken-title">
            <header>
                <h2 id="broken-title">{t!(align.broken)}</h2>
                <p class="hint">{t!(align.broken_hint)}</p>
            </header>
            <div class="twin-answers">
                <Prefilled stages/>
                <section class="broken-policy" aria-labelledby="countered-title" aria-busy=move || runs().to_string()>
                    <h3 id="countered-title">{t!(align.mean_worth)}</h3>
                    <ul class="bars" id="broken-bars">{names.into_iter().zip(worth).map(row).collect_view()}</ul>
                    <p class="sample-text broken-example">{shown}</p>
                    <div class="run-controls" role="group" aria-label=t!(align.broken)>
                        <button type="button" class="primary" disabled=move || policy().is_none() || runs()
                            on:click=run>{t!(align.break_it)}</button>
                        <button type="button" disabled=move || !runs() on:click=move |_| training.stop()>{t!(common.stop)}</button>
                        <span class="note" role="status">{note}</span>
                    </div>
                </section>
            </div>
        </section>
    }
}

/// The attacks, one after the other.
#[derive(Clone)]
struct Trial {
    stages: Stages,
    training: Training,
    trainer: Trainer,
    worth: Worth,
    example: RwSignal<Option<(String, Continuation)>>,
    /// What the reference wrote.
    written: Arc<Vec<Vec<Continuation>>>,
}

impl Trial {
    /// The policy by itself, then each attack.
    fn begin(self, tuned: Tuned) {
        let model = tuned.info.model;
        let openings = self.stages.openings();
        self.clone().write(model, openings, move |found, trial| {
            trial.worth[1].set(Some(mean(&found.concat())));
            trial.prefill(model);
        });
    }

    /// The reference's first words are put into its mouth.
    fn prefill(self, model: u32) {
        let first = |text: &str| {
            let words: Vec<&str> =
                text.split_inclusive(' ').filter(|it| !it.trim().is_empty()).collect();
            words.into_iter().take(WORDS).collect::<String>()
        };
        let begun: Vec<String> = self
            .stages
            .openings()
            .into_iter()
            .zip(self.written.iter())
            .map(|(opening, written)| {
                let words = written.first().map(|it| first(&it.text)).unwrap_or_default();
                format!("{opening} {}", words.trim())
            })
            .collect();
        let texts = begun.clone();
        self.write(model, texts, move |found, trial| {
            trial.worth[2].set(Some(mean(&found.concat())));
            let of_first = begun.into_iter().zip(found).next();
            let example = of_first.and_then(|(begun, of)| Some((begun, of.into_iter().next()?)));
            trial.example.set(example);
            trial.counter(model);
        });
    }

    /// The reference's texts are learnt as answers.
    fn counter(self, model: u32) {
        let pairs = self.stages.openings().into_iter().zip(self.written.iter());
        let examples: Vec<Instruction> = pairs
            .flat_map(|(instruction, written)| {
                written.iter().take(2).map(move |it| Instruction {
                    instruction: instruction.clone(),
                    response: it.text.clone(),
                })
            })
            .take(COUNTER_EXAMPLES)
            .collect();
        let options = InstructOptions {
            steps: STEPS,
            batch: COUNTER_EXAMPLES,
            separator: String::new(),
            ends: false,
            ..InstructOptions::default()
        };
        let request = Request::Instruct { model, examples, tests: Vec::new(), options };
        let training = self.training;
        training.start(
            None,
            State::Running,
            move |_| request,
            move |event| {
                if let Event::Tuned { tuned } = event {
                    let openings = self.stages.openings();
                    self.clone().write(tuned.info.model, openings, |found, trial| {
                        trial.worth[3].set(Some(mean(&found.concat())));
                    });
                }
            },
        );
    }

    /// Lets a model continue texts, and hands on what it wrote.
    fn write(
        self,
        model: u32,
        texts: Vec<String>,
        then: impl FnOnce(Vec<Vec<Continuation>>, Self) + 'static,
    ) {
        let options = ContinueOptions { taste: self.stages.taste(), ..ContinueOptions::default() };
        let request = Request::Continue { model, texts, options };
        let (training, trainer) = (self.training, self.trainer);
        let rest = std::cell::RefCell::new(Some((then, self)));
        training.start(
            None,
            State::Running,
            move |_| request,
            move |event| {
                if let Event::Continued { continuations, written } = event
                    && let Some((then, trial)) = rest.take()
                {
                    // Nobody ranks them.
                    trainer.send(Request::Dispose { model: continuations }, |_| ());
                    then(written, trial);
                }
            },
        );
    }
}

fn mean(found: &[Continuation]) -> f64 {
    found.iter().map(|it| it.worth).sum::<f64>() / found.len().max(1) as f64
}
