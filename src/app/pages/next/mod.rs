//! Next sentence prediction: two sentences, and the probability that the second follows the first.

mod pair;
mod tokens;
mod verdict;

use leptos::prelude::*;
use serde_json::json;

use crate::app::address::sharing;
use crate::app::components::{Busy, Stat, Stats};
use crate::app::language::{numbers, t};
use crate::app::model::{CutShort, EnglishOnly, Header, NoModel, Slots};
use crate::app::strings::next as strings;
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::{Ability, ModelInfo};

use pair::Pair;
use tokens::PairTokens;
use verdict::Verdict;

/// The demo, which owns all state of the page.
#[component]
pub fn Next() -> impl IntoView {
    let need = Need { slot: Slot::Masked, ability: Ability::NextSentence };
    let model = Slots::here().need(need);
    let pair = Pair::new(model);
    let info = model.info();
    let examples = strings::examples().map(|example| {
        let fill = move |_| {
            pair.first.set(example.first.into());
            pair.second.set(example.second.into());
        };
        view! {
            <button type="button" class="chip" data-follows=example.follows.to_string() on:click=fill>
                <b aria-hidden="true">{strings::mark(example.follows)}</b>
                <span class="hidden">{strings::marked(example.follows)}</span>
                " "
                {example.name}
            </button>
        }
    });
    let text =
        |id: &'static str, letter: &'static str, label: &'static str, text: RwSignal<String>| {
            view! {
                <div class="field pair-text" data-letter=letter>
                    <label for=id>{label}</label>
                    <textarea id=id rows="2" bind:value=text></textarea>
                </div>
            }
        };
    let cut = Signal::derive(move || pair.answer.with(|it| it.as_ref().map_or(0, |it| it.cut)));
    let is_recorded = pair.question.is_recorded;
    sharing::result(move || {
        let answer = pair.answer.get().filter(|_| !is_recorded.get())?;
        Some(json!({ "probability": answer.probability }))
    });
    view! {
        <Header demo=Demo::Next needs=[need]/>
        <main class="page-next">
            <NoModel need/>
            <Verdict
                probability=Signal::derive(move || pair.answer.with(|it| it.as_ref().map(|it| it.probability)))
                is_recorded
            />
            <section class="panel next-pair" aria-labelledby="pair-title">
                <header>
                    <h2 id="pair-title">{t!(next.pair)}</h2>
                <Busy is_busy=pair.question.is_open
                    on_stop=Callback::new(move |()| pair.question.cancel())/>
                    <div class="chips" role="group" aria-label=t!(common.examples)>{examples}</div>
                </header>
                <EnglishOnly need text=Signal::derive(move || pair.first.get() + &pair.second.get())/>
                <div class="pair-texts-row">
                    {text("first", "A", t!(next.first), pair.first)}
                    <button type="button" class="swap" aria-label=t!(next.swap_label) on:click=move |_| pair.swap()>
                        <span aria-hidden="true">"⇄"</span>
                        " "
                        {t!(next.swap)}
                    </button>
                    {text("second", "B", t!(next.second), pair.second)}
                </div>
                <CutShort model cut/>
            </section>
            <PairTokens
                tokens=Signal::derive(move || pair.answer.with(|it| it.as_ref().map(|it| it.tokens.clone()).unwrap_or_default()))
            />
            <section class="panel explained" aria-labelledby="explained-title">
                <h2 id="explained-title">{t!(next.explained)}</h2>
                <p>{t!(next.task)}</p>
                <p>{t!(next.weakness)}</p>
            </section>
            <Stats stats=Memo::new(move |_| stats(pair, info.get()))/>
        </main>
    }
}

/// Returns the strip of measurements.
fn stats(pair: Pair, info: Option<ModelInfo>) -> Vec<Stat> {
    let answer = pair.answer.get();
    let stat = |name, value: Option<String>| Stat {
        name,
        value: value.unwrap_or_else(|| t!(common.unknown).into()),
    };
    let logit = |index: usize| answer.as_ref().map(|it| strings::logit(it.logits[index]));
    vec![
        stat(t!(next.logit_follows), logit(0)),
        stat(t!(next.logit_does_not), logit(1)),
        stat(t!(common.time), answer.as_ref().and_then(|it| it.seconds).map(numbers::duration)),
        stat(t!(common.tokens), answer.as_ref().map(|it| it.tokens.len().to_string())),
        stat(t!(common.computed_by), info.map(|info| info.device.name)),
    ]
}
