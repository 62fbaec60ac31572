//! One word in several sentences: the similarity of its vectors, layer by layer, and ELMo's mixture of the layers.

mod curves;
mod mixer;
mod study;

use leptos::prelude::*;

use crate::app::address::sharing;
use crate::app::components::{Rows, SentenceList, Stat, Stats};
use crate::app::language::{numbers, t};
use crate::app::model::{EnglishOnly, Header, NoModel, Slots};
use crate::app::strings::words as strings;
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::{Ability, ModelInfo};

use curves::Curves;
use mixer::Mixer;
use study::{MEANINGS, Study};

/// The demo, which owns all state of the page.
#[component]
pub fn Words() -> impl IntoView {
    let need = Need { slot: Slot::Sentences, ability: Ability::Embed };
    let model = Slots::here().need(need);
    let (word, sentences) = strings::examples()[0];
    let rows = Rows::new("words", sentences);
    let study = Study::new(model, sharing::draft("word", "word", word), rows);
    let info = model.info();
    let found = study.found();
    let cursor = RwSignal::new(None::<(usize, usize)>);
    let pointed = RwSignal::new(None::<u32>);
    let index_of = move |id: u32| {
        study.vectors.with(|it| it.as_ref()?.found.iter().position(|found| found.row == id))
    };
    let row_at =
        move |index: usize| study.vectors.with(|it| Some(it.as_ref()?.found.get(index)?.row));
    let row = Memo::new(move |_| pointed.get().and_then(index_of));
    let marked = Memo::new(move |_| match cursor.get() {
        Some((first, second)) => [first, second].into_iter().filter_map(row_at).collect(),
        None => pointed.get().into_iter().collect::<Vec<_>>(),
    });
    let meaning = Callback::new(move |id: u32| {
        let group = move || rows.group(id) % MEANINGS;
        let turn = move |_| rows.edit(id, |row| row.group = (row.group + 1) % MEANINGS);
        let button = view! {
            <button
                type="button"
                class="meaning"
                data-meaning=group
                title=t!(words.change_meaning)
                aria-label=move || strings::meaning(group())
                on:click=turn
            >
                {move || strings::MEANING_LETTERS[group()]}
            </button>
        };
        button.into_any()
    });
    let under = Callback::new(move |id: u32| {
        let line = move || {
            let segments = found.with(|all| {
                all.iter().find(|found| found.row == id).map(|found| found.segments.clone())
            });
            match segments {
                Some([before, word, after]) => {
                    view! { <p class="found">{before}<mark>{word}</mark>{after}</p> }.into_any()
                }
                None if rows.text(id).trim().is_empty() => ().into_any(),
                None => {
                    let word = study.word.get();
                    view! { <p class="cut" role="status">{t!(words.not_in, word = word.trim())}</p> }
                        .into_any()
                }
            }
        };
        line.into_any()
    });
    let examples = strings::examples().map(|(word, sentences)| {
        let fill = move |_| {
            study.word.set(word.into());
            rows.replace(sentences.iter().copied());
        };
        view! { <button type="button" class="chip" on:click=fill>{word}</button> }
    });
    view! {
        <Header demo=Demo::Words needs=[need]/>
        <main class="page-words">
            <NoModel need/>
            <Curves study pair=cursor/>
            <section class="panel typing" aria-labelledby="typing-title">
                <header>
                    <h2 id="typing-title">{t!(words.sentences)}</h2>
                    <div class="chips" role="group" aria-label=t!(common.examples)>{examples}</div>
                </header>
                <EnglishOnly need text=study.word/>
                <div class="field word-field">
                    <label for="word">{t!(words.word)}</label>
                    <input id="word" type="text" autocomplete="off" autocapitalize="off" bind:value=study.word/>
                    <p class="hint">{t!(words.meaning_hint)}</p>
                </div>
                <SentenceList rows marked before=meaning under
                    on_point=Callback::new(move |id| pointed.set(id))/>
            </section>
            <Mixer study row cursor on_pick=Callback::new(move |index| pointed.set(row_at(index)))/>
            <Stats stats=Memo::new(move |_| stats(study, info.get()))/>
        </main>
    }
}

/// Returns the strip of measurements.
fn stats(study: Study, info: Option<ModelInfo>) -> Vec<Stat> {
    let unknown = |value: Option<String>| value.unwrap_or_else(|| t!(common.unknown).into());
    let size = study.vectors.with(|it| {
        it.as_ref().map(|it| {
            t!(
                words.numbers,
                occurrences = it.found.len(),
                layers = it.layers.len(),
                size = it.size
            )
        })
    });
    vec![
        Stat { name: t!(words.time), value: unknown(study.seconds.get().map(numbers::duration)) },
        Stat { name: t!(words.vectors), value: unknown(size) },
        Stat { name: t!(common.computed_by), value: unknown(info.map(|info| info.device.name)) },
    ]
}
