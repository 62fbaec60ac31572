//! A copy: its weights, its text, and its next-token distribution.

use leptos::prelude::*;

use super::column::{CANDIDATES, Column, weights};
use super::copies::Copies;
use super::download::Download;
use crate::app::charts::Bars;
use crate::app::components::token_text;
use crate::app::components::{LoadStatus, Recorded, Select};
use crate::app::language::t;
use crate::app::model::facts;
use crate::app::strings::{model, squeezed as strings};
use crate::view_model::Ranked;

/// The panel of one copy.
#[component]
pub fn Card(copies: Copies, column: Column, index: usize) -> impl IntoView {
    let [first, ..] = copies.columns;
    let title = format!("copy-{index}");
    let heading = title.clone();
    let weights_of = move || column.model.weights();
    let chosen = Signal::derive(move || {
        let quantization = column.model.selection.with(|selection| selection.quantization);
        weights().iter().position(|it| *it == quantization).unwrap_or_default()
    });
    let picker = (index > 0).then(|| {
        let options: Vec<_> = weights().into_iter().map(model::quantization).collect();
        view! {
            <Select id=format!("copy-weights-{index}") label=t!(model.weights) options value=chosen
                on_change=Callback::new(move |index: usize| {
                    column.model.change(|it| it.quantization = weights()[index]);
                })/>
        }
    });
    // The first one's are over the page.
    let status = (index > 0).then(|| {
        let is_coming = move || {
            column.model.loaded.with(Option::is_none) || column.model.loading.with(Option::is_some)
        };
        view! {
            <div class="copy-status">
                <Show when=is_coming>
                    <LoadStatus
                        facts=Memo::new(move |_| facts(column.model))
                        on_cancel=Callback::new(move |()| column.model.cancel())
                        on_retry=Callback::new(move |()| column.model.retry())
                    />
                </Show>
            </div>
        }
    });
    let difference =
        Memo::new(move |_| (index > 0).then(|| column.first_difference(first)).flatten());
    let bars = Memo::new(move |_| {
        column.next.with(|next| {
            next.as_ref()
                .map(|next| {
                    Ranked::of(&next.candidates, None, CANDIDATES)
                        .with_rest(t!(common.everything_else))
                })
                .unwrap_or_default()
        })
    });
    let divergence = move || {
        let next = column.next.get()?;
        Some(match (index, next.divergence) {
            (0, _) => t!(squeezed.first).into(),
            (_, Some(divergence)) => strings::divergence(divergence),
            (_, None) => t!(squeezed.parted).into(),
        })
    };
    view! {
        <section class="panel copy" aria-labelledby=title>
            <header>
                <h2 id=heading>{weights_of}</h2>
                <Download copies column/>
            </header>
            <Recorded when=copies.is_recorded/>
            {picker}
            {status}
            <div class="copy-text" aria-busy=move || column.writing.is_open.get().to_string()>
                <Text copies column difference/>
            </div>
            <p class="note" role="status">{move || column.stats.get().map(|_| match difference.get() {
                Some(difference) => strings::parts_after(difference.saturating_sub(column.prompt.get())),
                None if index == 0 => String::new(),
                None => t!(squeezed.same_text).into(),
            })}</p>
            <div class="copy-next">
                <h3>{t!(squeezed.next)}</h3>
                <Show when=move || !bars.with(Vec::is_empty)
                    fallback=|| view! { <p class="empty">{t!(squeezed.next_empty)}</p> }>
                    <Bars bars/>
                </Show>
                <p class="copy-divergence">{divergence}</p>
            </div>
        </section>
    }
}

/// The text, with the generated tokens and the departure from the first copy's text marked.
#[component]
fn Text(copies: Copies, column: Column, difference: Memo<Option<usize>>) -> impl IntoView {
    let selector = Selector::new(move || copies.position.get());
    let words = move || {
        let (prompt, difference) = (column.prompt.get(), difference.get());
        let token = |(index, text): (usize, String)| {
            let is_selected = {
                let selector = selector.clone();
                Memo::new(move |_| selector.selected(&index))
            };
            let (is_new, is_parted) =
                (index >= prompt, difference.is_some_and(|difference| index >= difference));
            view! {
                <span
                    class="copy-token"
                    class:copy-new=is_new
                    class:copy-parted=is_parted
                    class:copy-parting={difference == Some(index)}
                    class:copy-place=is_selected
                    // The slider does the same for readers without a pointer.
                    on:click=move |_| copies.look_at(index.max(1))
                >
                    {token_text::running(&text)}
                </span>
            }
        };
        let texts: Vec<String> =
            column.tokens.with(|tokens| tokens.iter().map(|token| token.text.clone()).collect());
        match texts.is_empty() {
            true => view! { <span class="empty">{t!(squeezed.text_empty)}</span> }.into_any(),
            false => texts.into_iter().enumerate().map(token).collect_view().into_any(),
        }
    };
    view! { <p>{words}</p> }
}
