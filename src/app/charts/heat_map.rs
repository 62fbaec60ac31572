//! A heat map over pairs: of tokens, whose future may be masked, or of texts.

use std::sync::Arc;

use leptos::{ev, html, prelude::*};

use super::painting::{Geometry, paint};
use super::size::observed_width;
use crate::app::appearance::Appearance;
use crate::app::numbers::similarity;

/// What the numbers of a map are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Shares of a whole, most of them small: the root spreads those apart.
    Share,
    /// Cosines, from `low` to 1.
    Similarity { low: f32 },
}

impl Scale {
    /// Where a number lies among the colours, 0 to 1.
    pub fn place(self, value: f32) -> f32 {
        match self {
            Self::Share => value.clamp(0.0, 1.0).sqrt(),
            Self::Similarity { low } => ((value - low) / (1.0 - low)).clamp(0.0, 1.0),
        }
    }

    /// A number as a square of the map has room for.
    pub fn short(self, value: f32) -> String {
        match self {
            Self::Share => format!("{:.0}", value * 100.0),
            // As statistics write them: .72
            Self::Similarity { .. } => similarity(value).replacen("0.", ".", 1),
        }
    }
}

/// A number for each pair.
#[derive(Debug, PartialEq)]
pub struct Square {
    /// What stands along both axes.
    pub labels: Vec<String>,
    /// Row-major.
    pub weights: Vec<f32>,
    /// Is what comes after a row's own column masked?
    pub is_causal: bool,
    pub scale: Scale,
}

/// A map of cosines begins its colours at a multiple of this, so that they do not change with every letter.
const LOW_STEP: f32 = 0.2;

impl Square {
    /// How much each token attends to each, `[tokens, tokens]`; a decoder's is causal.
    pub fn of_attention(labels: Vec<String>, weights: Vec<f32>, is_causal: bool) -> Self {
        Self { labels, weights, is_causal, scale: Scale::Share }
    }

    /// How similar each is to each, `[n, n]`.
    pub fn of_similarities(labels: Vec<String>, weights: Vec<f32>) -> Self {
        let smallest = weights.iter().copied().fold(1.0, f32::min);
        let low = ((smallest / LOW_STEP).floor() * LOW_STEP).clamp(-1.0, 1.0 - LOW_STEP);
        Self { labels, weights, is_causal: false, scale: Scale::Similarity { low } }
    }

    /// How much the token `row` attends to the token `column`, or how similar they are.
    pub fn weight(&self, row: usize, column: usize) -> f32 {
        self.weights.get(row * self.labels.len() + column).copied().unwrap_or_default()
    }

    /// How many columns of a row are not masked.
    pub fn columns(&self, row: usize) -> usize {
        if self.is_causal { row + 1 } else { self.labels.len() }
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
    #[prop(into)] label: Signal<&'static str>,
    /// Written over the masked half, where there is one.
    #[prop(optional)]
    masked: &'static str,
    on_pick: Callback<usize>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let frame = NodeRef::<html::Div>::new();
    let width = observed_width(frame);
    let theme = Appearance::here().theme;
    // A map as large as the one before keeps the cursor: layers and heads are compared square by square.
    let count = Memo::new(move |_| map.get().map(|map| map.labels.len()));
    Effect::new(move |_| {
        count.track();
        cursor.set(None);
    });
    let geometry = RwSignal::new(None::<Geometry>);
    Effect::new(move |_| {
        theme.track();
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
            "ArrowRight" => (at_row, (at_column + 1).min(last)),
            "Enter" if !event.ctrl_key() => {
                on_pick.run(at_row);
                (at_row, at_column)
            }
            _ => return,
        };
        event.prevent_default();
        let columns = if geometry.is_causal { next.0 + 1 } else { geometry.count };
        cursor.set(Some((next.0, next.1.min(columns - 1))));
    };
    let row_box = move || {
        let (geometry, row) = geometry.get().zip(row.get())?;
        let columns = if geometry.is_causal { row + 1 } else { geometry.count };
        (row < geometry.count).then(|| boxed(&geometry, row, 0, columns))
    };
    let cursor_box = move || {
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
            {move || row_box().map(|place| framed("heat-row", place))}
            {move || cursor_box().map(|place| framed("heat-cursor", place))}
        </div>
    }
}

/// Where a box over squares of a row lies: left, top, width and height, in pixels.
fn boxed(geometry: &Geometry, row: usize, column: usize, columns: usize) -> [f64; 4] {
    let Geometry { margin, cell, .. } = *geometry;
    [margin + column as f64 * cell, margin + row as f64 * cell, columns as f64 * cell, cell]
}

/// A box. Its properties are set one by one: the page's security policy allows no `style` attributes.
fn framed(class: &'static str, place: [f64; 4]) -> impl IntoView {
    let [left, top, width, height] = place.map(|pixels| format!("{pixels:.1}px"));
    view! {
        <div class=class style:left=left style:top=top style:width=width style:height=height></div>
    }
}
