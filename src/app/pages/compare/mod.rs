//! The same sentence through an encoder and a decoder: the lecture's table, with live cells.

mod cells;
mod table;

use leptos::prelude::*;

use crate::app::components::{Busy, GapText};
use crate::app::language::t;
use crate::app::model::{CutShort, EnglishOnly, Header, Slots};
use crate::app::reading::{Decoder, Encoder, Head, Sentence};
use crate::app::strings::examples;
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::Ability;

use table::Table;

/// The decoder.
const DECODER: Need = Need { slot: Slot::Decoder, ability: Ability::Generate };
/// The encoder that fills masks.
const MASKED_ENCODER: Need = Need { slot: Slot::Masked, ability: Ability::FillMask };
/// The encoder used on a site without [`MASKED_ENCODER`]: without that head it still has attention to show.
const FALLBACK_ENCODER: Need = Need { slot: Slot::Sentences, ability: Ability::Embed };

/// The demo, which owns all state of the page.
#[component]
pub fn Compare() -> impl IntoView {
    let slots = Slots::here();
    let sentence = Sentence::new("compare", examples::compare()[0].1);
    let encoder_need = Memo::new(move |_| {
        let masked = slots.masked;
        let is_masked = masked.loaded.with(Option::is_some) || masked.loading.with(Option::is_some);
        let has_none =
            slots.catalogue.names(MASKED_ENCODER.ability).is_some_and(|names| names.is_empty());
        if has_none && !is_masked { FALLBACK_ENCODER } else { MASKED_ENCODER }
    });
    move || view! { <Both sentence encoder_need=encoder_need.get()/> }
}

/// The page, for one choice of encoder.
#[component]
fn Both(sentence: Sentence, encoder_need: Need) -> impl IntoView {
    let slots = Slots::here();
    let (encoder_model, decoder_model) = (slots.need(encoder_need), slots.need(DECODER));
    let head = Head::new();
    let encoder = Encoder::new(encoder_model, sentence, head);
    let decoder = Decoder::new(decoder_model, sentence, head);
    let cut = Signal::derive(move || encoder.reading.with(|it| it.as_ref().map_or(0, |it| it.cut)));
    let examples = examples::compare().map(|(name, (text, hidden))| {
        let fill = move |_| sentence.replace(text, hidden);
        view! { <button type="button" class="chip" on:click=fill>{name}</button> }
    });
    let is_busy = Memo::new(move |_| {
        encoder.reader.question.is_open.get() || decoder.reader.question.is_open.get()
    });
    view! {
        <Header demo=Demo::Compare needs=[DECODER, encoder_need]/>
        <main class="page-compare">
            <section class="panel gap-sentence" aria-labelledby="sentence-title">
                <header>
                    <h2 id="sentence-title">{t!(compare.sentence)}</h2>
                    <Busy is_busy on_stop=Callback::new(move |()| {
                        encoder.reader.question.cancel();
                        decoder.reader.question.cancel();
                    })/>
                    <div class="chips" role="group" aria-label=t!(common.examples)>{examples}</div>
                </header>
                <EnglishOnly need=encoder_need text=Signal::derive(move || sentence.text())/>
                <GapText sentence id="sentence"/>
                <CutShort model=encoder_model cut/>
            </section>
            <Table sentence encoder decoder encoder_model decoder_model head/>
        </main>
    }
}
