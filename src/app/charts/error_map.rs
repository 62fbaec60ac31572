//! A matrix reduced to cells: each cell's colour is the largest error of its weights.

use std::sync::Arc;

use crate::app::browser::Appearance;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::view_model::charts::Ramp;

/// The cells of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    pub rows: usize,
    pub columns: usize,
    /// Values, row-major; the largest one gets the last colour.
    pub values: Vec<f32>,
}

/// The map. The pointer and the arrow keys move over it; a click or Enter picks a cell.
#[component]
pub fn ErrorMap(
    #[prop(into)] cells: Signal<Option<Arc<Cells>>>,
    /// Row and column of the cell under the pointer.
    cursor: RwSignal<Option<(usize, usize)>>,
    label: &'static str,
    on_pick: Callback<(usize, usize)>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let theme = Appearance::here().theme;
    Effect::new(move |_| {
        theme.track();
        if let Some((canvas, cells)) = canvas.get().zip(cells.get()) {
            // If the canvas cannot be drawn on, the text beside it remains.
            let _ = paint(&canvas, &cells);
        }
    });
    let at = move |event: &ev::MouseEvent| {
        let (canvas, cells) = canvas.get_untracked().zip(cells.get_untracked())?;
        let share = |offset: i32, size: i32| f64::from(offset) / f64::from(size.max(1));
        let row = share(event.offset_y(), canvas.client_height()) * cells.rows as f64;
        let column = share(event.offset_x(), canvas.client_width()) * cells.columns as f64;
        let inside = |offset: f64, count: usize| (offset.max(0.0) as usize).min(count - 1);
        Some((inside(row, cells.rows), inside(column, cells.columns)))
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(cells) = cells.get_untracked() else { return };
        let (row, column) = cursor.get_untracked().unwrap_or_default();
        let next = match event.key().as_str() {
            "ArrowUp" => (row.saturating_sub(1), column),
            "ArrowDown" => ((row + 1).min(cells.rows - 1), column),
            "ArrowLeft" => (row, column.saturating_sub(1)),
            "ArrowRight" => (row, (column + 1).min(cells.columns - 1)),
            "Enter" => {
                on_pick.run((row, column));
                (row, column)
            }
            _ => return,
        };
        event.prevent_default();
        cursor.set(Some(next));
    };
    view! {
        <canvas
            class="error-map"
            node_ref=canvas
            role="img"
            aria-label=label
            tabindex="0"
            on:mousemove=move |event| cursor.set(at(&event))
            on:mouseleave=move |_| cursor.set(None)
            on:click=move |event| if let Some(cell) = at(&event) { on_pick.run(cell) }
            on:keydown=on_key
            on:blur=move |_| cursor.set(None)
        ></canvas>
    }
}

/// Paints one pixel for each cell; the style enlarges them.
fn paint(canvas: &HtmlCanvasElement, cells: &Cells) -> Result<(), JsValue> {
    let style = window().get_computed_style(canvas)?.ok_or(JsValue::NULL)?;
    let theme = |name: &str| style.get_property_value(name);
    let ramp = Ramp::new(&theme("--heat-none")?, &theme("--heat-some")?, &theme("--heat-all")?)
        .ok_or("the theme's heat colours are not #rrggbb")?;
    let largest = cells.values.iter().copied().fold(0.0, f32::max);
    let mut pixels = Vec::with_capacity(4 * cells.values.len());
    for value in &cells.values {
        let fraction = if largest > 0.0 { value / largest } else { 0.0 };
        pixels.extend(ramp.colour(fraction));
        pixels.push(u8::MAX);
    }
    canvas.set_width(cells.columns as u32);
    canvas.set_height(cells.rows as u32);
    let pixels = ImageData::new_with_u8_clamped_array(Clamped(&pixels), cells.columns as u32)?;
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into();
    context.put_image_data(&pixels, 0.0, 0.0)
}
