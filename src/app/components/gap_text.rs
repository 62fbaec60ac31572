//! A sentence whose words are buttons: a click hides one, the next click shows it again.

use leptos::prelude::*;

use crate::app::language::t;
use crate::app::reading::Sentence;
use crate::app::strings::common as strings;
use crate::view_model::Segment;

/// The sentence, large, above the field that edits it.
#[component]
pub fn GapText(
    sentence: Sentence,
    /// Id of the field.
    id: &'static str,
) -> impl IntoView {
    let segments = move || sentence.segments().into_iter().enumerate();
    // A word that is hidden stays the same button: it keeps the focus.
    let key = |(index, segment): &(usize, Segment)| (*index, segment.text.clone());
    let segment = move |(index, segment): (usize, Segment)| {
        let is_hidden =
            Memo::new(move |_| sentence.segment(index).is_some_and(|segment| segment.is_hidden));
        let mask = move || view! { <Mask sentence index/> };
        if segment.is_word() {
            let word = segment.text.clone();
            let name = segment.text.clone();
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
        } else if segment.is_gap() {
            view! { <span class="gap-word gap-written">{mask()}</span> }.into_any()
        } else {
            view! { <span>{segment.text}</span> }.into_any()
        }
    };
    view! {
        <div class="gap-row">
            <p class="gap-text">
                <For each=segments key children=segment/>
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

/// The content of a gap: its ordinal where there are several.
#[component]
pub fn Mask(sentence: Sentence, index: usize) -> impl IntoView {
    let ordinal = Memo::new(move |_| {
        sentence.gap(index).filter(|(_, count)| *count > 1).map(|(index, _)| index + 1)
    });
    view! {
        <span class="mask-sign">{t!(common.mask)}</span>
        {move || ordinal.get().map(|ordinal| view! { <sup>{ordinal}</sup> })}
    }
}
