//! Text generation with GPT-2: a prompt, the text token by token, and the details of each token.

mod insight;
mod run;
mod words;

use leptos::prelude::*;

use crate::app::address::sharing::{self, runnable};
use crate::app::components::{Attention, Candidates, Prompt, Sampling, Stats, TextView};
use crate::app::language::t;
use crate::app::model::{Header, Model, Slots};
use crate::app::strings::generate as strings;
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::{Ability, Event, GenerateOptions, Request};

use insight::Insight;
use run::Run;
use words::Memory;

/// Sampling options kept in a link. Its seed is the text's.
const SETTINGS: [&str; 7] =
    ["temperature", "topK", "topP", "minP", "repetitionPenalty", "maxNewTokens", "stop"];
const SEED: &str = "seed";
/// Context length until a model is loaded, that of GPT-2.
const USUAL_CONTEXT: usize = 1024;

/// The demo, which owns all state of the page.
#[component]
pub fn Generate() -> impl IntoView {
    let need = Need { slot: Slot::Decoder, ability: Ability::Generate };
    let model = Slots::here().need(need);
    let run = Run::new(model);
    let options = sharing::record(GenerateOptions::default(), &SETTINGS);
    options.update(|options| options.seed = sharing::requested(SEED));
    let seed = move || options.with(|options| options.seed).or(run.seed.get());
    sharing::keep(SEED, seed, None);
    let insight = Insight::new(model, run, options.with_untracked(|options| options.temperature));
    let prompt = sharing::draft("prompt", "prompt", strings::prompts()[0]);
    let memory = measured_memory(model, run);

    // The text belongs to the model that generated it: only that one has its details.
    Effect::new(move |_| {
        if model.loaded.with(Option::is_some) {
            untrack(|| match run.is_recorded.get() && model.has_recording() {
                true => run.read_recorded(),
                false => run.clear(),
            });
        }
    });
    Effect::new(move |_| {
        if model.has_recording() {
            untrack(|| run.replay(prompt.get(), options.get()));
        }
    });

    let info = model.info();
    let count = move |read: fn(&crate::worker::protocol::ModelInfo) -> usize| {
        Signal::derive(move || info.with(|info| info.as_ref().map_or(0, read)))
    };
    let can_generate = Memo::new(move |_| {
        model.loaded.with(Option::is_some)
            && !run.is_running.get()
            && !prompt.with(|prompt| prompt.is_empty())
    });
    let on_generate = Callback::new(move |()| {
        let options = options.get_untracked();
        insight.temperature.set(options.temperature);
        run.start(prompt.get_untracked(), options);
    });
    let on_pick = Callback::new(move |position| insight.picked.set(Some(position)));

    let on_stop = Callback::new(move |()| run.stop());
    // The arrival of another model would clear the text.
    let can_start = Memo::new(move |_| can_generate.get() && model.is_settled());
    let is_made = Signal::derive(move || run.seed.get().is_some());
    runnable(can_start, is_made, on_generate, on_stop);
    sharing::result(move || words::result(run));
    view! {
        <Header demo=Demo::Generate needs=[need]/>
        <main class="page-generate">
            <section class="panel write" aria-label=t!(generate.prompt)>
                <Prompt
                    text=prompt
                    can_generate
                    is_running=run.is_running
                    on_generate
                    on_stop
                />
                <Sampling options context=Signal::derive(move || {
                    info.with(|info| info.as_ref().map_or(USUAL_CONTEXT, |info| info.context))
                })/>
            </section>
            <TextView
                tokens=Memo::new(move |_| words::marked(run))
                focus=insight.focus
                is_running=run.is_running
                is_recorded=run.is_recorded
                note=Signal::derive(move || words::note(run, info.get()))
                announcement=run.announcement
                on_pick
            />
            <Candidates
                shown=Memo::new(move |_| words::candidates(run, insight))
                temperature=Signal::derive(move || insight.temperature.get().into())
                on_temperature=Callback::new(move |value: f64| insight.temperature.set(value as f32))
            />
            <Stats stats=Memo::new(move |_| words::stats(run, info.get(), memory.get()))/>
            <Attention
                map=insight.attention
                layers=count(|info| info.layers)
                heads=count(|info| info.heads)
                layer=insight.layer
                head=insight.head
                focus=insight.focus
                on_layer=Callback::new(move |layer| insight.layer.set(layer))
                on_head=Callback::new(move |head| insight.head.set(head))
                on_pick
            />
        </main>
    }
}

/// Returns the memory in use, measured whenever a model is loaded or a generation has ended.
fn measured_memory(model: Model, run: Run) -> RwSignal<Option<Memory>> {
    let memory = RwSignal::new(None);
    Effect::new(move |_| {
        run.outcome.track();
        if model.loaded.with(Option::is_none) {
            return;
        }
        model.send(Request::Memory, move |event| {
            if let Event::Memory { wasm_bytes, weight_bytes, .. } = event {
                // The page may be gone by now.
                memory.try_set(Some(Memory { wasm_bytes, weight_bytes }));
            }
        });
    });
    memory
}
