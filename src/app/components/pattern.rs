//! A head's attention map without controls, for a comparison with another one.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::charts::HeatMap;
use crate::app::language::t;
use crate::app::strings::common as strings;
use crate::view_model::charts::Square;

/// The map with a line on the cell under the pointer.
#[component]
pub fn Pattern(
    #[prop(into)] map: Signal<Option<Arc<Square>>>,
    /// The text shown until there is a map.
    empty: &'static str,
) -> impl IntoView {
    let row = RwSignal::new(None::<usize>);
    let cursor = RwSignal::new(None::<(usize, usize)>);
    let count = Memo::new(move |_| map.with(|map| map.as_ref().map(|map| map.labels.len())));
    Effect::new(move |_| {
        count.track();
        row.set(None);
    });
    let label = Signal::derive(move || match map.get() {
        Some(map) if map.is_causal => t!(common.attention_map),
        _ => t!(common.attention_map_both),
    });
    let readout = move || match (map.get(), cursor.get()) {
        (Some(map), Some((from, to))) if from < map.labels.len() && to < map.labels.len() => {
            strings::attends(&map.labels[from], &map.labels[to], map.weight(from, to))
        }
        (Some(_), _) => t!(common.attention_hint).into(),
        _ => empty.into(),
    };
    view! {
        <div class="pattern">
            <HeatMap
                map
                row
                cursor
                label
                masked=t!(common.masked)
                on_pick=Callback::new(move |picked| row.set(Some(picked)))
            />
            <p class="pair-readout" class:readout-hint=move || cursor.with(Option::is_none) aria-live="polite">
                {readout}
            </p>
        </div>
    }
}
