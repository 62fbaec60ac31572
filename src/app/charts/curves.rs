//! Curves of measurements over steps, as they come.

use leptos::{html, prelude::*};

use super::size::observed_width;

const LEFT: f64 = 52.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 34.0;
const PROPORTION: f64 = 0.42;
const LOWEST: f64 = 150.0;
const HIGHEST: f64 = 300.0;
/// Lines of the grid.
const GRID: usize = 4;

/// A curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub name: String,
    /// Its colour, from 1.
    pub colour: usize,
    /// Across and upwards.
    pub points: Vec<[f64; 2]>,
    /// An earlier run, drawn pale.
    pub is_ghost: bool,
    /// Single points instead of a line.
    pub is_dots: bool,
}

/// The chart with its legend.
#[component]
pub fn Curves(
    #[prop(into)] series: Signal<Vec<Series>>,
    label: &'static str,
    across: &'static str,
    /// Ends of the axis across.
    #[prop(into)]
    span: Signal<[f64; 2]>,
    /// Ends of the axis upwards; `None`: those of the curves.
    #[prop(default = None)]
    range: Option<[f64; 2]>,
    /// Format of a number upwards.
    display: fn(f64) -> String,
    /// Names of places across.
    #[prop(into)]
    ticks: Signal<Vec<(f64, String)>>,
    /// A marked place across.
    #[prop(optional, into)]
    cursor: Option<Signal<Option<f64>>>,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = observed_width(frame);
    let height = Memo::new(move |_| (width.get() * PROPORTION).clamp(LOWEST, HIGHEST));
    let ends = Memo::new(move |_| {
        range.unwrap_or_else(|| {
            series.with(|all| {
                let values = || all.iter().flat_map(|it| &it.points).map(|point| point[1]);
                let finite = || values().filter(|value| value.is_finite());
                let high = finite().fold(f64::NEG_INFINITY, f64::max);
                let low = finite().fold(f64::INFINITY, f64::min);
                if high > low { [low.min(0.0), high] } else { [0.0, 1.0] }
            })
        })
    });
    let x = move |value: f64| {
        let [from, to] = span.get();
        let share = (value - from) / (to - from).max(f64::MIN_POSITIVE);
        LEFT + (width.get() - LEFT - RIGHT) * share.clamp(0.0, 1.0)
    };
    let y = move |value: f64| {
        let [low, high] = ends.get();
        let share = ((high - value) / (high - low).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        TOP + (height.get() - TOP - BOTTOM) * share
    };
    let grid = move || {
        let [low, high] = ends.get();
        let rule = |line: usize| {
            let value = low + (high - low) * line as f64 / GRID as f64;
            view! {
                <line class="grid" x1=LEFT x2=width.get() - RIGHT y1=y(value) y2=y(value)></line>
                <text x=LEFT - 7.0 y=y(value) text-anchor="end" dominant-baseline="middle">{display(value)}</text>
            }
        };
        (0..=GRID).map(rule).collect_view()
    };
    let places = move || {
        let tick = |(value, name): (f64, String)| {
            view! { <text x=x(value) y=height.get() - BOTTOM + 15.0 text-anchor="middle">{name}</text> }
        };
        ticks.get().into_iter().map(tick).collect_view()
    };
    let marked = move || {
        let at = x(cursor?.get()?);
        Some(view! { <line class="pointed" x1=at x2=at y1=TOP y2=height.get() - BOTTOM></line> })
    };
    let curves = move || {
        let curve = |series: Series| {
            let class = format!("step-curve step-curve-{}", series.colour);
            let finite = series.points.iter().filter(|point| point[1].is_finite());
            if series.is_dots {
                let dot = |point: &[f64; 2]| view! { <circle cx=x(point[0]) cy=y(point[1]) r=4.5></circle> };
                let dots = finite.map(dot).collect_view();
                return view! { <g class=class class:step-ghost=series.is_ghost>{dots}</g> }
                    .into_any();
            }
            let points: Vec<String> =
                finite.map(|point| format!("{:.1},{:.1}", x(point[0]), y(point[1]))).collect();
            view! { <polyline class=class class:step-ghost=series.is_ghost points=points.join(" ")></polyline> }
                .into_any()
        };
        series.get().into_iter().map(curve).collect_view()
    };
    let legend = move || {
        let entry = |series: Series| {
            let last = series.points.last().map(|point| display(point[1]));
            let class = format!("legend-{}", series.colour);
            view! {
                <li class=class>
                    <i aria-hidden="true"></i>
                    {series.name}
                    " "
                    <b>{last}</b>
                </li>
            }
        };
        let named =
            |all: Vec<Series>| all.into_iter().filter(|it| !it.is_ghost && !it.name.is_empty());
        named(series.get()).map(entry).collect_view()
    };
    view! {
        <div class="step-curves" node_ref=frame>
            <svg role="img" aria-label=label width=move || width.get() height=move || height.get()>
                {grid}
                {places}
                <text x=move || (LEFT + width.get() - RIGHT) / 2.0 y=move || height.get() - 4.0
                    text-anchor="middle" class="axis">{across}</text>
                {marked}
                {curves}
            </svg>
            <ul class="step-legend">{legend}</ul>
        </div>
    }
}
