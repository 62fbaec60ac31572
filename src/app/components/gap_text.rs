//! A sentence whose words are buttons: a click hides one, the next click shows it again.

use leptos::prelude::*;

use crate::app::language::t;
use crate::app::reading::Sentence;
use crate::app::strings::common as strings;
use crate::view_model::Piece;

/// The sentence, large, over the field in which it is written.
#[component]
pub fn GapText(
    sentence: Sentence,
    /// Of the field.
    id: &'static str,
) -> impl IntoView {
    let pieces = move || sentence.pieces().into_iter().enumerate();
    // A word that is hidden stays the same button: it keeps the focus.
    let key = |(index, piece): &(usize, Piece)| (*index, piece.text.clone());
    let piece = move |(index, piece): (usize, Piece)| {
        let is_hidden =
            Memo::new(move |_| sentence.piece(index).is_some_and(|piece| piece.is_hidden));
        let mask = move || view! { <Mask sentence index/> };
        if piece.is_word() {
            let word = piece.text.clone();
            let name = piece.text.clone();
            let content = move || match is_hidden.get() {
                true => mask().into_any(),
                false => word.clone().into_any(),
            };
            view! {
                <button
                    type="button"
                    class="gap-word"
                    data-piece=index
                    aria-pressed=move || is_hidden.get().to_string()
                    aria-label=move || strings::word(&name, is_hidden.get())
                    on:click=move |_| sentence.toggle(index)
                >
                    {content}
                </button>
            }
            .into_any()
        } else if piece.is_gap() {
            view! { <span class="gap-word gap-written">{mask()}</span> }.into_any()
        } else {
            view! { <span>{piece.text}</span> }.into_any()
        }
    };
    view! {
        <div class="gap-row">
            <p class="gap-text">
                <For each=pieces key children=piece/>
            </p>
            <p class="hint">{t!(common.words_hint)}</p>
        </div>
        <div class="field gap-field">
            <label for=id>{t!(common.write)}</label>
            <input
                id=id
                type="text"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || sentence.text()
                on:input:target=move |event| sentence.edit(&event.target().value())
            />
        </div>
    }
}

/// What stands in a gap: numbered where there are several.
#[component]
pub fn Mask(sentence: Sentence, index: usize) -> impl IntoView {
    let number = Memo::new(move |_| {
        sentence.gap(index).filter(|(_, count)| *count > 1).map(|(place, _)| place + 1)
    });
    view! {
        <span class="mask-sign">{t!(common.mask)}</span>
        {move || number.get().map(|number| view! { <sup>{number}</sup> })}
    }
}
