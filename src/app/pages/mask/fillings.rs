//! What the model would put behind each mask.

use leptos::prelude::*;

use super::puzzle::Puzzle;
use crate::app::numbers::percent;
use crate::app::strings::{common, mask as strings};
use crate::worker::protocol::{Candidate, Filling};

/// A list of candidates for each mask, as bars that are buttons: a click puts the word into the sentence.
#[component]
pub fn Fillings(puzzle: Puzzle) -> impl IntoView {
    let note = move || {
        puzzle.outcome.with(|outcome| match outcome {
            Some(outcome) if outcome.answers.is_empty() => strings::NOTHING_HIDDEN.to_owned(),
            Some(outcome) if outcome.cut > 0 => strings::cut(outcome.cut),
            Some(_) => String::new(),
            None => strings::FILLINGS_EMPTY.to_owned(),
        })
    };
    let lists = move || {
        let outcome = puzzle.outcome.get()?;
        let lists = outcome.fillings.into_iter().zip(outcome.answers).enumerate();
        Some(
            lists
                .map(|(place, (filling, answer))| list(puzzle, place, filling, answer))
                .collect_view(),
        )
    };
    view! {
        <section class="panel fillings" aria-labelledby="fillings-title"
            aria-busy=move || puzzle.is_asking().to_string()>
            <header>
                <h2 id="fillings-title">{strings::FILLINGS}</h2>
                <p class="hint">{strings::FILLINGS_HINT}</p>
            </header>
            <div class="filling-lists">{lists}</div>
            <p class="note" role="status">{note}</p>
        </section>
    }
}

fn list(puzzle: Puzzle, place: usize, filling: Filling, answer: Option<String>) -> impl IntoView {
    let title = strings::behind_mask(place + 1, answer.as_deref());
    let is_answer = move |candidate: &Candidate| {
        answer.as_ref().is_some_and(|answer| answer.to_lowercase() == candidate.text.to_lowercase())
    };
    let row = |candidate: Candidate| {
        let is_chosen = is_answer(&candidate);
        let share = candidate.probability;
        let word = candidate.text.clone();
        // A piece that goes on with a word cannot stand alone.
        let is_piece = word.starts_with("##");
        let put = move |_| puzzle.fill(place, &word);
        view! {
            <li class="bar" class:bar-chosen=is_chosen>
                <button type="button" class="bar-name" disabled=is_piece title=strings::PUT_IN on:click=put>
                    {candidate.text}
                </button>
                <span class="bar-track" aria-hidden="true">
                    <span style:width=format!("{:.2}%", share * 100.0)></span>
                </span>
                <span class="bar-value">{percent(share.into(), 1)}</span>
                {is_chosen.then(|| view! { <span class="hidden">" "{strings::WAS_THERE}</span> })}
            </li>
        }
    };
    let label = title.clone();
    let rows = filling.candidates.into_iter().map(row).collect_view();
    view! {
        <section class="filling" aria-label=label>
            <h3>{title}</h3>
            <ul class="bars" aria-label=common::CANDIDATES_OF_MASK>{rows}</ul>
        </section>
    }
}
