//! The accuracy by the number of labels: how many examples pre-training is worth.

use leptos::prelude::*;

use super::race::{CURVE_SIZES, LANES, Race};
use crate::app::charts::{Curves, Series};
use crate::app::components::Recorded;
use crate::app::language::{numbers, t};
use crate::app::strings::teach as strings;
use crate::worker::protocol::{Lane, LearningCurve};

/// The panel.
#[component]
pub fn ByLabels(race: Race) -> impl IntoView {
    let training = race.curve_training;
    let series = move || {
        let colour = |lane: Lane| LANES.iter().position(|it| *it == lane).unwrap_or_default() + 1;
        let mut all = Vec::new();
        for LearningCurve { lane, accuracies } in race.curves.get().iter().flat_map(|it| it.iter())
        {
            let place = |index: usize| (CURVE_SIZES[index] as f64).log2();
            let dots = accuracies.iter().enumerate().flat_map(|(index, draws)| {
                draws.iter().map(move |accuracy| [place(index), *accuracy])
            });
            let means = accuracies.iter().enumerate().map(|(index, draws)| {
                [place(index), draws.iter().sum::<f64>() / draws.len().max(1) as f64]
            });
            let one = |name: String, points, is_dots| Series {
                name,
                colour: colour(*lane),
                points,
                is_ghost: is_dots,
                is_dots,
            };
            all.push(one(String::new(), dots.collect(), true));
            all.push(one(strings::lane(*lane).to_owned(), means.collect(), false));
        }
        all
    };
    let ticks = CURVE_SIZES.map(|size| ((size as f64).log2(), size.to_string())).to_vec();
    let last = (CURVE_SIZES[CURVE_SIZES.len() - 1] as f64).log2();
    let can_measure = move || {
        !training.is_open() && race.task.given().is_some_and(|given| !given.tests.is_empty())
    };
    view! {
        <section class="panel teach-curve" aria-labelledby="by-labels-title">
            <header>
                <h2 id="by-labels-title">{t!(teach.by_labels)}</h2>
                <button type="button" disabled=move || !can_measure() on:click=move |_| race.measure()>
                    {t!(teach.measure)}
                </button>
                <button type="button" disabled=move || !training.is_open() on:click=move |_| training.stop()>{t!(common.stop)}</button>
            </header>
            <Recorded when=training.is_recorded/>
            <Curves
                series=Signal::derive(series)
                label=t!(teach.by_labels)
                across=t!(teach.labels)
                span=Signal::stored([0.0, last])
                range=Some([0.0, 1.0])
                display=|value| numbers::percent(value, 0)
                ticks=Signal::stored(ticks)
            />
            <p class="hint">{t!(teach.by_labels_hint)}</p>
        </section>
    }
}
