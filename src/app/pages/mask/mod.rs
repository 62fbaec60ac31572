//! Masked language modelling: words are hidden, and BERT predicts them.

mod fillings;
mod triangle;

use leptos::prelude::*;
use serde_json::{Value, json};

use crate::app::address::sharing;
use crate::app::components::{Attention, Busy, GapText, Recorded, Stat, Stats};
use crate::app::language::{numbers, t};
use crate::app::model::{CutShort, EnglishOnly, Header, NoModel, Slots};
use crate::app::reading::{Encoder, Gap, Head, Reading, Sentence};
use crate::app::strings::examples;
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::{Ability, Candidate, ModelInfo};

use fillings::Fillings;
use triangle::Triangle;

/// The demo, which owns all state of the page.
#[component]
pub fn Mask() -> impl IntoView {
    let need = Need { slot: Slot::Masked, ability: Ability::FillMask };
    let model = Slots::here().need(need);
    let sentence = Sentence::new("mask", examples::mask()[0].1);
    let head = Head::new();
    let encoder = Encoder::new(model, sentence, head);
    let info = model.info();
    let count = move |read: fn(&ModelInfo) -> usize| {
        Signal::derive(move || info.with(|info| info.as_ref().map_or(0, read)))
    };
    let chosen = Memo::new(move |_| info.with(|info| info.as_ref().map(|it| head.within(it))));
    // The token picked in the map; `None` for the first gap's.
    let picked = RwSignal::new(None::<usize>);
    Effect::new(move |_| {
        sentence.segments();
        picked.set(None);
    });
    let first_gap = move || {
        encoder.reading.with(|it| it.as_ref()?.gaps.first().map(|gap| gap.position)).unwrap_or(0)
    };
    let focus = Memo::new(move |_| Some(picked.get().unwrap_or_else(first_gap)));
    let cut = Signal::derive(move || encoder.reading.with(|it| it.as_ref().map_or(0, |it| it.cut)));
    let examples = examples::mask().map(|(name, (text, hidden))| {
        let fill = move |_| sentence.replace(text, hidden);
        view! { <button type="button" class="chip" on:click=fill>{name}</button> }
    });
    let is_recorded = encoder.reader.question.is_recorded;
    sharing::result(move || {
        let reading = encoder.reading.get().filter(|_| !is_recorded.get())?;
        Some(result(&reading))
    });
    view! {
        <Header demo=Demo::Mask needs=[need]/>
        <main class="page-mask">
            <NoModel need/>
            <section class="panel gap-sentence" aria-labelledby="sentence-title">
                <header>
                    <h2 id="sentence-title">{t!(mask.sentence)}</h2>
                    <div class="chips" role="group" aria-label=t!(common.examples)>{examples}</div>
                </header>
                <EnglishOnly need text=Signal::derive(move || sentence.text())/>
                <GapText sentence id="sentence"/>
                <CutShort model cut/>
            </section>
            <section class="panel fillings" aria-labelledby="fillings-title"
                aria-busy=move || encoder.reader.question.is_open.get().to_string()>
                <header>
                    <h2 id="fillings-title">{t!(mask.fillings)}</h2>
                    <p class="hint">{t!(mask.fillings_hint)}</p>
                    <Busy is_busy=encoder.reader.question.is_open
                        on_stop=Callback::new(move |()| encoder.reader.question.cancel())/>
                </header>
                <Recorded when=is_recorded/>
                <Fillings encoder sentence/>
            </section>
            <Attention
                title=t!(mask.attention)
                empty=t!(mask.attention_empty)
                map=encoder.reader.map
                layers=count(|info| info.layers)
                heads=count(|info| info.heads)
                layer=Signal::derive(move || chosen.get().map_or(0, |(layer, _)| layer))
                head=Signal::derive(move || chosen.get().map_or(0, |(_, head)| head))
                focus
                on_layer=Callback::new(move |layer| head.layer.set(layer))
                on_head=Callback::new(move |index| head.head.set(index))
                on_pick=Callback::new(move |token| picked.set(Some(token)))
            />
            <Triangle sentence head/>
            <section class="panel explained" aria-labelledby="training-title">
                <h2 id="training-title">{t!(mask.training)}</h2>
                <p>{t!(mask.training_text)}</p>
            </section>
            <Stats stats=Memo::new(move |_| stats(encoder, info.get()))/>
        </main>
    }
}

/// Returns the best words for every gap, for the host page.
fn result(reading: &Reading) -> Value {
    let word = |it: &Candidate| json!({ "text": it.text, "probability": it.probability });
    let gap = |gap: &Gap| gap.candidates.iter().map(word).collect::<Vec<_>>();
    json!({ "fillings": reading.gaps.iter().map(gap).collect::<Vec<_>>() })
}

/// Returns the strip of measurements.
fn stats(encoder: Encoder, info: Option<ModelInfo>) -> Vec<Stat> {
    let reading = encoder.reading.get();
    let stat = |name, value: Option<String>| Stat {
        name,
        value: value.unwrap_or_else(|| t!(common.unknown).into()),
    };
    vec![
        stat(t!(common.time), reading.as_ref().and_then(|it| it.seconds).map(numbers::duration)),
        stat(t!(common.tokens), reading.as_ref().map(|it| it.tokens.to_string())),
        stat(t!(common.computed_by), info.map(|info| info.device.name)),
    ]
}
