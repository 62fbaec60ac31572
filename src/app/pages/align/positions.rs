//! The divergence of one model from another at each position of an answer, as bars.

use leptos::prelude::*;

use crate::app::language::{numbers, t};

/// Positions that are shown.
const SHOWN: usize = 16;
/// The height of a bar stands for so many nats, or for the largest divergence if that is more.
const LEAST_HEIGHT: f64 = 0.5;

/// The bars under their heading.
#[component]
pub fn Positions(
    /// In nats, from the answer's first token on.
    #[prop(into)]
    divergences: Signal<Vec<f64>>,
) -> impl IntoView {
    let largest = move || {
        divergences.with(|all| all.iter().take(SHOWN).copied().fold(LEAST_HEIGHT, f64::max))
    };
    let bar = move |position: usize| {
        let value = move || divergences.with(|all| all.get(position).copied());
        let height = move || format!("{:.1}%", 100.0 * value().unwrap_or_default() / largest());
        view! {
            <li>
                <span class="position-track" aria-hidden="true"><i style:height=height></i></span>
                <span class="position-number">{position + 1}</span>
                <span class="hidden">{move || value().map(|it| numbers::decimal(it, 2))}</span>
            </li>
        }
    };
    view! {
        <h3>{t!(align.by_position)}</h3>
        <ol class="positions" aria-label=t!(align.by_position)>{(0..SHOWN).map(bar).collect_view()}</ol>
    }
}
