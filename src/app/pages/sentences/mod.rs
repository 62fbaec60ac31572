//! Sentence embeddings: sentences become vectors during typing, shown as a heat map of all pairs, the nearest pairs,
//! and a scatter plot.

mod board;
mod layers;
mod pairs;

use leptos::prelude::*;

use crate::app::charts::Scatter;
use crate::app::components::{Recorded, Rows, Select, SentenceList, Similarity, Stat, Stats};
use crate::app::language::{numbers, t};
use crate::app::model::{EnglishOnly, Header, Model, NoModel, Slots};
use crate::app::strings::{common, sentences as strings};
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::{Ability, ModelInfo, Pooling, PoolingMode};

use board::Board;
use pairs::Pairs;

/// Pooling modes that every model offers, the most usual first.
const POOLINGS: [PoolingMode; 6] = [
    PoolingMode::Mean,
    PoolingMode::Cls,
    PoolingMode::Max,
    PoolingMode::MeanSqrtLength,
    PoolingMode::WeightedMean,
    PoolingMode::LastToken,
];

/// The demo, which owns all state of the page.
#[component]
pub fn Sentences() -> impl IntoView {
    let need = Need { slot: Slot::Sentences, ability: Ability::Embed };
    let model = Slots::here().need(need);
    let first: Vec<_> = strings::examples()[0].1.iter().map(|text| (*text, 0)).collect();
    let rows = Rows::new("sentences", &first);
    let board = Board::new(model, rows);
    let info = model.info();
    let compared = board.compared;
    // The pair under the pointer, as indices in the list of items, and the row under it.
    let cursor = RwSignal::new(None::<(usize, usize)>);
    let pointed = RwSignal::new(None::<u32>);
    let index_of =
        move |id: u32| compared.with(|it| it.as_ref()?.items.iter().position(|item| item.id == id));
    let id_at = move |index: usize| compared.with(|it| Some(it.as_ref()?.items.get(index)?.id));
    let row = Memo::new(move |_| pointed.get().and_then(index_of));
    let marked = Memo::new(move |_| match cursor.get() {
        Some((first, second)) if first == second => vec![first],
        Some((first, second)) => vec![first, second],
        None => row.get().into_iter().collect(),
    });
    let marked_rows =
        Memo::new(move |_| marked.get().into_iter().filter_map(id_at).collect::<Vec<_>>());
    let cut_note = Callback::new(move |id: u32| {
        let limit = move || info.with(|info| info.as_ref().map_or(0, |info| info.context));
        let cut = move || compared.with(|it| it.as_ref()?.cut.get(&id).copied());
        let note = move || {
            cut().map(|cut| view! { <p class="cut" role="status">{common::cut(cut, limit())}</p> })
        };
        note.into_any()
    });
    let texts = Signal::derive(move || {
        let items = compared.with(|it| it.as_ref().map(|it| it.items.clone()));
        items.into_iter().flatten().map(|item| item.text).collect::<Vec<_>>()
    });
    let examples = strings::examples().map(|(name, texts)| {
        let fill = move |_| rows.replace(texts.iter().map(|text| (*text, 0)));
        view! { <button type="button" class="chip" on:click=fill>{name}</button> }
    });
    let is_busy = board.question.is_open;
    view! {
        <Header demo=Demo::Sentences needs=[need]/>
        <main class="page-sentences">
            <NoModel need/>
            <section class="panel typing" aria-labelledby="typing-title">
                <header>
                    <h2 id="typing-title">{t!(sentences.sentences)}</h2>
                    <div class="chips" role="group" aria-label=t!(common.examples)>{examples}</div>
                </header>
                <EnglishOnly need text=Signal::derive(move || {
                    rows.get().into_iter().map(|row| row.text).collect::<String>()
                })/>
                <SentenceList rows marked=marked_rows under=cut_note
                    on_point=Callback::new(move |id| pointed.set(id))/>
                <Options model board/>
            </section>
            <section class="panel flat" aria-labelledby="flat-title" aria-busy=move || is_busy.get().to_string()>
                <header>
                    <h2 id="flat-title">{t!(sentences.flat_map)}</h2>
                    <p class="hint">{t!(sentences.flat_map_hint)}</p>
                </header>
                <Recorded when=board.question.is_recorded/>
                <Scatter
                    points=Signal::derive(move || compared.with(|it| it.as_ref().map(|it| it.points.clone()).unwrap_or_default()))
                    marked
                    label=t!(sentences.flat_map_label)
                    on_point=Callback::new(move |index: Option<usize>| pointed.set(index.and_then(id_at)))
                />
            </section>
            <section class="panel matrix" aria-labelledby="matrix-title">
                <header>
                    <h2 id="matrix-title">{t!(sentences.matrix)}</h2>
                    <p class="hint">{t!(sentences.matrix_hint)}</p>
                </header>
                <Similarity
                    map=Signal::derive(move || compared.with(|it| it.as_ref().map(|it| it.map.clone())))
                    texts
                    row
                    cursor
                    label=t!(sentences.matrix_label)
                    on_pick=Callback::new(move |index| pointed.set(id_at(index)))
                />
            </section>
            <Pairs compared cursor/>
            <Stats stats=Memo::new(move |_| stats(board, info.get()))/>
        </main>
    }
}

/// Controls of the pooling.
#[component]
fn Options(model: Model, board: Board) -> impl IntoView {
    let info = model.info();
    let chosen = Memo::new(move |_| {
        let trained = info.with(|info| info.as_ref().map(|info| info.pooling.clone()));
        (board.pooling.get().or(trained.clone()).unwrap_or_default(), trained)
    });
    // A model may have been trained with several modes at once, and an address may request them.
    let poolings = Memo::new(move |_| {
        let (chosen, trained) = chosen.get();
        let mut all: Vec<Pooling> = POOLINGS.map(Pooling::from).into();
        for one in trained.into_iter().chain([chosen]) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
        all
    });
    let pooling = Signal::derive(move || {
        let (chosen, _) = chosen.get();
        poolings.with(|all| all.iter().position(|pooling| *pooling == chosen)).unwrap_or_default()
    });
    let choices = Memo::new(move |_| {
        layers::choices(info.with(|info| info.as_ref().map_or(0, |info| info.layers)))
    });
    let layer = Signal::derive(move || {
        let chosen = board.layers.get();
        choices.with(|all| all.iter().position(|(_, it)| *it == chosen)).unwrap_or_default()
    });
    let progress = move || match board.progress.get() {
        Some((done, total)) => t!(sentences.progress, done = done, total = total),
        None => String::new(),
    };
    view! {
        <div class="options">
            <Select id="pooling" label=t!(sentences.pooling_label) value=pooling
                options=Signal::derive(move || poolings.with(|all| all.iter().map(strings::pooling).collect()))
                on_change=Callback::new(move |index: usize| {
                    if let Some(chosen) = poolings.with_untracked(|all| all.get(index).cloned()) {
                        board.pooling.set(Some(chosen));
                    }
                })/>
            <Select id="layers" label=t!(common.layer_label) value=layer
                options=Signal::derive(move || choices.with(|all| all.iter().map(|(name, _)| name.clone()).collect()))
                on_change=Callback::new(move |index: usize| {
                    if let Some((_, chosen)) = choices.with_untracked(|all| all.get(index).cloned()) {
                        board.layers.set(chosen);
                    }
                })/>
            <p class="note" aria-live="polite">{progress}</p>
        </div>
    }
}

/// Returns the strip of measurements.
fn stats(board: Board, info: Option<ModelInfo>) -> Vec<Stat> {
    let timing = board.timing.get();
    let stat = |name, value: Option<String>| Stat {
        name,
        value: value.unwrap_or_else(|| t!(common.unknown).into()),
    };
    let per_second = timing.filter(|it| it.seconds > 0.0).map(|it| it.texts as f64 / it.seconds);
    vec![
        stat(
            t!(sentences.time),
            timing.map(|it| {
                t!(sentences.in_time, count = it.texts, time = &numbers::duration(it.seconds))
            }),
        ),
        stat(t!(sentences.speed), per_second.map(strings::per_second)),
        stat(t!(sentences.tokens), board.tokens().map(|tokens| tokens.to_string())),
        stat(
            t!(sentences.size),
            board.compared.with(|it| it.as_ref().map(|it| t!(sentences.numbers, count = it.size))),
        ),
        stat(t!(common.computed_by), info.map(|info| info.device.name)),
    ]
}
