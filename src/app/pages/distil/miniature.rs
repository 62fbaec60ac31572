//! The third tier: DistilBERT in miniature. The student is a model like any other, and opens in the other pages.

use leptos::{prelude::*, task::spawn_local};

use crate::app::address::{Route, sharing};
use crate::app::browser::fetching;
use crate::app::charts::{Bars, Curves, Series};
use crate::app::components::{Recorded, RunControls, Slider};
use crate::app::language::{self, numbers, t};
use crate::app::model::{Model, Selection, State, Trainer, Training, files_of};
use crate::app::strings::distil as strings;
use crate::view_model::Demo;
use crate::view_model::charts::Bar;
use crate::worker::protocol::{Candidate, DistilOptions, DistilStep, Event, ModelInfo, Request};

/// Number of texts that the student learns from, whole paragraphs of stories, and the fewest characters of one.
const TEXTS: usize = 400;
const SHORTEST: usize = 40;

/// The panel.
#[component]
pub fn Miniature(model: Model, sentence: RwSignal<String>) -> impl IntoView {
    let training = Training::new();
    let soft = sharing::choice("soft", 5.0, |it| (0.0..=10.0).contains(it));
    let hard = sharing::choice("hard", 2.0, |it| (0.0..=10.0).contains(it));
    let cosine = sharing::choice("cosine", 1.0, |it| (0.0..=10.0).contains(it));
    let from_teacher = sharing::choice("fromTeacher", true, |_| true);
    let count = sharing::choice("distilSteps", 60usize, |it| (5..=300).contains(it));
    let steps = RwSignal::new(Vec::<DistilStep>::new());
    let pinned = RwSignal::new(Vec::<DistilStep>::new());
    let student = RwSignal::new(None::<ModelInfo>);
    let is_opening = RwSignal::new(false);
    let info = model.info();
    let request = move |model: Option<u32>, texts: Vec<String>| {
        let mask = info.with_untracked(|it| it.as_ref().and_then(|it| it.mask_token.clone()));
        let probe = sentence
            .get_untracked()
            .replace(t!(common.mask), mask.as_deref().unwrap_or(t!(common.mask)));
        let options = DistilOptions {
            soft: soft.get_untracked(),
            hard: hard.get_untracked(),
            cosine: cosine.get_untracked(),
            from_teacher: from_teacher.get_untracked(),
            steps: count.get_untracked(),
            ..DistilOptions::default()
        };
        Request::Distil { model: model.unwrap_or_default(), texts, probe, options }
    };
    let take = move |event| match event {
        Event::DistilStep { step } => steps.update(|steps| steps.push(step)),
        Event::Loaded { info } => student.set(Some(info)),
        _ => (),
    };
    let forget = move || {
        training.forget();
        steps.set(Vec::new());
        student.set(None);
    };
    let run = move |state: State| {
        forget();
        training.state.set(State::Loading);
        spawn_local(async move {
            let texts = stories().await;
            // The page may be gone, or the run stopped.
            if training.state.try_get_untracked() == Some(State::Loading) {
                training.start(Some(model), state, move |handle| request(handle, texts), take);
            }
        });
    };
    // The recording of one model is none of another's.
    Effect::new(move |before: Option<Selection>| {
        let now = model.selection.get();
        if training.is_recorded.get_untracked() && before.is_some_and(|before| before != now) {
            forget();
        }
        if info.with(Option::is_some) {
            training.recall(Some(model), &request(None, Vec::new()), take);
        }
        now
    });
    let curve = |of: RwSignal<Vec<DistilStep>>,
                 is_ghost: bool,
                 colour,
                 name: &str,
                 read: fn(&DistilStep) -> Option<f64>| {
        of.with(|steps| Series {
            name: name.to_owned(),
            colour,
            points: steps.iter().filter_map(|it| Some([it.step as f64, read(it)?])).collect(),
            is_ghost,
            is_dots: false,
        })
    };
    let losses = move || {
        let loss: fn(&DistilStep) -> Option<f64> = |it| (it.step > 0).then_some(it.loss);
        vec![curve(pinned, true, 1, "", loss), curve(steps, false, 1, t!(distil.loss), loss)]
    };
    let named = move || {
        let accuracy: fn(&DistilStep) -> Option<f64> = |it| it.accuracy;
        vec![
            curve(pinned, true, 3, "", accuracy),
            curve(steps, false, 3, t!(distil.named), accuracy),
        ]
    };
    let total = move || steps.with(|it| it.first().map_or(60, |it| it.total)).max(1);
    let span = Signal::derive(move || [0.0, total() as f64]);
    let ticks = Signal::derive(move || {
        let total = total();
        [0, total / 2, total].map(|step| (step as f64, step.to_string())).to_vec()
    });
    let shares = move || {
        let last = steps.with(|it| it.last().cloned()).filter(|it| it.step > 0)?;
        let terms = [
            (t!(distil.weight_soft), soft.get() * 4.0 * last.soft),
            (t!(distil.weight_hard), hard.get() * last.hard),
            (t!(distil.weight_cosine), cosine.get() * last.cosine),
        ];
        let sum: f64 = terms.iter().map(|(_, value)| value).sum::<f64>().max(f64::MIN_POSITIVE);
        let part = |(index, (name, value)): (usize, (&'static str, f64))| {
            let share = value / sum;
            view! {
                <span class=format!("loss-part loss-{}", index + 1) style:width=format!("{:.2}%", 100.0 * share)
                    title=format!("{name}: {}", numbers::percent(share, 0))></span>
            }
        };
        Some(terms.into_iter().enumerate().map(part).collect_view())
    };
    let answers = move || {
        let probes = steps.with(|steps| {
            let with = || steps.iter().filter(|it| !it.probe.is_empty());
            [with().next(), with().next_back()]
                .map(|it| it.and_then(|it| it.probe.first().cloned()))
        });
        let column = |(name, candidates): (&'static str, Option<Vec<Candidate>>)| {
            let bar =
                |it: Candidate| Bar { name: it.text, share: it.probability, ..Bar::default() };
            let bars: Vec<Bar> = candidates.unwrap_or_default().into_iter().map(bar).collect();
            view! { <section class="gap-answer"><h4>{name}</h4><Bars bars=Signal::stored(bars)/></section> }
        };
        [t!(distil.before), t!(distil.now)].into_iter().zip(probes).map(column).collect_view()
    };
    let facts = move || {
        let (student, teacher) = (student.get()?, info.get()?);
        Some(strings::sizes(&student, &teacher))
    };
    let trainer = Trainer::here();
    let route: Route = expect_context();
    let open = move |_| {
        let Some(handle) = student.with_untracked(|it| it.as_ref().map(|it| it.model)) else {
            return;
        };
        is_opening.set(true);
        files_of(trainer, handle, "student", move |files| {
            if is_opening.try_set(false).is_none() {
                model.open_files(files);
                route.go(Demo::Mask);
            }
        });
    };
    let weight = move |id: &'static str, label: &'static str, value: RwSignal<f64>| {
        view! {
            <Slider id=id label=label value=value on_change=Callback::new(move |it| value.set(it))
                min=0.0 max=Signal::stored(10.0) step=0.5 display=numbers::hundredths/>
        }
    };
    let can_run = Signal::derive(move || {
        info.with(|it| it.as_ref().is_some_and(|it| it.mask_token.is_some()))
    });
    view! {
        <section class="panel distil-mini" aria-labelledby="mini-title">
            <header>
                <h2 id="mini-title">{t!(distil.mini)}</h2>
                <p class="hint">{t!(distil.mini_hint)}</p>
            </header>
            <div class="options">
                {weight("weight-soft", t!(distil.weight_soft), soft)}
                {weight("weight-hard", t!(distil.weight_hard), hard)}
                {weight("weight-cosine", t!(distil.weight_cosine), cosine)}
                <Slider id="distil-steps" label=t!(distil.steps)
                    value=Signal::derive(move || count.get() as f64)
                    on_change=Callback::new(move |it: f64| count.set(it as usize))
                    min=10.0 max=Signal::stored(200.0) step=10.0 display=numbers::whole/>
                <label class="check">
                    <input type="checkbox" id="from-teacher" prop:checked=from_teacher
                        on:change:target=move |event| from_teacher.set(event.target().checked())/>
                    {t!(distil.from_teacher)}
                </label>
            </div>
            <RunControls training can_run on_run=Callback::new(run)
                on_reset=Callback::new(move |()| forget())/>
            <Recorded when=training.is_recorded/>
            <div class="twin-charts">
                <div>
                    <Curves series=Signal::derive(losses) label=t!(distil.loss) across=t!(training.step) span
                        display=numbers::hundredths ticks/>
                    <div class="loss-shares" role="img" aria-label=t!(distil.shares)>{shares}</div>
                </div>
                <Curves series=Signal::derive(named) label=t!(distil.named) across=t!(training.step) span
                    range=Some([0.0, 1.0]) display=|it| numbers::percent(it, 0) ticks/>
            </div>
            <h3>{t!(distil.probe)}</h3>
            <div class="gap-answers" id="probe">{answers}</div>
            <p class="note" id="student-facts" role="status">{facts}</p>
            <div class="options">
                <button type="button" disabled=move || steps.with(|it| it.len() < 3)
                    on:click=move |_| pinned.set(steps.get_untracked())>{t!(training.pin)}</button>
                <button type="button" class="primary" disabled=move || student.with(Option::is_none) || training.is_recorded.get() || is_opening.get() on:click=open>
                    {move || if is_opening.get() { t!(distil.opening) } else { t!(distil.open) }}
                </button>
            </div>
        </section>
    }
}

/// Paragraphs of stories in the page's language; none if they cannot be fetched.
async fn stories() -> Vec<String> {
    let [english, russian] = fetching::STORIES;
    let text = fetching::text(language::pick(english, russian)).await.unwrap_or_default();
    let paragraphs = text.lines().filter(|line| line.chars().count() >= SHORTEST);
    paragraphs.take(TEXTS).map(str::to_owned).collect()
}
