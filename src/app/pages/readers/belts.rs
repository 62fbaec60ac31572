//! The sentence between two belts: what either reader has read at the picked word, its gates, and the words it expects.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::texts::Texts;
use crate::app::charts::Bars;
use crate::app::components::{Recorded, Select};
use crate::app::language::t;
use crate::app::strings::{common, readers as strings};
use crate::view_model::charts::Bar;
use crate::worker::protocol::{Candidate, ReadWord, ReaderStep, ReaderTrace, Reading};

/// A reader, and its steps: the index of its step at a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Forward,
    Backward,
}

impl Reader {
    fn trace(self, reading: &Reading) -> &ReaderTrace {
        match self {
            Self::Forward => &reading.forward,
            Self::Backward => &reading.backward,
        }
    }

    /// The forward reader's first step is at the mark before the first word.
    fn step_at(self, word: usize) -> usize {
        match self {
            Self::Forward => word + 1,
            Self::Backward => word,
        }
    }

    fn has_read(self, word: usize, cursor: usize) -> bool {
        match self {
            Self::Forward => word <= cursor,
            Self::Backward => word >= cursor,
        }
    }
}

/// The panel.
#[component]
pub fn Belts(texts: Texts) -> impl IntoView {
    let reading = texts.first.reading;
    let cursor = texts.cursor;
    // The last layer is the one that the expected words come from.
    let layer = RwSignal::new(1usize);
    let count = Memo::new(move |_| reading.with(|it| it.as_ref().map_or(0, |it| it.words.len())));
    let layers = Memo::new(move |_| {
        reading.with(|it| it.as_ref().map_or(2, |it| it.forward.layers.len())).max(1)
    });
    let go = move |by: isize| {
        let count = count.get_untracked();
        if count > 0 {
            let next = cursor.get_untracked() as isize + by;
            cursor.set(next.rem_euclid(count as isize) as usize);
        }
    };
    // Space steps, unless something that takes it has the focus.
    let keys = window_event_listener(ev::keydown, move |event| {
        let is_free = document().active_element().is_none_or(|it| it.tag_name() == "BODY");
        if event.key() == " " && is_free {
            event.prevent_default();
            go(1);
        }
    });
    on_cleanup(move || keys.remove());
    let cell = move |reader: Reader, word: usize| {
        let step = reading.with(|it| {
            let trace = reader.trace(it.as_ref()?);
            trace.layers.get(layer.get())?.get(reader.step_at(word)).copied()
        });
        let is_read = move || reader.has_read(word, cursor.get());
        view! {
            <span class="gates" class:is-read=is_read aria-hidden="true">
                {step.map(|it| gates(&it))}
            </span>
        }
    };
    let column = move |(index, word): (usize, ReadWord)| {
        let is_picked = move || cursor.get() == index;
        let pick = move |_| cursor.set(index);
        let on_key = move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => -1,
                _ => return,
            };
            event.prevent_default();
            go(by);
            let id = format!("word-{}", cursor.get_untracked());
            let next = document().get_element_by_id(&id);
            if let Some(next) = next.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                let _ = next.focus();
            }
        };
        view! {
            <li class="belt-word" class:is-picked=is_picked>
                {move || cell(Reader::Forward, index)}
                <button type="button" id=format!("word-{index}") class="word" class:is-unknown=!word.is_known
                    aria-pressed=move || is_picked().to_string()
                    tabindex=move || if is_picked() { "0" } else { "-1" }
                    on:click=pick on:keydown=on_key>{word.text}</button>
                {move || cell(Reader::Backward, index)}
            </li>
        }
    };
    let words = move || {
        let words = reading.with(|it| it.as_ref().map(|it| it.words.clone()).unwrap_or_default());
        words.into_iter().enumerate().map(column).collect_view()
    };
    let examples = strings::examples().map(|(name, [first, second], word)| {
        let fill = move |_| {
            texts.first.text.set(first.into());
            texts.second.text.set(second.into());
            cursor.set(word);
        };
        view! { <button type="button" class="chip" on:click=fill>{name}</button> }
    });
    let card = move |reader: Reader| {
        let class = if reader == Reader::Forward { "reader forward" } else { "reader backward" };
        let title =
            if reader == Reader::Forward { t!(readers.forward) } else { t!(readers.backward) };
        let read = move || {
            reading.with(|it| {
                let words = &it.as_ref()?.words;
                let at = cursor.get().min(words.len().checked_sub(1)?);
                let texts: Vec<&str> = words.iter().map(|it| it.text.as_str()).collect();
                Some(match reader {
                    Reader::Forward => texts[..=at].join(" "),
                    Reader::Backward => texts[at..].join(" "),
                })
            })
        };
        let bars = Signal::derive(move || {
            reading.with(|it| {
                let trace = it.as_ref().map(|it| reader.trace(it));
                let likely = trace.and_then(|it| it.likely.get(reader.step_at(cursor.get())));
                let bar = |it: &Candidate| Bar {
                    name: strings::word(&it.text),
                    share: it.probability,
                    ..Bar::default()
                };
                likely.into_iter().flatten().map(bar).collect::<Vec<_>>()
            })
        });
        let figures = move || {
            let step = reading.with(|it| {
                let trace = reader.trace(it.as_ref()?);
                trace.layers.get(layer.get())?.get(reader.step_at(cursor.get())).copied()
            });
            step.map(|it| strings::gates(&it))
        };
        let expects = if reader == Reader::Forward {
            t!(readers.expects_next)
        } else {
            t!(readers.expects_before)
        };
        view! {
            <section class=class>
                <h3>{title}</h3>
                <p class="has-read">{read}</p>
                <h4>{expects}</h4>
                <Bars bars/>
                <p class="note">{figures}</p>
            </section>
        }
    };
    view! {
        <section class="panel readers-belts" aria-labelledby="belts-title">
            <header>
                <h2 id="belts-title">{t!(readers.belts)}</h2>
                <div class="chips" role="group" aria-label=t!(common.examples)>{examples}</div>
            </header>
            <Recorded when=Signal::derive(move || texts.is_recorded())/>
            <div class="field">
                <label for="first">{t!(readers.sentence)}</label>
                <input id="first" type="text" autocomplete="off" bind:value=texts.first.text/>
            </div>
            <div class="belts" role="group" aria-label=t!(readers.words)>
                <div class="belt-ends" aria-hidden="true"><span>"→"</span><span></span><span>"←"</span></div>
                <ol>{words}</ol>
            </div>
            <div class="belt-tools">
                <button type="button" class="primary" aria-keyshortcuts="Space" disabled=move || count.get() == 0
                    on:click=move |_| go(1)>{t!(readers.step)}</button>
                <Select id="reader-layer" label=t!(readers.layer)
                    options=Signal::derive(move || (1..=layers.get()).map(common::layer).collect::<Vec<_>>())
                    value=Signal::derive(move || layer.get().min(layers.get() - 1))
                    on_change=Callback::new(move |index| layer.set(index))/>
                <ul class="gate-key">
                    <li class="gate-1"><i aria-hidden="true"></i>{t!(readers.input_gate)}</li>
                    <li class="gate-2"><i aria-hidden="true"></i>{t!(readers.forget_gate)}</li>
                    <li class="gate-3"><i aria-hidden="true"></i>{t!(readers.output_gate)}</li>
                </ul>
            </div>
            <div class="reader-cards">{card(Reader::Forward)}{card(Reader::Backward)}</div>
        </section>
    }
}

/// The means of a layer's gates, as three bars.
fn gates(step: &ReaderStep) -> impl IntoView + use<> {
    let bar = |(index, value): (usize, f32)| {
        let class = format!("gate-{}", index + 1);
        view! { <i class=class style:height=format!("{:.0}%", 100.0 * value)></i> }
    };
    [step.input, step.forget, step.output].into_iter().enumerate().map(bar).collect_view()
}
