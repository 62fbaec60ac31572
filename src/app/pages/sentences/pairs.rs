//! The nearest pairs as a list.

use std::sync::Arc;

use leptos::prelude::*;

use super::board::Compared;
use crate::app::language::{numbers::similarity, t};

/// Number of pairs listed.
const LISTED: usize = 5;

/// The list; pointing at a pair marks it everywhere.
#[component]
pub fn Pairs(
    #[prop(into)] compared: Signal<Option<Arc<Compared>>>,
    /// The pair under the pointer: indices in the list of items.
    cursor: RwSignal<Option<(usize, usize)>>,
) -> impl IntoView {
    let row = move |compared: &Compared, (first, second, cosine): (usize, usize, f32)| {
        let (a, b) = (&compared.items[first], &compared.items[second]);
        let point = move |_| cursor.set(Some((second, first)));
        let is_pointed =
            move || cursor.get().is_some_and(|(a, b)| (a.max(b), a.min(b)) == (second, first));
        view! {
            <li
                class="pair"
                class:pair-marked=is_pointed
                tabindex="0"
                on:mouseenter=point
                on:mouseleave=move |_| cursor.set(None)
                on:focus=move |_| cursor.set(Some((second, first)))
                on:blur=move |_| cursor.set(None)
            >
                <span class="pair-numbers" aria-hidden="true">
                    <b>{a.number}</b>
                    <b>{b.number}</b>
                </span>
                <span class="pair-texts">
                    <span>{a.text.clone()}</span>
                    <span>{b.text.clone()}</span>
                </span>
                " "
                <span class="pair-value">
                    {similarity(cosine)}
                    <span class="bar-track" aria-hidden="true">
                        <span style:width=format!("{:.1}%", cosine.clamp(0.0, 1.0) * 100.0)></span>
                    </span>
                </span>
            </li>
        }
    };
    let rows = move || {
        let compared = compared.get()?;
        let listed = compared.pairs.iter().take(LISTED);
        Some(listed.map(|pair| row(&compared, *pair)).collect_view())
    };
    let is_empty = move || compared.with(|it| it.as_ref().is_none_or(|it| it.pairs.is_empty()));
    view! {
        <section class="panel pairs" aria-labelledby="pairs-title">
            <header><h2 id="pairs-title">{t!(sentences.nearest)}</h2></header>
            <ol>{rows}</ol>
            <Show when=is_empty><p class="empty">{t!(sentences.two_needed)}</p></Show>
        </section>
    }
}
