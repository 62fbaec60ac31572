//! One head's attention over the text.

use std::sync::Arc;

use leptos::prelude::*;

use super::select::Select;
use crate::app::charts::{Bars, HeatMap};
use crate::app::language::{numbers::percent, t};
use crate::app::strings::common as strings;
use crate::view_model::charts::{Bar, Square};

/// Number of the most attended tokens listed beside the map.
const LISTED: usize = 5;

/// The attention panel: a map, the choice of layer and head, and the weights in words.
#[component]
pub fn Attention(
    /// Id of the panel; a page with two panels needs two.
    #[prop(default = "attention")]
    id: &'static str,
    #[prop(default = t!(common.attention))] title: &'static str,
    /// The text shown until there is a map.
    #[prop(default = t!(common.attention_empty))]
    empty: &'static str,
    #[prop(into)] map: Signal<Option<Arc<Square>>>,
    #[prop(into)] layers: Signal<usize>,
    #[prop(into)] heads: Signal<usize>,
    #[prop(into)] layer: Signal<usize>,
    #[prop(into)] head: Signal<usize>,
    /// Index of the token in focus.
    #[prop(into)]
    focus: Signal<Option<usize>>,
    on_layer: Callback<usize>,
    on_head: Callback<usize>,
    on_pick: Callback<usize>,
) -> impl IntoView {
    let ordinals = |count: Signal<usize>| {
        Signal::derive(move || (0..count.get()).map(strings::ordinal).collect::<Vec<_>>())
    };
    // The newest token may not have been through the model yet.
    let row = Memo::new(move |_| {
        let last = map.get()?.labels.len().checked_sub(1)?;
        focus.get().map(|focus| focus.min(last))
    });
    let cursor = RwSignal::new(None::<(usize, usize)>);
    let readout = move || match (map.get(), cursor.get()) {
        (Some(map), Some((from, to))) if from < map.labels.len() && to < map.labels.len() => {
            strings::attends(&map.labels[from], &map.labels[to], map.weight(from, to))
        }
        (Some(_), _) => t!(common.attention_hint).into(),
        _ => empty.into(),
    };
    let listed_title = move || {
        let (map, row) = (map.get(), row.get());
        map.zip(row)
            .map(|(map, row)| t!(common.most_attended, from = &map.labels[row]))
            .unwrap_or_default()
    };
    let listed: Signal<Vec<Bar>> = Signal::derive(move || {
        let Some((map, row)) = map.get().zip(row.get()) else { return Vec::new() };
        let mut order: Vec<usize> = (0..map.columns(row)).collect();
        order.sort_by(|a, b| map.weight(row, *b).total_cmp(&map.weight(row, *a)));
        order.truncate(LISTED);
        let bar = |token: usize| Bar {
            name: map.labels[token].clone(),
            share: map.weight(row, token),
            ..Bar::default()
        };
        order.into_iter().map(bar).collect()
    });
    let label = Signal::derive(move || match map.get() {
        Some(map) if !map.is_causal => t!(common.attention_map_both),
        _ => t!(common.attention_map),
    });
    view! {
        <section class="panel attention" aria-labelledby=format!("{id}-title")>
            <header>
                <h2 id=format!("{id}-title")>{title}</h2>
                <div class="controls">
                    <Select id=format!("{id}-layer") label=t!(common.layer_label) options=ordinals(layers) value=layer on_change=on_layer/>
                    <Select id=format!("{id}-head") label=t!(common.head) options=ordinals(heads) value=head on_change=on_head/>
                </div>
            </header>
            <HeatMap
                map
                row
                cursor
                label
                masked=t!(common.masked)
                on_pick
            />
            <div class="attention-words">
                <p class="readout" class:readout-hint=move || cursor.with(Option::is_none) aria-live="polite">{readout}</p>
                <div class="listed">
                    {move || Some(listed_title()).filter(|title| !title.is_empty()).map(|title| view! { <h3>{title}</h3> })}
                    <Bars bars=listed/>
                </div>
                <div class="ramp" aria-hidden="true">
                    <i></i>
                    {strings::LEGEND.map(|share| view! { <span>{percent(share, 0)}</span> })}
                </div>
                <p class="hint">{t!(common.attention_explained)}</p>
            </div>
        </section>
    }
}
