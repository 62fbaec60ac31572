//! A whole model in fewer bits: three copies side by side, their texts, and their losses.

mod card;
mod column;
mod copies;
mod download;
mod figures;
mod scoring;
mod switches;

use leptos::prelude::*;

use crate::app::address::sharing::{self, runnable};
use crate::app::components::{Seed, Slider};
use crate::app::language::{numbers::decimal, t};
use crate::app::model::{Header, Slots};
use crate::app::strings::{generate, squeezed as strings};
use crate::view_model::{Demo, Need, Slot, token_label};
use crate::worker::protocol::{Ability, GenerateOptions};

use card::Card;
use copies::Copies;
use figures::Figures;
use scoring::Scoring;
use switches::Switches;

/// Number of new tokens, short enough for three columns.
const NEW_TOKENS: usize = 40;
/// Maximum number of tokens generated here.
const MOST_TOKENS: f64 = 120.0;
/// The same seed for all copies, and every time.
const SEED: u32 = 7;

/// The demo, which owns all state of the page.
#[component]
pub fn Squeezed() -> impl IntoView {
    let need = Need { slot: Slot::Decoder, ability: Ability::Generate };
    let copies = Copies::new(Slots::here().need(need));
    let cards = copies
        .columns
        .into_iter()
        .enumerate()
        .map(|(index, column)| view! { <Card copies column index/> })
        .collect_view();
    view! {
        <Header demo=Demo::Squeezed needs=[need]/>
        <main class="page-squeezed">
            <Ask copies/>
            <div class="copies">{cards}</div>
            <Figures copies/>
            <Scoring copies/>
            <Switches copies/>
        </main>
    }
}

/// The prompt for all copies.
#[component]
fn Ask(copies: Copies) -> impl IntoView {
    let prompt = sharing::draft("squeezed", "prompt", generate::prompts()[0]);
    let first = GenerateOptions {
        seed: Some(SEED),
        max_new_tokens: NEW_TOKENS,
        ..GenerateOptions::default()
    };
    let options = sharing::record(first, &["seed", "temperature", "maxNewTokens"]);
    let is_writing = copies.is_writing;
    let can_write = Memo::new(move |_| {
        let is_there = copies.columns.iter().all(|it| it.model.loaded.with(Option::is_some));
        is_there && !is_writing.get() && !prompt.with(String::is_empty)
    });
    let [first, ..] = copies.columns;
    let last = move || first.tokens.with(|tokens| tokens.len().saturating_sub(1).max(1) as f64);
    let token = move || {
        let position = copies.position.get();
        first.tokens.with(|tokens| {
            let token = tokens.get(position).filter(|_| position > 0)?;
            Some(strings::token(&token_label::label(&token.text), position))
        })
    };
    let write = move || copies.write(prompt.get_untracked(), options.get_untracked());
    let is_recorded = copies.is_recorded;
    let is_written =
        Signal::derive(move || first.stats.with(Option::is_some) && !is_recorded.get());
    Effect::new(move |_| {
        if copies.columns.iter().all(|it| it.model.has_recording()) {
            untrack(|| copies.replay(prompt.get(), options.get()));
        }
    });
    let stop = Callback::new(move |()| copies.stop_writing());
    // The arrival of another model would clear the texts.
    let is_settled = move || copies.columns.iter().all(|it| it.model.is_settled());
    let can_start = Memo::new(move |_| can_write.get() && is_settled());
    runnable(can_start, is_written, Callback::new(move |()| write()), stop);
    view! {
        <section class="panel squeezed-ask" aria-label=t!(generate.prompt)>
            <div class="field squeezed-prompt">
                <label for="prompt">{t!(generate.prompt)}</label>
                <input id="prompt" type="text" autocomplete="off" bind:value=prompt
                    on:keydown=move |event| {
                        if event.key() == "Enter" && can_write.get_untracked() {
                            write();
                        }
                    }/>
            </div>
            <Seed value=Signal::derive(move || options.with(|it| it.seed))
                on_change=Callback::new(move |seed| options.update(|it| it.seed = seed))/>
            <Slider id="temperature" label=t!(generate.temperature) max=2.0 step=0.05
                value=Signal::derive(move || options.with(|it| it.temperature.into()))
                on_change=Callback::new(move |value| options.update(|it| it.temperature = value as f32))
                display=|value| if value == 0.0 { t!(generate.greedy).into() } else { decimal(value, 2) }/>
            <Slider id="max-new-tokens" label=t!(generate.max_new_tokens) min=1.0 max=MOST_TOKENS step=1.0
                value=Signal::derive(move || options.with(|it| it.max_new_tokens as f64))
                on_change=Callback::new(move |value| options.update(|it| it.max_new_tokens = value as usize))
                display=|value| format!("{value:.0}")/>
            <div class="squeezed-buttons">
                <button type="button" class="primary" disabled=move || !can_write.get()
                    on:click=move |_| write()>
                    {t!(squeezed.write)}
                </button>
                <button type="button" disabled=move || !is_writing.get()
                    on:click=move |_| copies.stop_writing()>{t!(common.stop)}</button>
            </div>
            <div class="squeezed-place">
                <label for="place">{t!(squeezed.place)}</label>
                <input id="place" type="range" min="1" max=last step="1"
                    disabled=move || !is_written.get()
                    aria-valuetext=token
                    prop:value=move || copies.position.get().to_string()
                    on:input:target=move |event| {
                        copies.look_at(event.target().value_as_number() as usize);
                    }/>
                <output for="place">{move || token().unwrap_or_else(|| t!(squeezed.place_hint).into())}</output>
            </div>
        </section>
    }
}
