//! The second tier: two tiny students in a few seconds, and a word that neither of them sees.

use leptos::prelude::*;

use crate::app::address::sharing;
use crate::app::charts::{Curves, Series};
use crate::app::components::{Recorded, RunControls, Select, Slider};
use crate::app::language::{self, numbers, t};
use crate::app::model::{State, Training};
use crate::app::strings::distil as strings;
use crate::worker::protocol::{Ending, Event, Gap, Request, StudentsOptions, StudentsStep};

/// Numbers of gaps to choose from; 0 for all.
const GAPS: [usize; 6] = [0, 2, 8, 16, 64, 128];
/// Words shown for a gap.
const SHOWN: usize = 5;
const STEPS: usize = 600;

/// The lesson, once it has arrived.
#[derive(Debug, Clone, PartialEq)]
struct Lesson {
    words: Vec<String>,
    shown: Vec<Gap>,
}

/// The panel.
#[component]
pub fn Students() -> impl IntoView {
    let training = Training::new();
    // 0 for none; at first one that the students show well: happy, улыбнулась.
    let hidden = sharing::choice("hidden", language::pick(7usize, 5), |it| *it <= 24);
    let power = sharing::choice("studentsT", 1.0, |it| (-2.0..=4.5).contains(it));
    let alpha = sharing::choice("studentsAlpha", 1.0, |it| (0.0..=1.0).contains(it));
    let squared = sharing::choice("studentsSquared", true, |_| true);
    let spoiled = sharing::choice("spoiled", 0.0, |it| (0.0..=1.0).contains(it));
    let gaps = sharing::choice("gaps", 0usize, |it| *it < GAPS.len());
    let lesson = RwSignal::new(None::<Lesson>);
    let steps = RwSignal::new(Vec::<StudentsStep>::new());
    let ending = RwSignal::new(None::<(Ending, f64)>);
    let which = RwSignal::new(0usize);
    let options = move || StudentsOptions {
        hidden: hidden.get_untracked().checked_sub(1),
        temperature: 2f64.powf(power.get_untracked()),
        alpha: alpha.get_untracked(),
        squared: squared.get_untracked(),
        spoiled: spoiled.get_untracked(),
        gaps: Some(GAPS[gaps.get_untracked()]).filter(|gaps| *gaps > 0),
        steps: STEPS,
        ..StudentsOptions::default()
    };
    let request = move || Request::Students {
        lesson: format!("gaps-{}", language::name(language::now())),
        options: options(),
    };
    let take = move |event| match event {
        Event::Lesson { words, shown, .. } => lesson.set(Some(Lesson { words, shown })),
        Event::StudentsStep { step } => steps.update(|steps| steps.push(step)),
        Event::StudentsTaught { ending: how, seconds } => ending.set(Some((how, seconds))),
        _ => (),
    };
    let forget = move || {
        training.forget();
        steps.set(Vec::new());
        ending.set(None);
    };
    let run = move |state: State| {
        forget();
        training.start(None, state, move |_| request(), take);
    };
    Effect::new(move |_| training.recall(None, &request(), take));
    let words = move || {
        let names = lesson.with(|it| it.as_ref().map(|it| it.words.clone())).unwrap_or_default();
        let numbered = (1..=24)
            .map(|index: usize| names.get(index - 1).cloned().unwrap_or_else(|| index.to_string()));
        [t!(distil.none).to_owned()].into_iter().chain(numbered).collect::<Vec<_>>()
    };
    let curve =
        move |colour: usize,
              name: &'static str,
              student: usize,
              read: fn(&crate::worker::protocol::StudentScore) -> Option<f64>| {
            steps.with(|steps| {
                let point =
                    |it: &StudentsStep| Some([it.step as f64, read(it.students.get(student)?)?]);
                Series {
                    name: name.to_owned(),
                    colour,
                    points: steps.iter().filter_map(point).collect(),
                    is_ghost: false,
                    is_dots: false,
                }
            })
        };
    let both = move |read: fn(&crate::worker::protocol::StudentScore) -> Option<f64>| {
        vec![curve(1, t!(distil.hard_student), 0, read), curve(3, t!(distil.soft_student), 1, read)]
    };
    let ticks = || [0, STEPS / 2, STEPS].map(|step| (step as f64, step.to_string())).to_vec();
    let span = Signal::stored([0.0, STEPS as f64]);
    let note = move || {
        let (how, seconds) = ending.get()?;
        if how == Ending::Diverged {
            return Some(t!(distil.students_diverged).to_owned());
        }
        let [hard, soft] = steps.with(|steps| {
            let last = steps.last()?;
            Some([0, 1].map(|it: usize| {
                last.students.get(it).and_then(|it| it.hidden).map_or(0.0, |it| it[0])
            }))
        })?;
        let time = numbers::duration(seconds);
        Some(t!(
            distil.students_done,
            time = time,
            hard = numbers::percent(hard, 1),
            soft = numbers::percent(soft, 1)
        ))
    };
    view! {
        <section class="panel distil-students" aria-labelledby="students-title">
            <header>
                <h2 id="students-title">{t!(distil.students)}</h2>
                <p class="hint">{t!(distil.students_hint)}</p>
            </header>
            <div class="options">
                <Select id="hidden" label=t!(distil.hidden) options=Signal::derive(words)
                    value=hidden on_change=Callback::new(move |index| hidden.set(index))/>
                <Select id="gaps" label=t!(distil.gaps)
                    options=GAPS.map(|it| if it == 0 { t!(distil.all).to_owned() } else { it.to_string() }).to_vec()
                    value=gaps on_change=Callback::new(move |index| gaps.set(index))/>
                <Slider id="students-temperature" label=t!(distil.temperature) value=power
                    on_change=Callback::new(move |value| power.set(value))
                    min=-2.0 max=Signal::stored(4.5) step=0.25 display=strings::temperature/>
                <Slider id="students-alpha" label=t!(distil.alpha) value=alpha
                    on_change=Callback::new(move |value| alpha.set(value))
                    min=0.0 max=Signal::stored(1.0) step=0.05 display=numbers::hundredths/>
                <Slider id="spoiled" label=t!(distil.spoiled) value=spoiled
                    on_change=Callback::new(move |value| spoiled.set(value))
                    min=0.0 max=Signal::stored(0.9) step=0.1 display=numbers::whole_percent/>
                <label class="check">
                    <input type="checkbox" id="students-squared" prop:checked=squared
                        on:change:target=move |event| squared.set(event.target().checked())/>
                    {t!(distil.squared)}
                </label>
            </div>
            <RunControls training can_run=Signal::stored(true) on_run=Callback::new(run) on_reset=Callback::new(move |()| forget())/>
            <Recorded when=training.is_recorded/>
            <div class="twin-charts">
                <div>
                    <h3>{t!(distil.hidden_probability)}</h3>
                    <Curves series=Signal::derive(move || both(|it| it.hidden.map(|it| it[0])))
                        label=t!(distil.hidden_probability) across=t!(training.step) span
                        range=Some([0.0, 0.6]) display=|it| numbers::percent(it, 0) ticks=Signal::derive(ticks)/>
                </div>
                <div>
                    <h3>{t!(distil.accuracy)}</h3>
                    <Curves series=Signal::derive(move || both(|it| Some(it.accuracy)))
                        label=t!(distil.accuracy) across=t!(training.step) span
                        range=Some([0.0, 1.0]) display=|it| numbers::percent(it, 0) ticks=Signal::derive(ticks)/>
                </div>
            </div>
            <p class="note" id="students-note" role="status">{note}</p>
            <ShownGap lesson steps which hidden/>
        </section>
    }
}

/// One of the held-out gaps, with the three answers.
#[component]
fn ShownGap(
    lesson: RwSignal<Option<Lesson>>,
    steps: RwSignal<Vec<StudentsStep>>,
    which: RwSignal<usize>,
    hidden: RwSignal<usize>,
) -> impl IntoView {
    // Gaps of the hidden word first.
    let order = Memo::new(move |_| {
        lesson.with(|it| {
            let shown = it.as_ref().map(|it| &it.shown[..]).unwrap_or_default();
            let is_hidden = |index: &usize| hidden.get().checked_sub(1) != Some(shown[*index].word);
            let mut order: Vec<usize> = (0..shown.len()).collect();
            order.sort_by_key(is_hidden);
            order
        })
    });
    let content = move || {
        let order = order.get();
        let index = *order.get(which.get() % order.len().max(1))?;
        let Lesson { words, shown } = lesson.get()?;
        let gap = shown[index].clone();
        let students =
            steps.with(|steps| steps.last().map(|it| it.students.clone())).unwrap_or_default();
        let of_student = |student: usize| -> Vec<f32> {
            let all = students.get(student).map(|it| &it.shown[..]).unwrap_or_default();
            all.get(index * words.len()..(index + 1) * words.len()).unwrap_or_default().to_vec()
        };
        let columns = [
            (t!(distil.teacher), gap.teacher.clone()),
            (t!(distil.hard_student), of_student(0)),
            (t!(distil.soft_student), of_student(1)),
        ];
        let column = |(name, shares): (&'static str, Vec<f32>)| {
            let mut ranked: Vec<usize> = (0..shares.len()).collect();
            ranked.sort_by(|one, other| shares[*other].total_cmp(&shares[*one]));
            ranked.truncate(SHOWN);
            if !ranked.contains(&gap.word) && !shares.is_empty() {
                ranked.pop();
                ranked.push(gap.word);
            }
            let bars: Vec<crate::view_model::charts::Bar> = ranked
                .into_iter()
                .map(|word| crate::view_model::charts::Bar {
                    name: words[word].clone(),
                    share: shares[word],
                    is_chosen: word == gap.word,
                    ..Default::default()
                })
                .collect();
            view! {
                <section class="gap-answer">
                    <h4>{name}</h4>
                    <crate::app::charts::Bars bars=Signal::stored(bars) mark=t!(common.hidden_word)/>
                </section>
            }
        };
        Some(view! {
            <p class="gap-shown">{gap.before.clone()} <b>" _____ "</b> {gap.after.clone()}</p>
            <div class="gap-answers">{columns.map(column).into_iter().collect_view()}</div>
        })
    };
    view! {
        <div class="shown-gap">
            <h3>{t!(distil.example)}</h3>
            {content}
            <button type="button" disabled=move || order.with(Vec::is_empty)
                on:click=move |_| which.update(|which| *which += 1)>{t!(distil.another)}</button>
        </div>
    }
}
