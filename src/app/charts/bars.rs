//! Horizontal bars: shares of one whole.

use leptos::prelude::*;

use crate::app::language::{numbers::percent, t};
use crate::view_model::charts::Bar;

/// A list of bars. A screen reader hears each name with its percentage.
#[component]
pub fn Bars(
    #[prop(into)] bars: Signal<Vec<Bar>>,
    /// The marked bar's role, for a screen reader.
    #[prop(default = t!(common.chosen))]
    mark: &'static str,
    /// Makes each bar clickable, its name a button; called with the index in the list.
    #[prop(optional)]
    on_pick: Option<Callback<usize>>,
    /// Whether a bar can be picked.
    #[prop(default = |_| true)]
    is_pickable: fn(&Bar) -> bool,
) -> impl IntoView {
    let row = move |(index, bar): (usize, Bar)| {
        let is_disabled = !is_pickable(&bar);
        let name = view! {
            {bar.has_space.then(|| view! { <span class="invisible" aria-hidden="true">"␣"</span> })}
            {bar.name}
        };
        let name = match on_pick {
            Some(on_pick) => view! {
                <button type="button" class="bar-name" disabled=is_disabled on:click=move |_| on_pick.run(index)>
                    {name}
                </button>
            }
            .into_any(),
            None => view! { <span class="bar-name">{name}</span> }.into_any(),
        };
        view! {
            <li class="bar" class:bar-chosen=bar.is_chosen class:bar-rest=bar.is_rest>
                {name}
                " "
                <span class="bar-track" aria-hidden="true">
                    <span style:width=format!("{:.2}%", bar.share * 100.0)></span>
                </span>
                <span class="bar-value">{percent(bar.share.into(), 1)}</span>
                {bar.is_chosen.then(|| view! { <span class="hidden">" "{mark}</span> })}
            </li>
        }
    };
    view! { <ul class="bars">{move || bars.get().into_iter().enumerate().map(row).collect_view()}</ul> }
}
