//! The perplexity of each copy on a text: a given one, or the reader's own.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;

use super::copies::Copies;
use crate::app::address::sharing;
use crate::app::browser::fetching;
use crate::app::components::Select;
use crate::app::language::{self, t};
use crate::app::model::Slots;
use crate::app::strings::squeezed as strings;

/// The end of a story, as its file has it and as the models' token.
const END: [&str; 2] = ["\n<|endoftext|>\n", "<|endoftext|>"];
/// Length of the excerpt in characters.
const PAGE: usize = 4000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Page,
    All,
    Own,
}

const GIVEN: [Given; 3] = [Given::Page, Given::All, Given::Own];

/// The panel of perplexity.
#[component]
pub fn Scoring(copies: Copies) -> impl IntoView {
    let problem = Slots::here().problem;
    let given = RwSignal::new(Given::Page);
    let own = sharing::draft("squeezed-own", "own", "");
    let is_fetching = RwSignal::new(false);
    let is_there = move || copies.columns.iter().all(|it| it.model.loaded.with(Option::is_some));
    let can_measure = Memo::new(move |_| {
        let has_text = given.get() != Given::Own || !own.with(|own| own.trim().is_empty());
        is_there() && has_text && !is_fetching.get() && !copies.is_scoring.get()
    });
    let measure = move |_| match given.get_untracked() {
        Given::Own => copies.measure(own.get_untracked()),
        given => {
            is_fetching.set(true);
            spawn_local(async move {
                let stories = stories().await;
                // `None`: the page is gone.
                if is_fetching.try_set(false).is_some() {
                    return;
                }
                match stories {
                    Ok(stories) if given == Given::Page => {
                        copies.measure(stories.chars().take(PAGE).collect());
                    }
                    Ok(stories) => copies.measure(stories),
                    Err(_) => problem.set(Some(t!(squeezed.no_stories).into())),
                }
            });
        }
    };
    let progress = copies.columns.map(|column| {
        let is_open = column.scoring.is_open;
        let score = column.score;
        let name = move || column.model.weights();
        let share = move || score.get().map_or(0.0, |it| it.done as f64 / it.total.max(1) as f64);
        view! {
            <li class:scoring-now=is_open>
                <span>{name}</span>
                <progress max="1" prop:value=share aria-label=name></progress>
                <output>{move || score.get().map(|it| strings::scored(it.done, it.total, it.perplexity))}</output>
            </li>
        }
    });
    view! {
        <section class="panel squeezed-scoring" aria-labelledby="scoring-title">
            <header>
                <h2 id="scoring-title">{t!(squeezed.scoring)}</h2>
                <p class="hint">{t!(squeezed.scoring_hint)}</p>
            </header>
            <div class="options">
                <Select id="score-text" label=t!(squeezed.score_text)
                    options=strings::given().map(str::to_owned).to_vec()
                    value=Signal::derive(move || {
                        GIVEN.iter().position(|it| *it == given.get()).unwrap_or_default()
                    })
                    on_change=Callback::new(move |index: usize| given.set(GIVEN[index]))/>
                <button type="button" disabled=move || !can_measure.get() on:click=measure>
                    {t!(squeezed.measure)}
                </button>
                <button type="button" disabled=move || !copies.is_scoring.get()
                    on:click=move |_| copies.stop_scoring()>{t!(common.stop)}</button>
            </div>
            <Show when=move || given.get() == Given::Own>
                <textarea aria-label=t!(squeezed.own_text) placeholder=t!(squeezed.own_text) rows="4" bind:value=own></textarea>
            </Show>
            <ol class="scores">{progress}</ol>
        </section>
    }
}

/// Fetches the text in the page's language.
async fn stories() -> Result<String, JsValue> {
    let [english, russian] = fetching::STORIES;
    let text = fetching::text(language::pick(english, russian)).await?;
    Ok(text.replace(END[0], END[1]))
}
