//! A heat map over pairs of tokens, the future masked.

use std::sync::Arc;

use leptos::{ev, html, prelude::*};
use wasm_bindgen::prelude::*;
use web_sys::ResizeObserver;

use super::painting::{Geometry, paint};

/// A share for each pair of tokens.
#[derive(Debug, PartialEq)]
pub struct Square {
    /// The tokens along both axes.
    pub labels: Vec<String>,
    /// Row-major.
    pub weights: Vec<f32>,
}

impl Square {
    /// How much the token `row` attends to the token `column`.
    pub fn weight(&self, row: usize, column: usize) -> f32 {
        self.weights.get(row * self.labels.len() + column).copied().unwrap_or_default()
    }
}

/// The map. The pointer and the arrow keys move the cursor; a click or Enter picks the row.
#[component]
pub fn HeatMap(
    #[prop(into)] map: Signal<Option<Arc<Square>>>,
    /// The row to mark.
    #[prop(into)]
    row: Signal<Option<usize>>,
    /// The square that is pointed at: row and column.
    cursor: RwSignal<Option<(usize, usize)>>,
    label: &'static str,
    masked: &'static str,
    on_pick: Callback<usize>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let frame = NodeRef::<html::Div>::new();
    let width = observed_width(frame);
    let theme = watched_theme();
    let geometry = RwSignal::new(None::<Geometry>);
    Effect::new(move |_| {
        theme.track();
        cursor.set(None);
        let Some((canvas, map)) = canvas.get().zip(map.get()) else { return geometry.set(None) };
        // A canvas that cannot be drawn on leaves the words beside it.
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
            "ArrowRight" => (at_row, at_column + 1),
            "Enter" if !event.ctrl_key() => {
                on_pick.run(at_row);
                (at_row, at_column)
            }
            _ => return,
        };
        event.prevent_default();
        cursor.set(Some((next.0, next.1.min(next.0))));
    };
    let row_style = move || {
        let (geometry, row) = geometry.get().zip(row.get())?;
        Some(boxed(&geometry, row, 0, row + 1))
    };
    let cursor_style = move || {
        let (geometry, (row, column)) = geometry.get().zip(cursor.get())?;
        Some(boxed(&geometry, row, column, 1))
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
            {move || row_style().map(|style| view! { <div class="heat-row" style=style></div> })}
            {move || cursor_style().map(|style| view! { <div class="heat-cursor" style=style></div> })}
        </div>
    }
}

/// The style that lays a box over squares of a row.
fn boxed(geometry: &Geometry, row: usize, column: usize, columns: usize) -> String {
    let Geometry { margin, cell, .. } = *geometry;
    format!(
        "left:{:.1}px;top:{:.1}px;width:{:.1}px;height:{cell:.1}px",
        margin + column as f64 * cell,
        margin + row as f64 * cell,
        columns as f64 * cell,
    )
}

/// The width of an element, in CSS pixels, as it changes.
fn observed_width(element: NodeRef<html::Div>) -> RwSignal<f64> {
    let width = RwSignal::new(0.0);
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        width.set(f64::from(element.client_width()));
        let on_resize = {
            let element = element.clone();
            Closure::<dyn FnMut()>::new(move || {
                let now = f64::from(element.client_width());
                if width.try_get_untracked().is_some_and(|before| before != now) {
                    width.set(now);
                }
            })
        };
        if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&element);
            // The observer calls for as long as the element is there.
            let kept = StoredValue::new_local((observer, on_resize));
            on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
        }
    });
    width
}

/// Changes when the system turns light or dark.
fn watched_theme() -> RwSignal<()> {
    let theme = RwSignal::new(());
    if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
        let on_change = Closure::<dyn FnMut()>::new(move || theme.set(()));
        query.set_onchange(Some(on_change.as_ref().unchecked_ref()));
        let kept = StoredValue::new_local((query, on_change));
        on_cleanup(move || kept.with_value(|(query, _)| query.set_onchange(None)));
    }
    theme
}
