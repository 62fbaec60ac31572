//! Measurements in a row.

use leptos::prelude::*;

use crate::app::language::t;

/// The name and value of a measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct Stat {
    pub name: &'static str,
    pub value: String,
}

/// The strip of measurements.
#[component]
pub fn Stats(#[prop(into)] stats: Signal<Vec<Stat>>) -> impl IntoView {
    let items = move || {
        let item = |stat: Stat| view! { <div><dt>{stat.name}</dt><dd>{stat.value}</dd></div> };
        stats.get().into_iter().map(item).collect_view()
    };
    view! { <dl class="stats" aria-label=t!(common.stats)>{items}</dl> }
}
