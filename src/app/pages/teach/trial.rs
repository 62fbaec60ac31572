//! A sentence to try: the answers of all lanes at once.

use std::time::Duration;

use leptos::prelude::*;

use super::race::{LaneRun, Race};
use crate::app::address::sharing;
use crate::app::charts::Bars;
use crate::app::language::t;
use crate::app::model::{Trainer, when_rested};
use crate::app::strings::teach as strings;
use crate::view_model::charts::Bar;
use crate::worker::protocol::{Event, Request};

/// Pause in typing after which the classifiers are asked.
const REST: Duration = Duration::from_millis(220);

/// The panel.
#[component]
pub fn Trial(race: Race) -> impl IntoView {
    let text = sharing::draft("teach-try", "try", strings::trial());
    let answers =
        race.tracks().map(|track| view! { <Answer race track text/> }).into_iter().collect_view();
    view! {
        <section class="panel teach-trial" aria-labelledby="trial-title">
            <header><h2 id="trial-title">{t!(teach.trial)}</h2></header>
            <input id="trial" type="text" aria-labelledby="trial-title" autocomplete="off" bind:value=text/>
            <div class="trial-answers">{answers}</div>
        </section>
    }
}

#[component]
fn Answer(race: Race, track: LaneRun, text: RwSignal<String>) -> impl IntoView {
    let shares = RwSignal::new(Vec::new());
    let trainer = Trainer::here();
    when_rested(
        REST,
        move || {
            if track.training.is_recorded.get() {
                return None;
            }
            let classifier = track.taught.with(|it| it.as_ref().map(|it| it.classifier))?;
            let text = text.get();
            (!text.trim().is_empty()).then_some((classifier, text))
        },
        move |(classifier, text)| {
            let request = Request::Classify { classifier, texts: vec![text] };
            trainer.send(request, move |event| {
                if let Event::Classified { probabilities } = event {
                    shares.try_set(probabilities.to_vec());
                }
            });
        },
    );
    Effect::new(move |_| {
        if track.taught.with(Option::is_none) {
            shares.set(Vec::new());
        }
    });
    let bars = move || {
        let classes = race.task.given().map(|given| given.classes).unwrap_or_default();
        let shares = shares.get();
        let highest = shares.iter().copied().fold(0.0, f32::max);
        let bar = |(name, share): (String, f32)| Bar {
            name,
            share,
            is_chosen: share >= highest,
            ..Bar::default()
        };
        classes.into_iter().zip(shares).map(bar).collect::<Vec<_>>()
    };
    view! {
        <section class="trial-answer">
            <h3>{strings::lane(track.lane)}</h3>
            <Bars bars=Signal::derive(bars)/>
        </section>
    }
}
