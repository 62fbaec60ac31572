//! Size and quality of each copy.

use leptos::prelude::*;

use super::column::{Column, Score};
use super::copies::Copies;
use crate::app::language::{
    numbers::{bytes, percent},
    t,
};
use crate::app::strings::{generate, squeezed as strings};

/// The table: a line for each figure, a column for each copy.
#[component]
pub fn Figures(copies: Copies) -> impl IntoView {
    let head = copies.columns.map(|column| {
        let name = move || column.model.weights();
        view! { <th scope="col">{name}</th> }
    });
    let [first, ..] = copies.columns;
    let full = first.model.info();
    let size = move |column: Column| {
        let info = column.model.info();
        let share = move || {
            let full = full.with(|info| info.as_ref().map(|info| info.weight_bytes))?;
            let own = info.with(|info| info.as_ref().map(|info| info.weight_bytes))?;
            Some((own as f64 / full as f64).min(1.0))
        };
        view! {
            <td>
                {move || text(info.get().map(|info| bytes(info.weight_bytes)))}
                <span class="bar-track" aria-hidden="true">
                    <span style:width=move || format!("{:.1}%", 100.0 * share().unwrap_or(0.0))></span>
                </span>
            </td>
        }
    };
    let row = move |name: &'static str, read: fn(Column) -> Option<String>| {
        let cells = copies.columns.map(|column| view! { <td>{move || text(read(column))}</td> });
        view! { <tr><th scope="row">{name}</th>{cells}</tr> }
    };
    view! {
        <section class="panel squeezed-figures" aria-labelledby="figures-title">
            <header><h2 id="figures-title">{t!(squeezed.figures)}</h2></header>
            <div class="table-frame">
                <table>
                    <thead><tr><td></td>{head}</tr></thead>
                    <tbody>
                        <tr><th scope="row">{t!(squeezed.size)}</th>{copies.columns.map(size)}</tr>
                        {row(t!(squeezed.bits_label), |column| {
                            let info = column.model.info().get()?;
                            Some(strings::bits(8.0 * info.weight_bytes as f64 / info.parameters as f64))
                        })}
                        {row(t!(squeezed.memory), |column| {
                            let info = column.model.info().get()?;
                            let cache = info.cache_bytes_per_token * info.context as u64;
                            Some(bytes(info.weight_bytes + cache))
                        })}
                        {row(t!(squeezed.speed), |column| {
                            let stats = column.stats.get()?;
                            Some(generate::tokens_per_second(stats.tokens_per_second))
                        })}
                        {row(t!(squeezed.perplexity_label), |column| column.score.get().as_ref().map(perplexity))}
                        {row(t!(squeezed.mean_divergence), |column| {
                            let comparison = column.score.get()?.comparison?;
                            Some(strings::nats(comparison.mean_divergence))
                        })}
                        {row(t!(squeezed.agreement), |column| {
                            let comparison = column.score.get()?.comparison?;
                            Some(percent(comparison.agreement, 1))
                        })}
                    </tbody>
                </table>
            </div>
        </section>
    }
}

fn text(value: Option<String>) -> String {
    value.unwrap_or_else(|| t!(common.unknown).into())
}

/// Formats the perplexity, and its increase over the first copy's on the same tokens.
fn perplexity(score: &Score) -> String {
    let comparison = score.comparison.as_ref();
    let change = comparison.map(|it| score.perplexity / it.reference_perplexity - 1.0);
    strings::perplexity(score.perplexity, change)
}
