//! All matrices of the model, ranked by the damage of a scheme.

use leptos::prelude::*;

use super::examined::Examined;
use crate::app::language::t;
use crate::app::strings::layer as strings;

/// Decibels that fill a bar.
const FULL: f64 = 60.0;

/// The list, once it was requested.
#[component]
pub fn Ranking(examined: Examined) -> impl IntoView {
    let is_open = examined.ranking.is_open;
    // Of a recording there is one matrix.
    let can_rank = move || examined.info().is_some() && !examined.listing.is_recorded.get();
    let rows = move || {
        let chosen = examined.tensor.get();
        let all = examined.ranked.get()?;
        let row = |error: &crate::worker::protocol::SchemeError| {
            let name = error.tensor.name.clone();
            let is_chosen = name == chosen;
            let width = error.figures.snr.unwrap_or(FULL).clamp(0.0, FULL) / FULL;
            view! {
                <li class="bar" class:bar-chosen=is_chosen>
                    <button type="button" class="bar-name" on:click={
                        let name = name.clone();
                        move |_| examined.choose(name.clone())
                    }>{name.clone()}</button>
                    " "
                    <span class="bar-track" aria-hidden="true">
                        <span style:width=format!("{:.1}%", 100.0 * width)></span>
                    </span>
                    <span class="bar-value">{strings::decibels(error.figures.snr)}</span>
                </li>
            }
        };
        Some(view! { <ol class="bars">{all.iter().map(row).collect_view()}</ol> })
    };
    let progress = move || {
        examined.progress.get().map(|(done, total)| {
            view! {
                <progress max=total value=done aria-label=t!(layer.rank)></progress>
                <span>{t!(layer.ranking, done = done, total = total)}</span>
            }
        })
    };
    view! {
        <section class="panel layer-ranking" aria-labelledby="ranking-title">
            <header>
                <h2 id="ranking-title">{t!(layer.ranked)}</h2>
                <p class="hint">{t!(layer.ranked_hint)}</p>
            </header>
            <p class="layer-rank">
                <button type="button" disabled=move || is_open.get() || !can_rank()
                    on:click=move |_| examined.rank()>{t!(layer.rank)}</button>
                <button type="button" disabled=move || !is_open.get()
                    on:click=move |_| {
                        examined.ranking.cancel();
                        examined.progress.set(None);
                    }>{t!(common.stop)}</button>
                {progress}
            </p>
            {rows}
        </section>
    }
}
