//! Base beside aligned: one prompt, one seed, and the model before and after. What was trained opens in the other pages.

use leptos::prelude::*;

use super::stages::Stages;
use crate::app::address::{Route, sharing};
use crate::app::components::Select;
use crate::app::language::t;
use crate::app::model::{State, Trainer, Training, files_of};
use crate::app::strings::align as strings;
use crate::view_model::Demo;
use crate::worker::protocol::{Event, GenerateOptions, Request, Tuned};

/// Tokens of a text.
const TOKENS: usize = 48;

/// The panel.
#[component]
pub fn Beside(stages: Stages) -> impl IntoView {
    let model = stages.model;
    let prompt = sharing::draft("align-prompt", "prompt", t!(align.prompt_first));
    // The policy, or what learned from demonstrations.
    let which = sharing::choice("beside", 0usize, |it| *it < 2);
    let seed = RwSignal::new(1u32);
    let trainings = [Training::new(), Training::new()];
    let texts = [RwSignal::new(String::new()), RwSignal::new(String::new())];
    let is_opening = RwSignal::new(false);
    let learnt = move || -> Option<Tuned> {
        if which.get() == 1 {
            stages.instructed.get().filter(|_| !stages.instructing.is_recorded.get())
        } else {
            stages.aligned.get().filter(|_| !stages.learning.is_recorded.get())
        }
    };
    let write = move |_| {
        let Some(tuned) = untrack(learnt) else { return };
        let options = GenerateOptions {
            max_new_tokens: TOKENS,
            temperature: 1.0,
            top_k: 0,
            seed: Some(seed.get_untracked()),
            ..GenerateOptions::default()
        };
        seed.update(|seed| *seed += 1);
        let prompt = if untrack(|| which.get()) == 1 {
            format!("{}\n", prompt.get_untracked())
        } else {
            prompt.get_untracked()
        };
        let request = move |model| Request::Generate {
            model,
            prompt: prompt.clone(),
            options: options.clone(),
        };
        texts.iter().for_each(|text| text.set(String::new()));
        let show = |text: RwSignal<String>| {
            move |event| match event {
                Event::Token { delta, .. } | Event::Generated { delta, .. } => {
                    text.update(|text| text.push_str(&delta));
                }
                _ => (),
            }
        };
        let (of_base, of_tuned) = (request.clone(), request);
        let [base, tuned_training] = trainings;
        base.start(
            Some(model),
            State::Running,
            move |handle| of_base(handle.unwrap_or_default()),
            show(texts[0]),
        );
        let handle = tuned.info.model;
        tuned_training.start(None, State::Running, move |_| of_tuned(handle), show(texts[1]));
    };
    let trainer = Trainer::here();
    let route: Route = expect_context();
    let open = move |_| {
        let Some(tuned) = untrack(learnt) else { return };
        is_opening.set(true);
        files_of(trainer, tuned.info.model, "aligned", move |files| {
            if is_opening.try_set(false).is_none() {
                model.open_files(files);
                route.go(Demo::Generate);
            }
        });
    };
    let runs = move || trainings.iter().any(|it| it.is_open());
    let column = |(title, text): (&'static str, RwSignal<String>)| {
        view! {
            <section class="beside">
                <h3>{title}</h3>
                <p class="sample-text">{text}</p>
            </section>
        }
    };
    view! {
        <section class="panel align-beside" aria-labelledby="beside-title">
            <header>
                <h2 id="beside-title">{t!(align.beside)}</h2>
                <p class="hint">{t!(align.beside_hint)}</p>
            </header>
            <input type="text" id="beside-prompt" aria-label=t!(align.prompt) autocomplete="off" bind:value=prompt/>
            <div class="twin-answers">
                {[t!(align.base), t!(align.learnt)].into_iter().zip(texts).map(column).collect_view()}
            </div>
            <div class="run-controls" role="group" aria-label=t!(align.beside)>
                <Select id="beside" label=t!(align.which) options=strings::learnt()
                    value=which on_change=Callback::new(move |index| which.set(index))/>
                <button type="button" class="primary" disabled=move || learnt().is_none() || runs()
                    on:click=write>{t!(align.write_both)}</button>
                <button type="button" disabled=move || !runs()
                    on:click=move |_| trainings.iter().for_each(|it| it.stop())>{t!(common.stop)}</button>
                <button type="button" disabled=move || learnt().is_none() || is_opening.get() on:click=open>
                    {move || if is_opening.get() { t!(align.opening) } else { t!(align.open) }}
                </button>
            </div>
        </section>
    }
}
