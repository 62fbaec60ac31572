//! The live cells of the table.

use leptos::prelude::*;

use crate::app::charts::Bars;
use crate::app::components::{Mask, Recorded};
use crate::app::language::t;
use crate::app::model::{Model, Slots};
use crate::app::reading::{Decoder, Encoder, Sentence};
use crate::app::strings::compare as strings;
use crate::view_model::{Ranked, Segment, Slot, charts::Bar};
use crate::worker::protocol::Ability;

/// Number of candidates shown for each model.
const SHOWN: usize = 5;
/// Number of models offered where none can fill masks.
const OFFERED: usize = 2;

/// The context that a model attends to when it predicts the first gap.
#[component]
pub fn Context(sentence: Sentence, sees_after: bool) -> impl IntoView {
    let words = move || {
        let segments = sentence.segments();
        let gap = segments.iter().position(Segment::is_gap).unwrap_or(segments.len());
        let word = |(index, segment): (usize, Segment)| {
            let is_seen = index < gap || (sees_after && index > gap);
            if index == gap {
                view! { <span class="context-gap"><Mask sentence index/></span> }.into_any()
            } else if is_seen {
                // A second gap is masked for the encoder too.
                match sees_after && segment.is_gap() {
                    true => view! { <span class="context-seen"><Mask sentence index/></span> }
                        .into_any(),
                    false => view! { <span class="context-seen">{segment.text}</span> }.into_any(),
                }
            } else {
                let is_first = index == gap + 1;
                view! {
                    <span class="context-unseen">
                        {is_first.then(|| view! { <span class="hidden">{t!(compare.unseen)}</span> })}
                        {segment.text}
                    </span>
                }
                .into_any()
            }
        };
        segments.into_iter().enumerate().map(word).collect_view()
    };
    view! { <p class="context-words">{words}</p> }
}

/// The encoder's candidates for the first gap, or the ability it lacks.
#[component]
pub fn Fills(encoder: Encoder, sentence: Sentence, model: Model) -> impl IntoView {
    let lacks = Memo::new(move |_| {
        let loaded = model.loaded.get()?;
        (!model.can(Ability::FillMask)).then_some(loaded.info.name)
    });
    let bars = Memo::new(move |_| {
        encoder.reading.with(|reading| {
            let gap = reading.as_ref().and_then(|reading| reading.gaps.first());
            gap.map(|gap| {
                Ranked::of(&gap.candidates, gap.original.as_deref(), SHOWN)
                    .with_rest(t!(common.everything_else))
            })
            .unwrap_or_default()
        })
    });
    let empty = Signal::derive(move || match sentence.segments().iter().any(Segment::is_gap) {
        true => t!(compare.nothing_yet),
        false => t!(compare.nothing_hidden),
    });
    let masked = Slots::here().masked;
    let offers = move || {
        let offer = move |&id: &&'static str| {
            view! { <button type="button" on:click=move |_| masked.open_elsewhere(id)>{id}</button> }
        };
        Slot::Masked.suggestions().iter().take(OFFERED).map(offer).collect_view()
    };
    move || match lacks.get() {
        Some(name) => view! {
            <div class="cell-bars cell-lacks" role="status">
                <p>{t!(compare.no_head, name = &name)}</p>
                <p>{t!(compare.no_head_hint)}</p>
                <div class="suggestions">{offers()}</div>
            </div>
        }
        .into_any(),
        None => {
            let title = Signal::derive(|| t!(compare.fills).to_owned());
            let is_recorded = encoder.reader.question.is_recorded;
            view! { <Distribution title bars empty is_recorded/> }.into_any()
        }
    }
}

/// The decoder's candidates for the next token at the first gap or at the sentence's end.
#[component]
pub fn Follows(decoder: Decoder) -> impl IntoView {
    let bars = Memo::new(move |_| {
        decoder.next.with(|next| {
            next.as_ref()
                .map(|next| {
                    Ranked::of(&next.candidates, next.original.as_deref(), SHOWN)
                        .with_rest(t!(common.everything_else))
                })
                .unwrap_or_default()
        })
    });
    let title = Signal::derive(move || {
        decoder
            .next
            .with(|next| next.as_ref().map(|next| strings::after(&next.before)))
            .unwrap_or_default()
    });
    let empty = Signal::derive(|| t!(compare.nothing_yet));
    let is_recorded = decoder.reader.question.is_recorded;
    view! { <Distribution title bars empty is_recorded/> }
}

/// Bars under a title; their space is reserved while there are none.
#[component]
fn Distribution(
    title: Signal<String>,
    bars: Memo<Vec<Bar>>,
    empty: Signal<&'static str>,
    is_recorded: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <div class="cell-bars">
            <Recorded when=is_recorded/>
            <Show
                when=move || !bars.with(Vec::is_empty)
                fallback=move || view! { <p class="empty">{empty}</p> }
            >
                <h3>{title}</h3>
                <Bars bars mark=t!(common.hidden_word)/>
            </Show>
        </div>
    }
}
