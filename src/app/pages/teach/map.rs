//! The map of the examples: their vectors on a plane, which moves while the encoder learns.

use std::sync::Arc;

use leptos::prelude::*;

use super::race::Race;
use crate::app::charts::observed_width;
use crate::app::components::Recorded;
use crate::app::language::t;
use crate::embeddings::principal_components;
use crate::view_model::charts::placement;

/// Ratio of height to width, and its limits.
const PROPORTION: f64 = 0.6;
const LOWEST: f64 = 180.0;
const HIGHEST: f64 = 340.0;

/// The panel.
#[component]
pub fn SentenceMap(race: Race) -> impl IntoView {
    let tuning = race.fine_tuning();
    let frame = NodeRef::<leptos::html::Div>::new();
    let width = observed_width(frame);
    let height = Memo::new(move |_| (width.get() * PROPORTION).clamp(LOWEST, HIGHEST));
    // The vectors of the last measured step, and the classes.
    let measured = Memo::new(move |_| {
        tuning.steps.with(|steps| {
            let last = steps.iter().rev().find_map(|step| step.measured.as_ref())?;
            Some(Arc::new((last.vectors.to_vec(), last.size)))
        })
    });
    let points = Memo::new(move |_| {
        let measured = measured.get()?;
        Some(principal_components(&measured.0, measured.1.max(1)))
    });
    let dots = move || {
        let points = points.get()?;
        let labels = race.task.examples().map(|[learnt, _]| learnt).unwrap_or_default();
        let places = placement::fit(&points, width.get(), height.get());
        let dot = |(index, (x, y)): (usize, (f64, f64))| {
            let label = labels.get(index).map_or(0, |it| it.label);
            let text = labels.get(index).map(|it| it.text.clone()).unwrap_or_default();
            view! {
                <circle class=format!("class-dot class-{}", label + 1) r=6
                    style:transform=format!("translate({x:.1}px, {y:.1}px)")>
                    <title>{text}</title>
                </circle>
            }
        };
        Some(places.into_iter().enumerate().map(dot).collect_view())
    };
    let kept = move || {
        tuning.steps.with(|steps| {
            steps.iter().rev().find_map(|step| step.measured.as_ref().map(|it| it.kept))
        })
    };
    let gauge = move || format!("{:.1}%", 100.0 * kept().unwrap_or_default().max(0.0));
    view! {
        <section class="panel teach-map" aria-labelledby="map-title">
            <header>
                <h2 id="map-title">{t!(teach.map)}</h2>
                <p class="hint">{t!(teach.map_hint)}</p>
            </header>
            <Recorded when=tuning.training.is_recorded/>
            <div class="class-map" node_ref=frame>
                <svg role="img" aria-label=t!(teach.map) width=move || width.get() height=move || height.get()>{dots}</svg>
            </div>
            <div class="gauge">
                <span>{t!(teach.kept)}</span>
                <span class="bar-track" aria-hidden="true"><span style:width=gauge></span></span>
                <output id="kept">{move || kept().map(|it| crate::app::language::numbers::percent(it, 0)).unwrap_or_else(|| "–".into())}</output>
            </div>
        </section>
    }
}
