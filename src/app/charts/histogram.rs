//! Two histograms over one axis: before and after quantization.

use leptos::{html, prelude::*};

use super::size::observed_width;
use crate::quantization::Histogram;

const HEIGHT: f64 = 230.0;
const BOTTOM: f64 = 24.0;
const SIDE: f64 = 6.0;

/// The histograms: the first as an area, the second in front of it as bars. Each is scaled to its own largest count:
/// both have the same total, but the second has fewer distinct values.
#[component]
pub fn Histograms(
    #[prop(into)] pair: Signal<Option<(Histogram, Histogram)>>,
    label: &'static str,
    /// Format of the axis' ends.
    display: fn(f32) -> String,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = observed_width(frame);
    let plot_width = move || (width.get() - 2.0 * SIDE).max(1.0);
    let bars = move |histogram: &Histogram| {
        let largest = f64::from(histogram.counts.iter().copied().max().unwrap_or(0).max(1));
        let step = plot_width() / histogram.counts.len() as f64;
        let bar_box = |(bar, &count): (usize, &u32)| {
            let height = (HEIGHT - BOTTOM - 6.0) * f64::from(count) / largest;
            (SIDE + bar as f64 * step, step, height)
        };
        histogram.counts.iter().enumerate().map(bar_box).collect::<Vec<_>>()
    };
    let base = HEIGHT - BOTTOM;
    let area = move || {
        pair.with(|pair| {
            let (before, _) = pair.as_ref()?;
            let mut path = format!("M{SIDE:.1} {base:.1}");
            for (x, step, height) in bars(before) {
                path += &format!("V{:.1}H{:.1}", base - height, x + step);
            }
            path += &format!("V{base:.1}Z");
            Some(view! { <path class="histogram-before" d=path></path> })
        })
    };
    let left = move || {
        pair.with(|pair| {
            let (_, after) = pair.as_ref()?;
            let bar = |(x, step, height): (f64, f64, f64)| {
                (height > 0.0).then(|| {
                    // Narrower than its bin, and never too thin to be visible.
                    let shown = (step * 0.7).max(1.5);
                    let x = x + (step - shown) / 2.0;
                    let height = height.max(1.0);
                    view! { <rect class="histogram-after" x=x y=base - height width=shown height=height></rect> }
                })
            };
            Some(bars(after).into_iter().filter_map(bar).collect_view())
        })
    };
    let ends = move || {
        pair.with(|pair| {
            let (before, _) = pair.as_ref()?;
            let (minimum, maximum) = (before.minimum as f32, before.maximum as f32);
            let zero = SIDE + plot_width() * (-before.minimum / (before.maximum - before.minimum));
            let has_zero = zero > 90.0 && zero < plot_width() - 90.0;
            Some(view! {
                <text x=SIDE y=HEIGHT - 6.0>{display(minimum)}</text>
                <text x=SIDE + plot_width() y=HEIGHT - 6.0 text-anchor="end">{display(maximum)}</text>
                {has_zero.then(|| view! { <text x=zero y=HEIGHT - 6.0 text-anchor="middle">"0"</text> })}
            })
        })
    };
    view! {
        <div class="histograms" node_ref=frame>
            <svg role="img" aria-label=label width=move || width.get() height=HEIGHT>
                {area}
                {left}
                <line x1=SIDE x2=move || SIDE + plot_width() y1=base y2=base></line>
                {ends}
            </svg>
        </div>
    }
}
