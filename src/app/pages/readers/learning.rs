//! Tasks that a probe learns from a mixture of the layers: ELMo's, and BERT's beside them.

use leptos::{prelude::*, task::spawn_local};

use crate::app::address::sharing;
use crate::app::browser::fetching;
use crate::app::charts::{Bars, Curves, Series};
use crate::app::components::{Recorded, RunControls, Select};
use crate::app::language::{self, numbers, t};
use crate::app::model::{Model, Selection, State, Training};
use crate::app::strings::{common, readers as strings};
use crate::view_model::{WordTask, charts::Bar};
use crate::worker::protocol::{Event, MixtureLearnt, MixtureOptions, MixtureStep, Request};

/// The factors of the penalty.
const PENALTIES: [f64; 4] = [0.0, 0.001, 0.1, 1.0];

/// A task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Task {
    Parts,
    Meanings,
}

impl Task {
    const ALL: [Self; 2] = [Self::Parts, Self::Meanings];

    /// Fetches it in the page's language; `None` if it is not there.
    async fn fetch(self) -> Option<WordTask> {
        let language = language::name(language::now());
        let name = if self == Self::Parts { "parts" } else { "meanings" };
        let file = fetching::text(&format!("lessons/{name}-{language}.txt")).await.ok()?;
        if self == Self::Parts { WordTask::parts(&file) } else { WordTask::meanings(&file) }
    }

    /// Number of classes, which a recording's request has without its material.
    fn classes(self) -> usize {
        if self == Self::Parts { 12 } else { 20 }
    }
}

/// A model that is asked, and what it has learnt.
#[derive(Clone, Copy)]
struct Lane {
    model: Model,
    training: Training,
    steps: RwSignal<Vec<MixtureStep>>,
    learnt: RwSignal<Option<MixtureLearnt>>,
}

impl Lane {
    fn new(model: Model) -> Self {
        let (steps, learnt) = (RwSignal::new(Vec::new()), RwSignal::new(None));
        Self { model, training: Training::new(), steps, learnt }
    }

    fn take(self, event: Event) {
        match event {
            Event::MixtureStep { step } => self.steps.update(|steps| steps.push(step)),
            Event::MixtureLearnt { learnt } => {
                self.steps.update(|steps| steps.push(learnt.mixture.clone()));
                self.learnt.set(Some(learnt));
            }
            _ => (),
        }
    }

    fn forget(self) {
        self.training.forget();
        self.steps.set(Vec::new());
        self.learnt.set(None);
    }
}

/// The panel.
#[component]
pub fn Learning(model: Model, encoder: Model) -> impl IntoView {
    let [elmo, bert] = [model, encoder].map(Lane::new);
    let task = sharing::choice("task", 0usize, |it| *it < Task::ALL.len());
    let penalty = sharing::choice("l2", 1usize, |it| *it < PENALTIES.len());
    let seed = sharing::choice("seed", 1u32, |_| true);
    let chosen = move || Task::ALL[task.get()];
    let request =
        move |model: Option<u32>, task: &WordTask, classes: usize| Request::LearnMixture {
            model: model.unwrap_or_default(),
            texts: task.texts.clone(),
            examples: task.examples.clone(),
            tests: task.tests.clone(),
            classes,
            options: MixtureOptions {
                l2: PENALTIES[penalty.get_untracked()],
                seed: seed.get_untracked(),
                ..MixtureOptions::default()
            },
        };
    let forget = move || {
        elmo.forget();
        bert.forget();
    };
    let run = move |state: State| {
        forget();
        elmo.training.state.set(State::Loading);
        let which = untrack(chosen);
        spawn_local(async move {
            let found = which.fetch().await;
            // The page may be gone, or the run stopped.
            if elmo.training.state.try_get_untracked() != Some(State::Loading) {
                return;
            }
            let Some(found) = found else { return elmo.training.state.set(State::Idle) };
            let classes = found.classes.len();
            let for_bert = found.clone();
            elmo.training.start(
                Some(elmo.model),
                state,
                move |handle| request(handle, &found, classes),
                move |event| {
                    let is_learnt =
                        matches!(&event, Event::MixtureLearnt { learnt } if learnt.alone.len() > 1);
                    elmo.take(event);
                    // One after the other: the trainer has one thread.
                    if is_learnt && bert.model.selection.with_untracked(|it| it.source.is_some()) {
                        let task = for_bert.clone();
                        let ask = move |handle| request(handle, &task, classes);
                        bert.training.start(Some(bert.model), State::Running, ask, move |event| {
                            bert.take(event)
                        });
                    }
                },
            );
        });
    };
    // The recording of one model, task or penalty is none of another's.
    Effect::new(move |before: Option<(Selection, usize, usize)>| {
        let now = (elmo.model.selection.get(), task.get(), penalty.get());
        if before.is_some_and(|before| before != now) {
            forget();
        }
        for lane in [elmo, bert] {
            let asked = request(None, &WordTask::default(), chosen().classes());
            lane.training.recall(Some(lane.model), &asked, move |event| lane.take(event));
        }
        now
    });
    let curves = Signal::derive(move || {
        let curve = |lane: Lane, colour: usize, name: &str| Series {
            name: name.to_owned(),
            colour,
            points: lane
                .steps
                .with(|steps| steps.iter().map(|it| [it.step as f64, it.accuracy]).collect()),
            is_ghost: false,
            is_dots: false,
        };
        vec![curve(elmo, 1, "ELMo"), curve(bert, 2, "BERT")]
    });
    let total = MixtureOptions::default().steps;
    let ticks =
        Signal::stored([0, total / 2, total].map(|it| (it as f64, it.to_string())).to_vec());
    let column = move |lane: Lane, name: &'static str, below: &'static str, id: &'static str| {
        let accuracies = Signal::derive(move || {
            lane.learnt.with(|it| {
                let Some(learnt) = it else { return Vec::new() };
                let layer = |(index, accuracy): (usize, &f64)| Bar {
                    name: if index == 0 { below.into() } else { common::layer(index) },
                    share: *accuracy as f32,
                    ..Bar::default()
                };
                let mut bars: Vec<Bar> = learnt.alone.iter().enumerate().map(layer).collect();
                bars.push(Bar {
                    name: t!(readers.mixture).into(),
                    share: learnt.mixture.accuracy as f32,
                    is_chosen: true,
                    ..Bar::default()
                });
                bars
            })
        });
        let shares = move || {
            let last = lane.steps.with(|steps| steps.last().cloned())?;
            let part = |(index, share): (usize, f64)| {
                let class = format!("share-part share-{}", index % 4);
                view! {
                    <span class=class style:width=format!("{:.2}%", 100.0 * share)
                        title=format!("s{index}: {}", numbers::percent(share, 0))>{format!("s{index}")}</span>
                }
            };
            Some(last.shares.into_iter().enumerate().map(part).collect_view())
        };
        let facts = move || {
            let last = lane.steps.with(|steps| steps.last().cloned())?;
            Some(strings::mixture_facts(&last, lane.learnt.get().as_ref()))
        };
        view! {
            <section class="probe-lane" id=id>
                <h3>{name}</h3>
                <div class="shares" role="img" aria-label=t!(readers.shares)>{shares}</div>
                <Bars bars=accuracies mark=t!(readers.mixture)/>
                <p class="note" role="status">{facts}</p>
            </section>
        }
    };
    let can_run = Signal::derive(move || elmo.model.selection.with(|it| it.source.is_some()));
    let is_recorded = Signal::derive(move || elmo.training.is_recorded.get());
    view! {
        <section class="panel readers-learning" aria-labelledby="learning-title">
            <header>
                <h2 id="learning-title">{t!(readers.learning)}</h2>
                <p class="hint">{t!(readers.learning_hint)}</p>
            </header>
            <div class="options">
                <Select id="task" label=t!(readers.task)
                    options=Signal::stored([t!(readers.parts), t!(readers.meanings)].map(str::to_owned).to_vec())
                    value=task on_change=Callback::new(move |index| task.set(index))/>
                <Select id="l2" label=t!(readers.penalty)
                    options=Signal::stored(PENALTIES.map(strings::penalty).to_vec())
                    value=penalty on_change=Callback::new(move |index| penalty.set(index))/>
            </div>
            <RunControls training=elmo.training can_run on_run=Callback::new(run)
                on_reset=Callback::new(move |()| forget())/>
            <Recorded when=is_recorded/>
            <div class="probe">
                <Curves series=curves label=t!(readers.accuracy) across=t!(training.step)
                    span=Signal::stored([0.0, total as f64]) range=Some([0.0, 1.0])
                    display=numbers::whole_percent ticks/>
                {column(elmo, "ELMo", t!(readers.layer_0), "lane-elmo")}
                {column(bert, "BERT", t!(words.embeddings), "lane-bert")}
            </div>
        </section>
    }
}
