//! For each gap of the sentence what the model would put there.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::app::charts::Bars;
use crate::app::reading::{Encoder, Gap, Ranked, Sentence};
use crate::app::strings::{common, mask as strings};

/// How many candidates are shown for each gap.
const SHOWN: usize = 8;

/// A list of candidates a gap; one that is pressed stands in the sentence.
#[component]
pub fn Fillings(encoder: Encoder, sentence: Sentence) -> impl IntoView {
    let gaps = Memo::new(move |_| {
        encoder.reading.with(|it| it.as_ref().map(|it| it.gaps.clone()).unwrap_or_default())
    });
    let has_gaps = move || sentence.pieces().iter().any(|piece| piece.is_gap());
    let empty = move || {
        let reason = match has_gaps() {
            true => strings::NOTHING_YET,
            false => strings::NOTHING_HIDDEN,
        };
        gaps.with(Vec::is_empty).then(|| view! { <p class="empty">{reason}</p> })
    };
    let announcement = move || {
        let best =
            |gap: &Gap| gap.candidates.first().map(|it| strings::best(&it.text, it.probability));
        gaps.with(|gaps| gaps.iter().filter_map(best).collect::<Vec<_>>().join(". "))
    };
    let cards = move || {
        let gaps = gaps.get();
        let is_one = gaps.len() == 1;
        let card = |(place, gap)| {
            let number = (!is_one).then_some(place + 1);
            view! { <Card gap number sentence/> }
        };
        gaps.into_iter().enumerate().map(card).collect_view()
    };
    view! {
        {empty}
        <div class="filling-cards">{cards}</div>
        <p class="hidden" aria-live="polite">{announcement}</p>
    }
}

/// One gap.
#[component]
fn Card(gap: Gap, number: Option<usize>, sentence: Sentence) -> impl IntoView {
    let ranked = Ranked::of(&gap.candidates, gap.original.as_deref(), SHOWN);
    let title = strings::gap(number, gap.original.as_deref());
    let note = gap.original.as_deref().and_then(|original| match ranked.rank {
        Some(rank) if rank > SHOWN => Some(strings::rank(original, rank)),
        Some(_) => None,
        None => Some(strings::not_among(original, gap.candidates.len())),
    });
    let bars = ranked.bars;
    let names: Vec<String> = bars.iter().map(|bar| bar.name.clone()).collect();
    let pick = move |place: usize| {
        let Some(name) = names.get(place) else { return };
        sentence.put(gap.piece, name);
        keep_focus(gap.piece);
    };
    view! {
        <section class="filling">
            <h3>{title}</h3>
            <Bars bars=Signal::stored(bars) mark=common::HIDDEN_WORD on_pick=Callback::new(pick)/>
            <p class="note">{note}</p>
        </section>
    }
}

/// The button that was pressed goes with its gap; who uses the keyboard goes on at the word that is there now.
fn keep_focus(piece: usize) {
    request_animation_frame(move || {
        let word = document().query_selector(&format!("[data-piece='{piece}']")).ok().flatten();
        if let Some(word) = word.and_then(|word| word.dyn_into::<HtmlElement>().ok()) {
            // A word that is gone again keeps no focus.
            let _ = word.focus();
        }
    });
}
