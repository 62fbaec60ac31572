//! Similarities of all pairs: a map, a sentence about the pair under the pointer, and the colours' scale.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::charts::HeatMap;
use crate::app::language::t;
use crate::app::{language::numbers::similarity, strings::common as strings};
use crate::view_model::charts::{Scale, Square};

/// The map with its readout.
#[component]
pub fn Similarity(
    #[prop(into)] map: Signal<Option<Arc<Square>>>,
    /// The texts that the map's labels number.
    #[prop(into)]
    texts: Signal<Vec<String>>,
    /// The row to mark.
    #[prop(into)]
    row: Signal<Option<usize>>,
    /// The pair under the pointer.
    cursor: RwSignal<Option<(usize, usize)>>,
    label: &'static str,
    on_pick: Callback<usize>,
) -> impl IntoView {
    let readout = move || {
        let (map, texts) = (map.get()?, texts.get());
        let (first, second) = cursor.get()?;
        let (a, b) = (texts.get(first)?, texts.get(second)?);
        Some(strings::pair_similarity(a, b, map.weight(first, second)))
    };
    let hint = move || readout().unwrap_or_else(|| t!(common.similarity_hint).into());
    let low = Memo::new(move |_| match map.get().map(|map| map.scale) {
        Some(Scale::Similarity { low }) => low,
        _ => 0.0,
    });
    let legend = move || {
        [low.get(), (low.get() + 1.0) / 2.0, 1.0]
            .map(|value| view! { <span>{similarity(value)}</span> })
    };
    view! {
        <HeatMap map row cursor label=label on_pick/>
        <div class="ramp ramp-even" aria-hidden="true">
            <i></i>
            {legend}
        </div>
        <p class="pair-readout" class:readout-hint=move || readout().is_none() aria-live="polite">{hint}</p>
    }
}
