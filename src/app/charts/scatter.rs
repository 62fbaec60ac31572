//! A scatter plot: similar items are near each other.

use leptos::{html, prelude::*};

use super::size::observed_width;
use crate::view_model::charts::placement::{self, RADIUS};

/// Number of points above which only marked ones are labelled.
const CROWD: usize = 20;
/// Ratio of height to width, within limits.
const PROPORTION: f64 = 0.72;
const LOWEST: f64 = 230.0;
const HIGHEST: f64 = 460.0;

/// A point of the plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Key that stays the same while the point moves.
    pub key: u32,
    /// Number drawn inside the point.
    pub number: usize,
    /// Label beside the point, where it fits.
    pub text: String,
    pub position: [f32; 2],
}

/// The plot. Points glide to new positions; those in `marked` are highlighted, two of them joined by a line.
#[component]
pub fn Scatter(
    #[prop(into)] points: Signal<Vec<Point>>,
    /// Indices in the list of points.
    #[prop(into)]
    marked: Signal<Vec<usize>>,
    label: &'static str,
    /// Called with the index of the point under the pointer.
    on_point: Callback<Option<usize>>,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = observed_width(frame);
    let height = Memo::new(move |_| (width.get() * PROPORTION).clamp(LOWEST, HIGHEST));
    let texts = Memo::new(move |_| {
        points.with(|points| {
            let is_crowd = points.len() > CROWD;
            let text = |(index, point): (usize, &Point)| {
                let is_left_out = is_crowd && !marked.with(|marked| marked.contains(&index));
                if is_left_out { String::new() } else { placement::shortened(&point.text) }
            };
            points.iter().enumerate().map(text).collect::<Vec<_>>()
        })
    });
    let positions = Memo::new(move |_| {
        let raw: Vec<[f32; 2]> =
            points.with(|points| points.iter().map(|point| point.position).collect());
        placement::fit(&raw, width.get(), height.get())
    });
    let labels = Memo::new(move |_| {
        placement::labels(&positions.get(), &texts.get(), width.get(), height.get())
    });
    let line = move || {
        let (marked, positions) = (marked.get(), positions.get());
        let (from, to) = (positions.get(*marked.first()?)?, positions.get(*marked.get(1)?)?);
        Some(view! { <line x1=from.0 y1=from.1 x2=to.0 y2=to.1 class="scatter-line"></line> })
    };
    let point = move |key: u32| {
        let index = Memo::new(move |_| {
            points.with(|points| points.iter().position(|point| point.key == key))
        });
        let at =
            move || index.get().and_then(|index| positions.with(|all| all.get(index).copied()));
        let transform = move || {
            let (x, y) = at().unwrap_or_default();
            format!("translate({x:.1}px, {y:.1}px)")
        };
        let number = move || {
            let index = index.get()?;
            points.with(|points| points.get(index).map(|point| point.number))
        };
        let is_marked = move || index.get().is_some_and(|index| marked.get().contains(&index));
        let words = move || {
            let index = index.get()?;
            let label = labels.with(|labels| labels.get(index).copied().flatten())?;
            let text = texts.with(|texts| texts.get(index).cloned())?;
            Some(
                view! { <text x=label.x y=label.y text-anchor=label.anchor class="scatter-text">{text}</text> },
            )
        };
        view! {
            <g
                class="scatter-point"
                class:scatter-marked=is_marked
                style:transform=transform
                on:mouseenter=move |_| on_point.run(index.get_untracked())
                on:mouseleave=move |_| on_point.run(None)
            >
                <circle r=RADIUS></circle>
                <text class="scatter-number" text-anchor="middle">{number}</text>
                {words}
            </g>
        }
    };
    view! {
        <div class="scatter" node_ref=frame>
            <svg
                role="img"
                aria-label=label
                width=move || width.get()
                height=move || height.get()
                viewBox=move || format!("0 0 {} {}", width.get(), height.get())
            >
                {line}
                <For
                    each=move || points.with(|points| points.iter().map(|point| point.key).collect::<Vec<_>>())
                    key=|key| *key
                    children=point
                />
            </svg>
        </div>
    }
}
