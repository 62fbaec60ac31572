//! A heat map over pairs: of tokens, whose future may be masked, or of texts.

use std::sync::Arc;

use leptos::{ev, html, prelude::*};

use super::painting::paint;
use super::size::observed_width;
use crate::app::browser::Appearance;
use crate::view_model::charts::{Geometry, Square};

/// The map. The pointer and the arrow keys move the cursor; a click or Enter picks the row.
#[component]
pub fn HeatMap(
    #[prop(into)] map: Signal<Option<Arc<Square>>>,
    /// The row to mark.
    #[prop(into)]
    row: Signal<Option<usize>>,
    /// Row and column of the cell under the pointer.
    cursor: RwSignal<Option<(usize, usize)>>,
    #[prop(into)] label: Signal<&'static str>,
    /// Text over the masked half, where there is one.
    #[prop(optional)]
    masked: &'static str,
    on_pick: Callback<usize>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let frame = NodeRef::<html::Div>::new();
    let width = observed_width(frame);
    let theme = Appearance::here().theme;
    // A map of the same size keeps the cursor: layers and heads are compared cell by cell.
    let count = Memo::new(move |_| map.get().map(|map| map.labels.len()));
    Effect::new(move |_| {
        count.track();
        cursor.set(None);
    });
    let geometry = RwSignal::new(None::<Geometry>);
    Effect::new(move |_| {
        theme.track();
        let Some((canvas, map)) = canvas.get().zip(map.get()) else { return geometry.set(None) };
        // If the canvas cannot be drawn on, the text beside it remains.
        geometry.set(paint(&canvas, width.get(), &map, masked).ok());
    });
    let point = move |event: ev::MouseEvent| {
        let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        geometry.get_untracked().and_then(|geometry| geometry.at(at.0, at.1))
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(geometry) = geometry.get_untracked() else { return };
        let last = geometry.count.saturating_sub(1);
        let (at_row, at_column) =
            cursor.get_untracked().unwrap_or((row.get_untracked().unwrap_or(last), 0));
        let next = match event.key().as_str() {
            "ArrowUp" => (at_row.saturating_sub(1), at_column),
            "ArrowDown" => ((at_row + 1).min(last), at_column),
            "ArrowLeft" => (at_row, at_column.saturating_sub(1)),
            "ArrowRight" => (at_row, (at_column + 1).min(last)),
            "Enter" if !event.ctrl_key() => {
                on_pick.run(at_row);
                (at_row, at_column)
            }
            _ => return,
        };
        event.prevent_default();
        cursor.set(Some((next.0, next.1.min(geometry.columns(next.0) - 1))));
    };
    let row_box = move || {
        let (geometry, row) = geometry.get().zip(row.get())?;
        (row < geometry.count).then(|| geometry.boxed(row, 0, geometry.columns(row)))
    };
    let cursor_box = move || {
        let (geometry, (row, column)) = geometry.get().zip(cursor.get())?;
        Some(geometry.boxed(row, column, 1))
    };
    view! {
        <div class="heat" node_ref=frame>
            <canvas
                node_ref=canvas
                role="img"
                aria-label=label
                tabindex="0"
                on:mousemove=move |event| cursor.set(point(event))
                on:mouseleave=move |_| cursor.set(None)
                on:click=move |event| if let Some((row, _)) = point(event) { on_pick.run(row) }
                on:keydown=on_key
                on:blur=move |_| cursor.set(None)
            ></canvas>
            {move || row_box().map(|bounds| framed("heat-row", bounds))}
            {move || cursor_box().map(|bounds| framed("heat-cursor", bounds))}
        </div>
    }
}

/// A box. Its properties are set one by one: the page's security policy allows no `style` attributes.
fn framed(class: &'static str, bounds: [f64; 4]) -> impl IntoView {
    let [left, top, width, height] = bounds.map(|pixels| format!("{pixels:.1}px"));
    view! {
        <div class=class style:left=left style:top=top style:width=width style:height=height></div>
    }
}
