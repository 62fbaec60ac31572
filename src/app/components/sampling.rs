//! Controls of sampling.

use leptos::prelude::*;

use super::slider::Slider;
use crate::app::language::{numbers, t};
use crate::worker::protocol::GenerateOptions;

/// The sampling controls: the main ones visible, the others behind a summary.
#[component]
pub fn Sampling(
    options: RwSignal<GenerateOptions>,
    /// The model's maximum number of positions.
    #[prop(into)]
    context: Signal<usize>,
) -> impl IntoView {
    let set = move |change: fn(&mut GenerateOptions, f64)| {
        Callback::new(move |value: f64| options.update(|options| change(options, value)))
    };
    let get = move |read: fn(&GenerateOptions) -> f64| Signal::derive(move || options.with(read));
    view! {
        <div class="sampling" role="group" aria-label=t!(generate.sampling)>
            <div class="controls main-controls">
                <Slider id="temperature" label=t!(generate.temperature) max=2.0 step=0.05
                    value=get(|it| it.temperature.into())
                    on_change=set(|it, value| it.temperature = value as f32)
                    display=|value| if value == 0.0 { t!(generate.greedy).into() } else { decimal(value) }/>
                <Slider id="top-k" label=t!(generate.top_k) max=200.0 step=1.0
                    value=get(|it| it.top_k as f64)
                    on_change=set(|it, value| it.top_k = value as usize)
                    display=|value| if value == 0.0 { t!(generate.all).into() } else { whole(value) }/>
                <Slider id="max-new-tokens" label=t!(generate.max_new_tokens) min=1.0 step=1.0
                    max=Signal::derive(move || context.get() as f64)
                    value=get(|it| it.max_new_tokens as f64)
                    on_change=set(|it, value| it.max_new_tokens = value as usize)
                    display=whole/>
                <Seed value=Signal::derive(move || options.with(|it| it.seed))
                    on_change=Callback::new(move |seed| options.update(|it| it.seed = seed))/>
            </div>
            <details>
                <summary>{t!(generate.more_sampling)}</summary>
                <div class="controls more-controls">
                    <Slider id="top-p" label=t!(generate.top_p) max=1.0 step=0.01
                        value=get(|it| it.top_p.into())
                        on_change=set(|it, value| it.top_p = value as f32)
                        display=|value| if value == 1.0 { t!(generate.all).into() } else { decimal(value) }/>
                    <Slider id="min-p" label=t!(generate.min_p) max=1.0 step=0.01
                        value=get(|it| it.min_p.into())
                        on_change=set(|it, value| it.min_p = value as f32)
                        display=|value| if value == 0.0 { t!(generate.off).into() } else { decimal(value) }/>
                    <Slider id="repetition-penalty" label=t!(generate.repetition_penalty) min=1.0 max=2.0 step=0.05
                        value=get(|it| it.repetition_penalty.into())
                        on_change=set(|it, value| it.repetition_penalty = value as f32)
                        display=|value| if value == 1.0 { t!(generate.off).into() } else { decimal(value) }/>
                    <div class="field">
                        <label for="stop-text">{t!(generate.stop_text)}</label>
                        <input id="stop-text" type="text" autocomplete="off" placeholder=t!(generate.stop_text_example)
                            on:input:target=move |event| {
                                let text = event.target().value();
                                options.update(|it| it.stop = Some(text).filter(|text| !text.is_empty()).into_iter().collect());
                            }/>
                    </div>
                </div>
            </details>
        </div>
    }
}

/// Returns a seed of four digits: enough to choose from, and short enough to be called out in a lecture.
pub fn random_seed() -> u32 {
    (js_sys::Math::random() * 10_000.0) as u32
}

/// The seed: a number, or empty for a random one.
#[component]
pub fn Seed(
    #[prop(into)] value: Signal<Option<u32>>,
    on_change: Callback<Option<u32>>,
) -> impl IntoView {
    let roll = move |_| on_change.run(Some(random_seed()));
    view! {
        <div class="field seed">
            <label for="seed">{t!(generate.seed)}</label>
            <div class="joined">
                <input id="seed" type="number" min="0" max=u32::MAX step="1" inputmode="numeric"
                    placeholder=t!(generate.seed_random)
                    prop:value=move || value.get().map(|seed| seed.to_string()).unwrap_or_default()
                    on:input:target=move |event| on_change.run(event.target().value().parse().ok())/>
                <button type="button" aria-label=t!(generate.new_seed) title=t!(generate.new_seed) on:click=roll>
                    <svg viewBox="0 0 24 24" aria-hidden="true">
                        <rect x="3" y="3" width="18" height="18" rx="4"></rect>
                        <circle cx="8" cy="8" r="1.7"></circle>
                        <circle cx="16" cy="8" r="1.7"></circle>
                        <circle cx="12" cy="12" r="1.7"></circle>
                        <circle cx="8" cy="16" r="1.7"></circle>
                        <circle cx="16" cy="16" r="1.7"></circle>
                    </svg>
                </button>
            </div>
        </div>
    }
}

fn decimal(value: f64) -> String {
    numbers::decimal(value, 2)
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}
