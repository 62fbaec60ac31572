//! Base beside aligned: one prompt, one seed, two models. The second one is what was trained here, or any other decoder;
//! where both know the same tokens, how far it is from the first at each token of what it wrote.

use leptos::prelude::*;

use super::positions::Positions;
use super::stages::Stages;
use crate::app::address::{Route, sharing};
use crate::app::components::Select;
use crate::app::language::t;
use crate::app::model::{
    Model, Question, Selection, SlotPickers, SlotStatus, Slots, SourcePanel, Trainer, files_of,
    share,
};
use crate::app::strings::align as strings;
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::{Ability, Event, GenerateOptions, Request, Tuned};

/// Tokens of a text.
const TOKENS: usize = 48;
/// What stands beside the base: the policy, what learnt from demonstrations, a model of the reader's choice.
const BY_DEMONSTRATIONS: usize = 1;
const OTHER: usize = 2;

/// Two models that write, and what they wrote.
#[derive(Clone, Copy)]
struct Pair {
    models: [Model; 2],
    writing: [Question; 2],
    comparing: Question,
    texts: [RwSignal<String>; 2],
    /// Of the second model from the first, at each token that the second one wrote.
    divergences: RwSignal<Vec<f64>>,
}

impl Pair {
    fn new(models: [Model; 2]) -> Self {
        Self {
            models,
            writing: models.map(Question::new),
            comparing: Question::new(models[0]),
            texts: std::array::from_fn(|_| RwSignal::new(String::new())),
            divergences: RwSignal::new(Vec::new()),
        }
    }

    fn all(self) -> [Question; 3] {
        [self.writing[0], self.writing[1], self.comparing]
    }

    /// Lets the first model write, then the second one, and compares them over what that wrote.
    fn write(self, prompt: String, seed: u32) {
        self.texts.iter().for_each(|text| text.set(String::new()));
        self.divergences.set(Vec::new());
        let after_first = prompt.clone();
        self.continue_with(0, prompt, seed, move |_, _| {
            let prompt = after_first.clone();
            self.continue_with(1, after_first.clone(), seed, move |text, prompt_tokens| {
                self.compare(format!("{prompt}{text}"), prompt_tokens);
            });
        });
    }

    /// Lets a model continue the prompt; `then` gets its text and the number of the prompt's tokens.
    fn continue_with(
        self,
        index: usize,
        prompt: String,
        seed: u32,
        then: impl Fn(String, usize) + 'static,
    ) {
        let options = GenerateOptions {
            max_new_tokens: TOKENS,
            temperature: 1.0,
            top_k: 0,
            seed: Some(seed),
            ..GenerateOptions::default()
        };
        let shown = self.texts[index];
        self.writing[index].ask(
            |model| Request::Generate { model, prompt, options },
            move |event| match event {
                Event::Token { delta, .. } => shown.update(|text| text.push_str(&delta)),
                Event::Generated { text, stats, .. } => {
                    shown.set(text.clone());
                    then(text, stats.prompt_tokens);
                }
                _ => (),
            },
        );
    }

    fn compare(self, text: String, prompt_tokens: usize) {
        let Some(reference) = self.models[1].handle().filter(|_| untrack(|| self.is_comparable()))
        else {
            return;
        };
        let request = move |model| Request::Perplexity { model, text, reference: Some(reference) };
        self.comparing.ask(request, move |event| {
            if let Event::Perplexity { comparison: Some(comparison), .. } = event {
                // The first token of the text is not predicted.
                let of_prompt = prompt_tokens.saturating_sub(1);
                self.divergences.set(comparison.divergences.into_iter().skip(of_prompt).collect());
            }
        });
    }

    /// Whether both models have as many tokens; what they mean is then taken to be the same.
    fn is_comparable(self) -> bool {
        let sizes = self.models.map(|model| model.loaded.get().map(|it| it.info.vocabulary));
        sizes[0].is_some() && sizes[0] == sizes[1]
    }
}

/// The panel.
#[component]
pub fn Beside(stages: Stages) -> impl IntoView {
    let need = Need { slot: Slot::Beside, ability: Ability::Generate };
    let (base, other) = (stages.model, Slots::here().get(need.slot));
    other.keep_while_open();
    if let Some(names) = Demo::Align.parameters_of(need.slot) {
        share(names, need, other);
    }
    // The address may name a model.
    let is_named = other.selection.with_untracked(|it| it.source.is_some());
    if is_named {
        other.start();
    }
    let first = if is_named { OTHER } else { 0 };
    let which = sharing::choice("against", first, |it| *it <= OTHER);
    Effect::new(move |_| {
        let device = base.selection.with(|it| it.device);
        other.change(|it| it.device = device);
    });
    let pair = Pair::new([base, other]);
    let prompt = sharing::draft("align-prompt", "prompt", t!(align.prompt_first));
    let is_instruction = sharing::choice("instruction", false, |_| true);
    let seed = RwSignal::new(1u32);
    // The trained model in the slot: its handle, and the selection that it is.
    let placed = StoredValue::new(None::<(u32, Selection)>);
    let is_placing = RwSignal::new(false);
    let learnt = move || match which.get() {
        OTHER => None,
        BY_DEMONSTRATIONS => stages.learnt_instructions(),
        _ => stages.learnt_policy(),
    };
    let write = move || {
        let mut prompt = prompt.get_untracked();
        if is_instruction.get_untracked() {
            prompt.push('\n');
        }
        seed.update(|seed| *seed += 1);
        pair.write(prompt, seed.get_untracked() - 1);
    };
    let trainer = Trainer::here();
    // What was trained becomes a model of the engine's, and then writes.
    let place = move |tuned: Tuned| {
        let handle = tuned.info.model;
        let now = other.selection.get_untracked();
        let is_there =
            other.handle().is_some() && placed.get_value().is_some_and(|it| it == (handle, now));
        if is_there {
            return write();
        }
        is_placing.set(true);
        placed.set_value(None);
        files_of(trainer, handle, "aligned", move |files| {
            if is_placing.try_get_untracked() == Some(true) {
                other.open_files(files);
                placed.set_value(Some((handle, other.selection.get_untracked())));
            }
        });
    };
    Effect::new(move |_| {
        let loaded = other.loaded.get();
        if !other.is_settled() || !is_placing.get_untracked() {
            return;
        }
        // A failure has restored what was there before.
        let is_it = |(_, selection)| loaded.is_some_and(|it| it.selection == selection);
        if let Some(expected) = placed.get_value() {
            is_placing.set(false);
            if is_it(expected) {
                write();
            }
        }
    });
    let run = move |_| match untrack(learnt) {
        Some(tuned) => place(tuned),
        None => write(),
    };
    let stop = move |_| {
        is_placing.set(false);
        pair.all().iter().for_each(|it| it.stop());
    };
    let is_ready = move || {
        base.loaded.with(Option::is_some)
            && match which.get() {
                OTHER => other.loaded.with(Option::is_some) && other.is_settled(),
                _ => learnt().is_some(),
            }
    };
    let runs = move || is_placing.get() || pair.all().iter().any(|it| it.is_open.get());
    let is_opening = RwSignal::new(false);
    let route: Route = expect_context();
    let open = move |_| {
        let Some(tuned) = untrack(learnt) else { return };
        is_opening.set(true);
        files_of(trainer, tuned.info.model, "aligned", move |files| {
            if is_opening.try_set(false).is_none() {
                base.open_files(files);
                route.go(Demo::Generate);
            }
        });
    };
    let column = move |index: usize| {
        let (model, text) = (pair.models[index], pair.texts[index]);
        // Until it has loaded, it is called what was chosen.
        let chosen = move || match index {
            0 => t!(align.loaded).to_owned(),
            _ => strings::beside().swap_remove(which.get()),
        };
        let name = move || {
            let name = model.loaded.get().map_or_else(chosen, |it| it.info.name);
            format!("{} {name}", index + 1)
        };
        view! {
            <section class="beside">
                <h3>{name}</h3>
                <p class="sample-text">{text}</p>
            </section>
        }
    };
    let note = move || {
        let both = base.loaded.with(Option::is_some) && other.loaded.with(Option::is_some);
        (both && !pair.is_comparable()).then_some(t!(align.no_distance))
    };
    view! {
        <section class="panel align-beside" aria-labelledby="beside-title" aria-busy=move || runs().to_string()>
            <header>
                <h2 id="beside-title">{t!(align.beside)}</h2>
                <p class="hint">{t!(align.beside_hint)}</p>
            </header>
            <div class="options">
                <Select id="against" label=t!(align.which) options=strings::beside()
                    value=which on_change=Callback::new(move |index| {
                        which.set(index);
                        is_instruction.set(index == BY_DEMONSTRATIONS);
                    })/>
                <Show when=move || which.get() == OTHER>
                    <SlotPickers need label=t!(model.model) suffix=format!("-{}", need.slot.id())/>
                </Show>
            </div>
            <SourcePanel need/>
            <Show when=move || which.get() == OTHER><SlotStatus model=other/></Show>
            <input type="text" id="beside-prompt" aria-label=t!(align.prompt) autocomplete="off" bind:value=prompt/>
            <label class="check">
                <input type="checkbox" id="is-instruction" bind:checked=is_instruction/> {t!(align.is_instruction)}
            </label>
            <div class="twin-answers">{column(0)}{column(1)}</div>
            <div class="run-controls" role="group" aria-label=t!(align.beside)>
                <button type="button" class="primary" disabled=move || !is_ready() || runs()
                    on:click=run>{t!(align.write_both)}</button>
                <button type="button" disabled=move || !runs() on:click=stop>{t!(common.stop)}</button>
                <button type="button" disabled=move || learnt().is_none() || is_opening.get() on:click=open>
                    {move || if is_opening.get() { t!(align.opening) } else { t!(align.open) }}
                </button>
                <span class="note" role="status">{note}</span>
            </div>
            <Positions divergences=pair.divergences/>
        </section>
    }
}
