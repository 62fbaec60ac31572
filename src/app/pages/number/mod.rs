//! Quantization of one row: weights on a number line, their integers, and the dequantized values. No engine and no
//! model are needed.

mod line;
mod row;

use leptos::prelude::*;

use crate::app::components::{Masthead, Select, Slider, Stat, Stats};
use crate::app::language::t;
use crate::app::strings::number as strings;
use crate::view_model::Demo;

use line::NumberLine;
use row::{Ends, Row};

const ENDS: [Ends; 3] = [Ends::Spread, Ends::Symmetric, Ends::ByHand];

/// The demo, which owns all state of the page.
#[component]
pub fn Number() -> impl IntoView {
    let row = Row::new();
    let examples = strings::examples().map(|example| {
        view! { <button type="button" class="chip" on:click=move |_| row.show(example)>{example.0}</button> }
    });
    view! {
        <Masthead demo=Demo::Number/>
        <main class="page-number">
            <section class="panel" aria-labelledby="line-title">
                <header>
                    <h2 id="line-title">{t!(number.line)}</h2>
                    <p class="hint">{t!(number.line_hint)}</p>
                    <div class="chips" role="group" aria-label=t!(common.examples)>{examples}</div>
                </header>
                <NumberLine row/>
            </section>
            <section class="panel" aria-labelledby="row-title">
                <header><h2 id="row-title">{t!(number.row)}</h2></header>
                <Choices row/>
                <Table row/>
            </section>
            <Stats stats=Memo::new(move |_| stats(row))/>
        </main>
    }
}

/// Controls of bits, range and groups.
#[component]
fn Choices(row: Row) -> impl IntoView {
    let ends = Signal::derive(move || {
        let chosen = row.ends.get();
        ENDS.iter().position(|ends| *ends == chosen).unwrap_or_default()
    });
    let end =
        move |name: &'static str, read: fn((f32, f32)) -> f32, write: fn(&mut (f32, f32), f32)| {
            view! {
                <label class="number-end">
                    {name}
                    <input type="number" step="0.1"
                        disabled=move || row.ends.get() != Ends::ByHand
                        prop:value=move || read(row.by_hand.get()).to_string()
                        on:input:target=move |event| {
                            if let Ok(value) = event.target().value().parse::<f32>() {
                                row.by_hand.update(|ends| write(ends, value));
                            }
                        }/>
                </label>
            }
        };
    view! {
        <div class="options number-options">
            <Slider id="bits" label=t!(number.bits) min=2.0 max=8.0 step=1.0
                value=Signal::derive(move || f64::from(row.bits.get()))
                on_change=Callback::new(move |bits: f64| row.bits.set(bits as u32))
                display=|bits| format!("{bits:.0}")/>
            <Select id="range" label=t!(number.range) value=ends
                options=strings::ranges().map(str::to_owned).to_vec()
                on_change=Callback::new(move |index: usize| row.ends.set(ENDS[index]))/>
            {end(t!(number.from), |ends| ends.0, |ends, value| ends.0 = value)}
            {end(t!(number.to), |ends| ends.1, |ends, value| ends.1 = value)}
            <label class="number-groups">
                <input type="checkbox" prop:checked=row.is_grouped
                    on:change:target=move |event| row.is_grouped.set(event.target().checked())/>
                {t!(number.groups)}
            </label>
        </div>
    }
}

/// The row as a table of editable values.
#[component]
fn Table(row: Row) -> impl IntoView {
    let count = Memo::new(move |_| row.weights.with(Vec::len));
    let line = move |index: usize| {
        let weight = move || row.weights.with(|all| all.get(index).copied().unwrap_or_default());
        let found = move || row.round_trip().get(index).copied().flatten();
        let or_unknown = |text: Option<String>| text.unwrap_or_else(|| t!(common.unknown).into());
        let integer =
            move || or_unknown(found().map(|it| it.0.to_string().replace('-', "\u{2212}")));
        let dequantized = move || or_unknown(found().map(|it| strings::number(it.1.into())));
        let error = move || or_unknown(found().map(|it| strings::number((weight() - it.1).into())));
        view! {
            <tr class:number-picked=move || row.picked.get() == index>
                <td>
                    <input type="number" step="0.01" aria-label=strings::weight(index)
                        prop:value=move || format!("{:.3}", weight())
                        on:focus=move |_| row.picked.set(index)
                        on:change:target=move |event| {
                            if let Ok(value) = event.target().value().parse() {
                                row.set_weight(index, value);
                            }
                        }/>
                </td>
                <td class="number-integer">{integer}</td>
                <td>{dequantized}</td>
                <td>{error}</td>
            </tr>
        }
    };
    view! {
        <table class="number-table">
            <thead>
                <tr>
                    <th scope="col">{t!(number.weight_label)}</th>
                    <th scope="col">{t!(number.integer)}</th>
                    <th scope="col">{t!(number.back)}</th>
                    <th scope="col">{t!(number.error)}</th>
                </tr>
            </thead>
            <tbody>{move || (0..count.get()).map(line).collect_view()}</tbody>
        </table>
    }
}

/// Returns the strip of figures.
fn stats(row: Row) -> Vec<Stat> {
    let lanes = row.lanes();
    let figures = row.figures();
    let stat = |name, value: Option<String>| Stat {
        name,
        value: value.unwrap_or_else(|| t!(common.unknown).into()),
    };
    let steps: Option<Vec<String>> =
        lanes.iter().map(|lane| lane.grid.map(|grid| strings::number(grid.step()))).collect();
    let values = lanes.first().and_then(|lane| lane.grid).map(|it| it.integers().count());
    vec![
        stat(t!(number.values), values.map(|values| values.to_string())),
        stat(t!(number.step), steps.map(|steps| steps.join(", "))),
        stat(t!(number.largest), figures.map(|it| strings::number(it.maximum))),
        stat(t!(number.rms), figures.map(|it| strings::number(it.rms))),
    ]
}
