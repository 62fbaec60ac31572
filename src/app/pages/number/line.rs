//! The number line, and its magnifier.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::row::{Lane, Row};
use crate::app::charts::observed_width;
use crate::app::language::{numbers::decimal, t};
use crate::app::strings::number as strings;
use crate::quantization::Grid;

const SIDE: f64 = 34.0;
const LANE: f64 = 116.0;
const AXIS: f64 = 30.0;
const LENS: f64 = 150.0;
/// Distance below which ticks are drawn as a band, in pixels.
const NEAREST: f64 = 3.0;
/// Number of steps shown on either side of the picked weight.
const LENS_STEPS: f64 = 3.5;
/// Number of key presses from one end of the line to the other.
const KEY_STEPS: f32 = 200.0;

/// Weights as draggable points above the grid's values.
#[component]
pub fn NumberLine(row: Row) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = observed_width(frame);
    let dragged = RwSignal::new(None::<usize>);
    // Symmetric, and fixed while a point is dragged: the line must not move under the pointer.
    let reach = RwSignal::new(1.0f32);
    Effect::new(move |_| {
        let largest = row.weights.with(|all| all.iter().fold(0.0f32, |a, b| a.max(b.abs())));
        if dragged.get().is_none() {
            reach.set((largest * 1.08).max(1e-3));
        }
    });
    let x = move |value: f64| {
        let share = (value / f64::from(reach.get()) + 1.0) / 2.0;
        SIDE + share * (width.get() - 2.0 * SIDE).max(1.0)
    };
    let height = move || AXIS + LANE * row.lanes().len() as f64;
    let on_move = move |event: ev::PointerEvent| {
        let Some(index) = dragged.get_untracked() else { return };
        let chart = event.current_target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        let Some(chart) = chart else { return };
        let at = f64::from(event.client_x()) - chart.get_bounding_client_rect().left();
        let share = (at - SIDE) / (width.get_untracked() - 2.0 * SIDE).max(1.0);
        let reach = f64::from(reach.get_untracked());
        let weight = (share.clamp(0.0, 1.0) * 2.0 - 1.0) * reach;
        row.set_weight(index, (weight * 1000.0).round() as f32 / 1000.0);
    };
    let lane = move |(lane_index, Lane { indices, grid }): (usize, Lane)| {
        let base = LANE * (lane_index as f64 + 0.6);
        let ticks = grid.map(|grid| ticks(grid, base, x));
        let points = indices.map(|index| {
            view! { <Weight row index base dragged reach=reach.into() x=Callback::new(x)/> }
        });
        view! {
            <line class="number-axis" x1=SIDE x2=move || width.get() - SIDE y1=base y2=base></line>
            {ticks}
            {points.collect_view()}
        }
    };
    let labels = move || {
        let reach = f64::from(reach.get());
        [-1.0, -0.5, 0.0, 0.5, 1.0]
            .map(|share| {
                let value = share * reach / 1.08;
                let text = decimal(value, 2);
                view! { <text x=x(value) y=height() - 8.0 text-anchor="middle">{text}</text> }
            })
            .collect_view()
    };
    view! {
        <div class="number-line" node_ref=frame>
            <svg
                role="group"
                aria-label=t!(number.line_label)
                width=move || width.get()
                height=height
                on:pointermove=on_move
                on:pointerup=move |_| dragged.set(None)
                on:pointerleave=move |_| dragged.set(None)
            >
                {move || row.lanes().into_iter().enumerate().map(lane).collect_view()}
                {labels}
            </svg>
            <h3>{t!(number.lens)}</h3>
            <Lens row width=width.into()/>
        </div>
    }
}

/// Draws the values of a grid; where they are too close to be distinguished, the band they fill.
fn ticks(grid: Grid, base: f64, x: impl Fn(f64) -> f64) -> AnyView {
    let at = |integer: i32| x(grid.dequantize(integer).into());
    let (first, last) = (at(*grid.integers().start()), at(*grid.integers().end()));
    let spacing = (last - first) / grid.integers().count().max(2) as f64;
    if spacing < NEAREST {
        let width = (last - first).max(2.0);
        return view! { <rect class="number-band" x=first y=base - 9.0 width=width height=18.0></rect> }
            .into_any();
    }
    let tick = |integer| view! { <line class="number-tick" x1=at(integer) x2=at(integer) y1=base - 11.0 y2=base + 11.0></line> };
    grid.integers().map(tick).collect_view().into_any()
}

/// A weight: a point above the line, and a line to its dequantized value.
#[component]
fn Weight(
    row: Row,
    index: usize,
    base: f64,
    dragged: RwSignal<Option<usize>>,
    reach: Signal<f32>,
    x: Callback<f64, f64>,
) -> impl IntoView {
    let weight = move || row.weights.with(|all| all.get(index).copied().unwrap_or_default());
    let dequantized =
        move || row.round_trip().get(index).copied().flatten().map(|(_, dequantized)| dequantized);
    let at = move || x.run(weight().into());
    let to = move || dequantized().map_or_else(at, |dequantized| x.run(dequantized.into()));
    let story = move || match row.round_trip().get(index).copied().flatten() {
        Some((integer, dequantized)) => strings::story(weight(), integer, dequantized),
        None => t!(number.no_range).into(),
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let step = 2.0 * reach.get_untracked() / KEY_STEPS;
        let by = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => -step,
            "ArrowRight" | "ArrowUp" => step,
            _ => return,
        };
        event.prevent_default();
        row.picked.set(index);
        row.set_weight(index, untrack(weight) + by);
    };
    view! {
        <line class="number-error" x1=at x2=to y1=base - 38.0 y2=base></line>
        <circle class="number-back" cx=to cy=base r=4></circle>
        <circle
            class="number-weight"
            class:number-picked=move || row.picked.get() == index
            cx=at cy=base - 38.0 r=12
            tabindex="0"
            role="slider"
            aria-label=strings::weight(index)
            aria-valuenow=move || weight().to_string()
            aria-valuemin=move || (-reach.get()).to_string()
            aria-valuemax=move || reach.get().to_string()
            aria-valuetext=story
            on:pointerdown=move |event: ev::PointerEvent| {
                event.prevent_default();
                row.picked.set(index);
                dragged.set(Some(index));
            }
            on:focus=move |_| row.picked.set(index)
            on:keydown=on_key
        ></circle>
    }
}

/// Some steps around the picked weight, with their integers.
#[component]
fn Lens(row: Row, width: Signal<f64>) -> impl IntoView {
    let picture = move || {
        let picked = row.picked.get();
        let weight = f64::from(row.weights.with(|all| all.get(picked).copied())?);
        let lanes = row.lanes();
        let grid = lanes.into_iter().find(|lane| lane.indices.contains(&picked))?.grid?;
        let integer = grid.quantize(weight as f32);
        let dequantized = f64::from(grid.dequantize(integer));
        // With a single value, any step will do.
        let step = if grid.step() > 0.0 { grid.step() } else { 1.0 };
        let x = |value: f64| {
            let share = (value - dequantized) / (2.0 * LENS_STEPS * step) + 0.5;
            SIDE + share.clamp(0.0, 1.0) * (width.get() - 2.0 * SIDE).max(1.0)
        };
        let base = 88.0;
        let reach = LENS_STEPS as i32;
        let near = grid.integers().filter(|it| (it - integer).abs() <= reach);
        let near: Vec<i32> = if grid.step() > 0.0 { near.collect() } else { vec![integer] };
        let tick = |it: i32| {
            let at = x(grid.dequantize(it).into());
            let name = it.to_string().replace('-', "\u{2212}");
            view! {
                <line class="number-tick" class:number-chosen=it == integer x1=at x2=at y1=base - 12.0 y2=base + 12.0></line>
                <text class:number-chosen=it == integer x=at y=base + 34.0 text-anchor="middle">{name}</text>
            }
        };
        let ticks = near.into_iter().map(tick).collect_view();
        Some(view! {
            <line class="number-axis" x1=SIDE x2=width.get() - SIDE y1=base y2=base></line>
            {ticks}
            <line class="number-error" x1=x(weight) x2=x(dequantized) y1=base - 52.0 y2=base></line>
            <circle class="number-back" cx=x(dequantized) cy=base r=5></circle>
            <circle class="number-weight number-picked" cx=x(weight) cy=base - 52.0 r=12></circle>
        })
    };
    let story = move || {
        let picked = row.picked.get();
        let weight = row.weights.with(|all| all.get(picked).copied())?;
        let (integer, dequantized) = row.round_trip().get(picked).copied().flatten()?;
        Some(strings::story(weight, integer, dequantized))
    };
    view! {
        <svg class="number-lens" aria-hidden="true" width=move || width.get() height=LENS>{picture}</svg>
        <p class="number-story" aria-live="polite">
            {move || story().unwrap_or_else(|| t!(number.no_range).into())}
        </p>
    }
}
