//! The lanes: what each knew before, how well it does, how long it took; and the curve of the last one.

use leptos::prelude::*;

use super::race::{LaneRun, Race};
use crate::app::charts::{Curves, Series};
use crate::app::components::Recorded;
use crate::app::language::{numbers, t};
use crate::app::strings::teach as strings;
use crate::worker::protocol::{Ending, Lane, Taught};

/// The panel.
#[component]
pub fn Lanes(race: Race) -> impl IntoView {
    let tuning = race.fine_tuning();
    let lanes = race.tracks().map(|track| view! { <Row track/> }).into_iter().collect_view();
    let curve = |name: &str, colour, is_ghost, points: Vec<[f64; 2]>| Series {
        name: name.to_owned(),
        colour,
        points,
        is_ghost,
        is_dots: false,
    };
    let series = move || {
        let of = |track: RwSignal<Vec<_>>, is_ghost: bool| {
            track.with(|steps: &Vec<crate::worker::protocol::TeachStep>| {
                let at = |step: usize| step as f64;
                let measured = |read: fn(&crate::worker::protocol::Measured) -> Option<f64>| {
                    let point = move |it: &crate::worker::protocol::TeachStep| {
                        Some([at(it.step), read(it.measured.as_ref()?)?])
                    };
                    steps.iter().filter_map(point).collect::<Vec<_>>()
                };
                let trained =
                    steps.iter().filter(|it| it.step > 0).map(|it| [at(it.step), it.trained]);
                [
                    curve(t!(teach.tested), 1, is_ghost, measured(|it| it.accuracy)),
                    curve(t!(teach.trained), 2, is_ghost, trained.collect()),
                    curve(t!(teach.kept), 3, is_ghost, measured(|it| Some(it.kept))),
                ]
            })
        };
        of(tuning.pinned, true).into_iter().chain(of(tuning.steps, false)).collect::<Vec<_>>()
    };
    let total = move || tuning.steps.with(|steps| steps.first().map_or(30, |it| it.total)).max(1);
    let note = move || {
        let taught = tuning.taught.get()?;
        Some(match taught.ending {
            Ending::Diverged => t!(teach.diverged),
            Ending::Stopped => t!(teach.stopped),
            Ending::Complete if kept(tuning) < 0.3 => t!(teach.forgotten),
            Ending::Complete => t!(teach.complete),
        })
    };
    let pin = move |_| tuning.pinned.set(tuning.steps.get_untracked());
    view! {
        <section class="panel teach-lanes" aria-labelledby="lanes-title">
            <header>
                <h2 id="lanes-title">{t!(teach.lanes)}</h2>
                <p class="hint">{t!(teach.lanes_hint)}</p>
            </header>
            <Recorded when=tuning.training.is_recorded/>
            <ol class="lanes">{lanes}</ol>
            <Curves
                series=Signal::derive(series)
                label=t!(teach.curve)
                across=t!(training.step)
                span=Signal::derive(move || [0.0, total() as f64])
                range=Some([0.0, 1.0])
                display=|value| numbers::percent(value, 0)
                ticks=Signal::derive(move || {
                    let total = total();
                    [0, total / 2, total].map(|step| (step as f64, step.to_string())).to_vec()
                })
            />
            <p class="note" role="status">{note}</p>
            <button type="button" disabled=move || tuning.steps.with(|steps| steps.len() < 3) on:click=pin>
                {t!(training.pin)}
            </button>
        </section>
    }
}

/// What the last measurement of a lane says is left of the encoder's similarities.
fn kept(track: LaneRun) -> f64 {
    track.steps.with(|steps| {
        steps.iter().rev().find_map(|step| step.measured.as_ref().map(|it| it.kept)).unwrap_or(1.0)
    })
}

#[component]
fn Row(track: LaneRun) -> impl IntoView {
    let accuracy = move || {
        let steps = || {
            track
                .steps
                .with(|steps| steps.iter().rev().find_map(|it| it.measured.as_ref()?.accuracy))
        };
        track.taught.with(|it| it.as_ref().and_then(|it| it.accuracy)).or_else(steps)
    };
    let width = move || format!("{:.1}%", 100.0 * accuracy().unwrap_or_default());
    let facts = move || {
        let taught: Taught = track.taught.get()?;
        Some(strings::facts(taught.parameters, taught.seconds))
    };
    let is_tuned = matches!(track.lane, Lane::FineTuning | Lane::SmallEncoder);
    let progress = move || {
        let last = track.steps.with(|steps| steps.last().map(|it| (it.step, it.total)))?;
        (is_tuned && track.taught.with(Option::is_none)).then(
            || view! { <progress max=last.1 value=last.0 aria-label=t!(training.step)></progress> },
        )
    };
    view! {
        <li class="lane" data-lane=strings::lane_id(track.lane)>
            <div class="lane-name">
                <h3>{strings::lane(track.lane)}</h3>
                <p class="hint">{strings::before(track.lane)}</p>
            </div>
            <span class="bar-track" aria-hidden="true"><span style:width=width></span></span>
            <output class="lane-score">{move || accuracy().map(|it| numbers::percent(it, 0)).unwrap_or_else(|| "–".into())}</output>
            <p class="lane-facts">{facts}{progress}</p>
        </li>
    }
}
