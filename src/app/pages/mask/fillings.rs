//! The model's predictions for each gap of the sentence.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::app::charts::Bars;
use crate::app::language::t;
use crate::app::reading::{Encoder, Gap, Sentence};
use crate::app::strings::mask as strings;
use crate::view_model::Ranked;

/// Number of candidates shown for each gap.
const SHOWN: usize = 8;
/// WordPiece's prefix of a token that continues a word.
const CONTINUES: &str = "##";

/// A list of candidates for each gap; picking one puts it into the sentence.
#[component]
pub fn Fillings(encoder: Encoder, sentence: Sentence) -> impl IntoView {
    let gaps = Memo::new(move |_| {
        encoder.reading.with(|it| it.as_ref().map(|it| it.gaps.clone()).unwrap_or_default())
    });
    let has_gaps = move || sentence.segments().iter().any(|segment| segment.is_gap());
    let empty = move || {
        let reason = match has_gaps() {
            true => t!(mask.nothing_yet),
            false => t!(mask.nothing_hidden),
        };
        gaps.with(Vec::is_empty).then(|| view! { <p class="empty">{reason}</p> })
    };
    let announcement = move || {
        let best = |(index, gap): (usize, &Gap)| {
            let best = gap.candidates.first()?;
            Some(strings::best(index + 1, &best.text, best.probability))
        };
        gaps.with(|gaps| gaps.iter().enumerate().filter_map(best).collect::<Vec<_>>().join(". "))
    };
    let cards = move || {
        let card = |(index, gap)| view! { <Card gap number=index + 1 sentence/> };
        gaps.get().into_iter().enumerate().map(card).collect_view()
    };
    view! {
        {empty}
        <div class="filling-cards">{cards}</div>
        <p class="hidden" aria-live="polite">{announcement}</p>
    }
}

/// One gap.
#[component]
fn Card(gap: Gap, number: usize, sentence: Sentence) -> impl IntoView {
    let original = gap.original.as_deref();
    let title = strings::gap(number, original);
    let label = title.clone();
    let Ranked { bars, original: found } = Ranked::of(&gap.candidates, original, SHOWN);
    let note = original.and_then(|original| match found {
        Some((rank, share)) if rank > SHOWN => Some(strings::rank(original, rank, share)),
        Some(_) => None,
        None => Some(t!(mask.not_among, original = original, count = gap.candidates.len())),
    });
    let pick = move |index: usize| {
        if let Some(candidate) = gap.candidates.get(index) {
            sentence.put(gap.segment, &candidate.text);
            keep_focus(gap.segment);
        }
    };
    view! {
        <section class="filling" aria-label=label>
            <h3>{title}</h3>
            <Bars
                bars=Signal::stored(bars)
                mark=t!(common.hidden_word)
                on_pick=Callback::new(pick)
                // A subword that continues a word cannot stand alone.
                is_pickable=|bar| !bar.name.starts_with(CONTINUES)
            />
            <p class="note">{note}</p>
        </section>
    }
}

/// Moves the focus to the filled word: the pressed button disappears with its gap.
fn keep_focus(segment: usize) {
    request_animation_frame(move || {
        let word = document().query_selector(&format!("[data-piece='{segment}']")).ok().flatten();
        if let Some(word) = word.and_then(|word| word.dyn_into::<HtmlElement>().ok()) {
            // If the word is gone again, nothing is focused.
            let _ = word.focus();
        }
    });
}
