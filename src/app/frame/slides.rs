//! "For your slides": snippets that embed the current state of the demo in a deck.

use leptos::{html, prelude::*};

use super::link::copied;
use crate::app::address::sharing::Sharing;
use crate::app::browser::query::pairs;
use crate::app::components::{Icon, Select};
use crate::app::language::t;
use crate::app::strings::slides as strings;
use crate::view_model::{Deck, snippet};

/// The button, and the dialog that it opens.
#[component]
pub fn ForSlides() -> impl IntoView {
    let sharing = Sharing::here();
    let dialog = NodeRef::<html::Dialog>::new();
    let deck = RwSignal::new(0usize);
    let link = RwSignal::new(String::new());
    let is_copied = RwSignal::new(false);
    let open = move |_| {
        link.set(sharing.link());
        is_copied.set(false);
        if let Some(dialog) = dialog.get_untracked() {
            let _ = dialog.show_modal();
        }
    };
    let snippet = Memo::new(move |_| link.with(|link| snippet(Deck::ALL[deck.get()], link, pairs)));
    let copy = move |_| {
        let text = snippet.get_untracked();
        leptos::task::spawn_local(async move {
            let done = copied(&text).await;
            is_copied.try_set(done);
        });
    };
    view! {
        <button type="button" title=t!(slides.for_slides) aria-label=t!(slides.for_slides) on:click=open>
            <Icon name="slides"/>
        </button>
        <dialog class="slides" node_ref=dialog aria-labelledby="slides-title">
            <h2 id="slides-title">{t!(slides.for_slides)}</h2>
            <Select id="slides-deck" label=t!(slides.deck) value=deck
                options=strings::decks().map(str::to_owned).to_vec()
                on_change=Callback::new(move |index| {
                    deck.set(index);
                    is_copied.set(false);
                })/>
            <textarea readonly rows="7" spellcheck="false" aria-label=t!(slides.snippet) prop:value=snippet
                on:focus:target=|event| event.target().select()></textarea>
            <p class="hint">{move || strings::hint(matches!(Deck::ALL[deck.get()], Deck::Link))}</p>
            <div class="slides-buttons">
                <button type="button" class="primary" on:click=copy>{t!(slides.copy)}</button>
                <span role="status">{move || is_copied.get().then(|| t!(slides.copied))}</span>
                <form method="dialog"><button type="submit">{t!(model.close)}</button></form>
            </div>
        </dialog>
    }
}
