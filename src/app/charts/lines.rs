//! Curves over the layers of a model.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::size::observed_width;
use crate::app::language::numbers::similarity;

const LEFT: f64 = 68.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 52.0;
const PROPORTION: f64 = 0.4;
const LOWEST: f64 = 230.0;
const HIGHEST: f64 = 380.0;
/// Step of the axis: it begins at a multiple, and has a line at each.
const STEP: f32 = 0.2;

/// The type of a curve, which chooses its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Same,
    Other,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Other => "other",
        }
    }
}

/// A curve: a cosine for each layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub kind: Kind,
    pub values: Vec<f32>,
    /// Whether the curve is a mean or highlighted; the others are thin.
    pub is_strong: bool,
}

/// The chart. The pointer and the arrow keys choose a layer.
#[component]
pub fn Lines(
    #[prop(into)] lines: Signal<Vec<Line>>,
    /// The layer under the pointer.
    cursor: RwSignal<Option<usize>>,
    label: &'static str,
    across: &'static str,
    upwards: &'static str,
    /// The name of layer 0.
    origin: &'static str,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = observed_width(frame);
    let height = Memo::new(move |_| (width.get() * PROPORTION).clamp(LOWEST, HIGHEST));
    let count = Memo::new(move |_| lines.with(|all| all.first().map_or(0, |it| it.values.len())));
    let low = Memo::new(move |_| {
        let smallest = lines.with(|all| {
            all.iter().flat_map(|line| &line.values).copied().fold(1.0 - STEP, f32::min)
        });
        ((smallest / STEP + 1e-3).floor() * STEP).max(-1.0)
    });
    let x = move |layer: usize| {
        let last = count.get().saturating_sub(1).max(1);
        LEFT + (width.get() - LEFT - RIGHT) * layer as f64 / last as f64
    };
    let y = move |value: f32| {
        let share = f64::from((1.0 - value) / (1.0 - low.get()));
        TOP + (height.get() - TOP - BOTTOM) * share
    };
    let grid = move || {
        let steps = ((1.0 - low.get()) / STEP).round() as usize;
        let rule = |step: usize| {
            let value = low.get() + step as f32 * STEP;
            view! {
                <line class="grid" x1=LEFT x2=width.get() - RIGHT y1=y(value) y2=y(value)></line>
                <text x=LEFT - 8.0 y=y(value) text-anchor="end">{similarity(value)}</text>
            }
        };
        (0..=steps).map(rule).collect_view()
    };
    let layers = move || {
        let tick = |layer: usize| {
            let name = if layer == 0 { origin.to_owned() } else { layer.to_string() };
            // The first name may be wider than the margin: it begins at the edge.
            let anchor = if layer == 0 { "start" } else { "middle" };
            let at = if layer == 0 { LEFT - 10.0 } else { x(layer) };
            view! { <text x=at y=height.get() - BOTTOM + 17.0 text-anchor=anchor>{name}</text> }
        };
        // A long first name would overlap the second.
        (0..count.get()).filter(|layer| *layer != 1 || x(1) - LEFT > 100.0).map(tick).collect_view()
    };
    let curves = move || {
        let mut all = lines.get();
        all.sort_by_key(|line| line.is_strong);
        let curve = |line: Line| {
            let points: Vec<String> = line
                .values
                .iter()
                .enumerate()
                .map(|(layer, value)| format!("{:.1},{:.1}", x(layer), y(*value)))
                .collect();
            let class = format!("curve curve-{}", line.kind.class());
            view! { <polyline class=class class:curve-strong=line.is_strong points=points.join(" ")></polyline> }
        };
        all.into_iter().map(curve).collect_view()
    };
    let pointed = move || {
        let layer = cursor.get().filter(|layer| *layer < count.get())?;
        let dot = |line: Line| {
            let class = format!("dot dot-{}", line.kind.class());
            let value = line.values.get(layer).copied()?;
            Some(view! { <circle class=class cx=x(layer) cy=y(value) r=6></circle> })
        };
        let dots = lines.get().into_iter().filter(|line| line.is_strong).filter_map(dot);
        Some(view! {
            <line class="pointed" x1=x(layer) x2=x(layer) y1=TOP y2=height.get() - BOTTOM></line>
            {dots.collect_view()}
        })
    };
    let on_move = move |event: ev::MouseEvent| {
        let chart = event.current_target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        let (Some(chart), count) = (chart, count.get_untracked()) else { return };
        if count > 1 {
            let at = f64::from(event.client_x()) - chart.get_bounding_client_rect().left();
            let share = (at - LEFT) / (width.get_untracked() - LEFT - RIGHT);
            cursor.set(Some((share.clamp(0.0, 1.0) * (count - 1) as f64).round() as usize));
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(last) = count.get_untracked().checked_sub(1) else { return };
        let at = cursor.get_untracked();
        let next = match event.key().as_str() {
            "ArrowLeft" => at.unwrap_or(last).saturating_sub(1),
            "ArrowRight" => at.map_or(0, |at| (at + 1).min(last)),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        cursor.set(Some(next));
    };
    view! {
        <div class="lines" node_ref=frame>
            <svg
                role="img"
                aria-label=label
                tabindex="0"
                width=move || width.get()
                height=move || height.get()
                on:mousemove=on_move
                on:mouseleave=move |_| cursor.set(None)
                on:keydown=on_key
                on:blur=move |_| cursor.set(None)
            >
                {grid}
                {layers}
                <text x=move || (LEFT + width.get() - RIGHT) / 2.0 y=move || height.get() - 8.0
                    text-anchor="middle" class="axis">{across}</text>
                <text class="axis" text-anchor="middle"
                    transform=move || format!("translate(13 {}) rotate(-90)", (TOP + height.get() - BOTTOM) / 2.0)>
                    {upwards}
                </text>
                {curves}
                {pointed}
            </svg>
        </div>
    }
}
