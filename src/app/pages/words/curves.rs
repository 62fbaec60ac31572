//! Similarity of the word's vectors in each layer: curves, a sentence, and a table for screen readers.

use leptos::prelude::*;

use super::study::Study;
use crate::app::charts::{Kind, Line, Lines};
use crate::app::components::Recorded;
use crate::app::language::{numbers::similarity, t};
use crate::app::strings::{common, words as strings};

/// The panel of curves.
#[component]
pub fn Curves(
    study: Study,
    /// The pair under the pointer, here or elsewhere: its curve is highlighted.
    #[prop(into)]
    pair: Signal<Option<(usize, usize)>>,
) -> impl IntoView {
    let cursor = RwSignal::new(None::<usize>);
    // A sentence is not compared with itself.
    let pair = Memo::new(move |_| pair.get().filter(|(first, second)| first != second));
    let lines = Memo::new(move |_| study.lines(pair.get()));
    let means = Memo::new(move |_| {
        let all = study.lines(None);
        [Kind::Same, Kind::Other].map(|kind| {
            all.iter().find(|line| line.kind == kind && line.is_strong).map(|it| it.values.clone())
        })
    });
    let readout = move || {
        let last = || Some(study.vectors.get()?.layers.len() - 1).filter(|_| pair.get().is_some());
        let layer = cursor.get().or_else(last)?;
        let name = layer_name(layer);
        if let Some((first, second)) = pair.get() {
            let line: Option<Line> = lines.get().into_iter().find(|line| line.is_strong);
            let vectors = study.vectors.get()?;
            let number = |index: usize| vectors.found.get(index).map(|found| found.number);
            let value = *line?.values.get(layer)?;
            return Some(strings::pair_at(&name, number(first)?, number(second)?, value));
        }
        let at = |values: &Option<Vec<f32>>| values.as_ref()?.get(layer).copied();
        let means = means.get();
        Some(strings::means_at(&name, at(&means[0]), at(&means[1])))
    };
    let rows = move || {
        let [same, other] = means.get();
        let layers = same.as_ref().or(other.as_ref()).map_or(0, Vec::len);
        let cell = |values: &Option<Vec<f32>>, layer: usize| {
            values.as_ref().map_or(t!(common.unknown).into(), |values| similarity(values[layer]))
        };
        let row = |layer: usize| {
            view! {
                <tr>
                    <th scope="row">{layer_name(layer)}</th>
                    <td>{cell(&same, layer)}</td>
                    <td>{cell(&other, layer)}</td>
                </tr>
            }
        };
        (0..layers).map(row).collect_view()
    };
    let is_empty = move || study.vectors.with(Option::is_none);
    view! {
        <section class="panel curves" aria-labelledby="curves-title"
            aria-busy=move || study.question.is_open.get().to_string()>
            <header>
                <h2 id="curves-title">{t!(words.curves)}</h2>
                <p class="key">
                    <span class="same">{t!(words.same)}</span>
                    <span class="other">{t!(words.other)}</span>
                </p>
            </header>
            <Recorded when=study.question.is_recorded/>
            <Lines
                lines
                cursor
                label=t!(words.curves_label)
                across=t!(common.layer_label)
                upwards=t!(words.cosine)
                origin=t!(words.embeddings)
            />
            <p class="curve-readout" class:readout-hint=move || readout().is_none() aria-live="polite">
                {move || readout().unwrap_or_else(|| {
                    if is_empty() { t!(words.two_needed) } else { t!(words.curves_hint) }.into()
                })}
            </p>
            <div class="hidden">
            <table>
                <caption>{t!(words.table)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!(common.layer_label)}</th>
                        <th scope="col">{t!(words.same)}</th>
                        <th scope="col">{t!(words.other)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            </div>
        </section>
    }
}

fn layer_name(layer: usize) -> String {
    if layer == 0 { t!(words.embeddings).into() } else { common::layer(layer) }
}
