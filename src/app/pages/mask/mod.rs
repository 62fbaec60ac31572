//! Words are hidden, and BERT says what would stand there.

mod fillings;
mod puzzle;
mod triangle;
mod words;

use leptos::prelude::*;

use crate::app::components::Attention;
use crate::app::demo::Demo;
use crate::app::model::{EnglishOnly, Header, Need, NoModel, Slot, Slots};
use crate::app::strings::{common, mask as strings};
use crate::worker::protocol::{Ability, ModelInfo};

use fillings::Fillings;
use puzzle::Puzzle;
use triangle::Triangle;
use words::Piece;

/// The demo. It owns all state of the page; what it shows is made of components.
#[component]
pub fn Mask() -> impl IntoView {
    let need = Need { slot: Slot::Masked, ability: Ability::FillMask };
    let model = Slots::here().need(need);
    let puzzle = Puzzle::new(model);
    let info = model.info();
    let is_comparing = RwSignal::new(false);
    let focus = RwSignal::new(None::<usize>);
    let count = move |read: fn(&ModelInfo) -> usize| {
        Signal::derive(move || info.with(|info| info.as_ref().map_or(0, read)))
    };
    view! {
        <Header demo=Demo::Mask needs=[need]/>
        <main class="page-mask">
            <NoModel need/>
            <Sentence puzzle/>
            <Fillings puzzle/>
            <Attention
                id="square"
                title=strings::SQUARE
                empty=strings::SQUARE_EMPTY
                map=puzzle.map
                layers=count(|info| info.layers)
                heads=count(|info| info.heads)
                layer=puzzle.layer
                head=puzzle.head
                focus
                on_layer=Callback::new(move |layer| puzzle.layer.set(layer))
                on_head=Callback::new(move |head| puzzle.head.set(head))
                on_pick=Callback::new(move |row| focus.set(Some(row)))
            />
            {move || if is_comparing.get() {
                view! { <Triangle text=puzzle.text/> }.into_any()
            } else {
                let compare = move |_| is_comparing.set(true);
                view! {
                    <section class="panel compare-offer">
                        <p>{strings::TRIANGLE_OFFER}</p>
                        <button type="button" on:click=compare>{strings::COMPARE}</button>
                    </section>
                }.into_any()
            }}
        </main>
    }
}

/// The sentence: its words are buttons that hide them, and below it can be edited.
#[component]
fn Sentence(puzzle: Puzzle) -> impl IntoView {
    let examples = strings::EXAMPLES.map(|(text, masked)| {
        let start = move |_| puzzle.start(text, masked);
        view! { <button type="button" class="chip" on:click=start>{strings::short(text)}</button> }
    });
    let piece = move |piece: Piece| match piece {
        Piece::Between(between) => view! { <span>{between}</span> }.into_any(),
        Piece::Written(_) => {
            view! { <span class="word word-hidden">{strings::MASK}</span> }.into_any()
        }
        Piece::Word(number, word) => {
            let is_hidden = move || puzzle.masked.with(|masked| masked.contains(&number));
            let label = word.clone();
            let toggle = move |_| puzzle.toggle(number);
            view! {
                <button
                    type="button"
                    class="word"
                    class:word-hidden=is_hidden
                    aria-pressed=move || is_hidden().to_string()
                    aria-label=move || strings::word(&label, is_hidden())
                    on:click=toggle
                >
                    {move || if is_hidden() { strings::MASK.to_owned() } else { word.clone() }}
                </button>
            }
            .into_any()
        }
    };
    // Only the text makes the words anew: a word that is hidden must keep the focus.
    let pieces = Memo::new(move |_| puzzle.pieces());
    view! {
        <section class="panel puzzle" aria-labelledby="puzzle-title">
            <header>
                <h2 id="puzzle-title">{strings::SENTENCE}</h2>
                <div class="chips" role="group" aria-label=common::EXAMPLES>{examples}</div>
            </header>
            <EnglishOnly model=puzzle.model text=puzzle.text/>
            <p class="words">{move || pieces.get().into_iter().map(piece).collect_view()}</p>
            <p class="hint">{strings::WORDS_HINT}</p>
            <div class="field">
                <label for="mask-text">{strings::EDIT}</label>
                <textarea id="mask-text" rows="2" bind:value=puzzle.text></textarea>
            </div>
        </section>
    }
}
