//! A flat map: points that lie near each other where what they stand for is alike.

use leptos::{html, prelude::*};

use super::size::observed_width;
use crate::view_model::charts::placing::{self, RADIUS};

/// Of more points than this, only the marked ones have room for words.
const CROWD: usize = 20;
/// Height to width, within limits.
const PROPORTION: f64 = 0.72;
const LOWEST: f64 = 230.0;
const HIGHEST: f64 = 460.0;

/// A point of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// What stays the same while the point moves.
    pub key: u32,
    /// Written in it.
    pub number: usize,
    /// Written beside it, where there is room.
    pub text: String,
    pub place: [f32; 2],
}

/// The map. Points glide to their new places; those in `marked` stand out, two of them joined by a line.
#[component]
pub fn Scatter(
    #[prop(into)] points: Signal<Vec<Point>>,
    /// Places in the list of points.
    #[prop(into)]
    marked: Signal<Vec<usize>>,
    label: &'static str,
    /// The point under the pointer.
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
                if is_left_out { String::new() } else { placing::shortened(&point.text) }
            };
            points.iter().enumerate().map(text).collect::<Vec<_>>()
        })
    });
    let places = Memo::new(move |_| {
        let raw: Vec<[f32; 2]> =
            points.with(|points| points.iter().map(|point| point.place).collect());
        placing::fit(&raw, width.get(), height.get())
    });
    let labels =
        Memo::new(move |_| placing::labels(&places.get(), &texts.get(), width.get(), height.get()));
    let line = move || {
        let (marked, places) = (marked.get(), places.get());
        let (from, to) = (places.get(*marked.first()?)?, places.get(*marked.get(1)?)?);
        Some(view! { <line x1=from.0 y1=from.1 x2=to.0 y2=to.1 class="scatter-line"></line> })
    };
    let point = move |key: u32| {
        let index = Memo::new(move |_| {
            points.with(|points| points.iter().position(|point| point.key == key))
        });
        let at = move || index.get().and_then(|index| places.with(|all| all.get(index).copied()));
        let place = move || {
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
                style:transform=place
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
