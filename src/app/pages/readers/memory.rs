//! What is left of a word further on: how much the vectors after it change when other words stand in its place. A reader
//! passes everything on from word to word and forgets; attention looks back at the word itself.

use std::time::Duration;

use leptos::prelude::*;

use crate::app::address::sharing;
use crate::app::charts::{Curves, Series};
use crate::app::components::Recorded;
use crate::app::language::t;
use crate::app::model::{Model, Question, when_exchanged, when_rested};
use crate::app::strings::readers as strings;
use crate::view_model::Span;
use crate::worker::protocol::{Event, Request};

/// Pause in typing after which the engines are asked.
const REST: Duration = Duration::from_millis(300);
/// Words that are named under the chart, about.
const NAMED: usize = 6;
/// Words next to the replaced one, and at the end, whose mean the sentence below says.
const MEASURED: usize = 5;
/// The smallest change that is drawn.
const LEAST: f32 = 0.01;

/// A model that is asked, and the changes of its last layer.
#[derive(Clone, Copy)]
struct Lane {
    model: Model,
    question: Question,
    changes: RwSignal<Vec<f32>>,
}

impl Lane {
    fn new(model: Model) -> Self {
        Self { model, question: Question::new(model), changes: RwSignal::new(Vec::new()) }
    }

    /// Asks when the text, the word or the model is another.
    fn follow(self, text: RwSignal<String>, word: Memo<Option<usize>>, words: Memo<Vec<Span>>) {
        when_exchanged(self.model, move |may_stay| {
            if !may_stay {
                self.changes.set(Vec::new());
            }
        });
        let watch = move || {
            let handle = self.model.answering().get()?;
            Some((text.get(), words.get(), word.get(), handle))
        };
        when_rested(REST, watch, move |(text, words, word, _)| {
            let Some(word) = word else { return self.changes.set(Vec::new()) };
            let request = move |model| Request::Influence {
                model,
                words: words.iter().map(|it| [it.start, it.end]).collect(),
                text,
                word,
                instead: strings::instead().map(str::to_owned).into(),
            };
            let is_asked = self.question.ask(request, move |event| {
                if let Event::Influence { mut layers } = event {
                    self.changes.set(layers.pop().unwrap_or_default());
                }
            });
            if !is_asked {
                self.changes.set(Vec::new());
            }
        });
    }

    /// The changes from a word on.
    fn after(self, word: usize) -> Vec<f32> {
        self.changes.with(|all| all.get(word..).unwrap_or_default().to_vec())
    }
}

/// The panel.
#[component]
pub fn Memory(model: Model, encoder: Model) -> impl IntoView {
    let [reader, attention] = [model, encoder].map(Lane::new);
    let (sentence, first) = strings::remembered();
    let text = sharing::draft("readers-remembered", "remembered", sentence);
    let chosen = sharing::choice("rememberedWord", first, |_| true);
    let words = Memo::new(move |_| text.with(|text| Span::words(text)));
    let word = Memo::new(move |_| {
        words.with(|all| all.len().checked_sub(1)).map(|last| chosen.get().min(last))
    });
    for lane in [reader, attention] {
        lane.follow(text, word, words);
    }
    let name = move |index: usize| words.with(|all| all.get(index).map(|it| it.text.clone()));
    let curve = move |lane: Lane, colour: usize, name: &'static str| {
        let height =
            |(index, change): (usize, f32)| [index as f64, f64::from(change.max(LEAST).log10())];
        let points = word.get().map(|word| lane.after(word)).unwrap_or_default();
        Series {
            name: name.to_owned(),
            colour,
            points: points.into_iter().enumerate().map(height).collect(),
            is_ghost: false,
            is_dots: false,
        }
    };
    let series = move || {
        vec![
            curve(reader, 1, t!(readers.memory_reader)),
            curve(attention, 2, t!(readers.memory_attention)),
        ]
    };
    let count = Memo::new(move |_| word.get().map_or(1, |word| words.with(Vec::len) - word));
    let span = Signal::derive(move || [0.0, count.get().max(2) as f64 - 1.0]);
    let ticks = Signal::derive(move || {
        let Some(word) = word.get() else { return Vec::new() };
        let named = (0..count.get()).step_by(count.get().div_ceil(NAMED));
        named.filter_map(|at| Some((at as f64, name(word + at)?))).collect::<Vec<_>>()
    });
    let finding = move || {
        let word = word.get()?;
        let means = |lane: Lane| {
            let all = lane.after(word + 1);
            let mean = |part: &[f32]| part.iter().sum::<f32>() / MEASURED as f32;
            (all.len() >= 2 * MEASURED)
                .then(|| [mean(&all[..MEASURED]), mean(&all[all.len() - MEASURED..])])
        };
        Some(strings::memory(&name(word)?, means(reader)?, means(attention)?))
    };
    let button = move |(index, it): (usize, Span)| {
        let is_picked = move || word.get() == Some(index);
        view! {
            <button type="button" class="chip" class:is-replaced=is_picked
                aria-pressed=move || is_picked().to_string()
                on:click=move |_| chosen.set(index)>{it.text}</button>
        }
    };
    let is_recorded =
        move || [reader, attention].iter().any(|lane| lane.question.is_recorded.get());
    view! {
        <section class="panel readers-memory" aria-labelledby="memory-title">
            <header>
                <h2 id="memory-title">{t!(readers.memory)}</h2>
                <p class="hint">{t!(readers.memory_hint)}</p>
            </header>
            <Recorded when=Signal::derive(is_recorded)/>
            <div class="field">
                <label for="remembered">{t!(readers.sentence)}</label>
                <input id="remembered" type="text" autocomplete="off" bind:value=text/>
            </div>
            <div class="chips remembered-words" role="group" aria-label=t!(readers.memory_word)>
                {move || words.get().into_iter().enumerate().map(button).collect_view()}
            </div>
            <Curves series=Signal::derive(series) label=t!(readers.memory) across=t!(readers.memory_across) span
                range=Some([f64::from(LEAST).log10(), 0.0]) display=strings::power_of_ten ticks/>
            <p class="finding" aria-live="polite">{finding}</p>
        </section>
    }
}
