//! A corner of the matrix, number by number.

use leptos::prelude::*;

use super::examined::Examined;
use crate::app::language::t;
use crate::app::strings::layer as strings;

/// For each weight: what it is, its integer, what comes back. The darker, the larger the error.
#[component]
pub fn Zoom(examined: Examined) -> impl IntoView {
    let table = move || {
        examined.study.with(|study| {
            let study = study.as_ref()?;
            let zoom = study.window.as_ref()?;
            let window = zoom.window;
            let head = (window.column..window.column + window.columns)
                .map(|column| view! { <th scope="col">{column}</th> })
                .collect_view();
            let cell = |index: usize| {
                let (weight, back) = (zoom.values[index], zoom.dequantized[index]);
                let share = f64::from((weight - back).abs()) / study.figures.maximum.max(1e-30);
                view! {
                    <td style:--error=format!("{:.0}%", 100.0 * share)>
                        <span class="zoom-before">{strings::weight(weight)}</span>
                        <span class="zoom-stored">{zoom.stored[index]}</span>
                        <span class="zoom-after">{strings::weight(back)}</span>
                    </td>
                }
            };
            let rows = (0..window.rows)
                .map(|row| {
                    let cells = (row * window.columns..(row + 1) * window.columns).map(cell);
                    view! { <tr><th scope="row">{window.row + row}</th>{cells.collect_view()}</tr> }
                })
                .collect_view();
            Some(view! {
                <table class="zoom">
                    <thead><tr><th scope="col">{t!(layer.row)}</th>{head}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            })
        })
    };
    view! {
        <section class="panel layer-zoom" aria-labelledby="zoom-title">
            <header>
                <h2 id="zoom-title">{t!(layer.zoom)}</h2>
                <p class="hint">{t!(layer.zoom_hint)}</p>
            </header>
            <div class="zoom-frame">{table}</div>
        </section>
    }
}
