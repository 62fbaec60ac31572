//! The memory that a model needs: the lecture's arithmetic as a calculator of weights, scales of groups and the cache,
//! compared with the memory of devices.

mod memory;
mod plan;

use leptos::prelude::*;

use crate::app::components::{Masthead, Select, Slider};
use crate::app::language::t;
use crate::app::strings::size as strings;
use crate::view_model::Demo;

use memory::MemoryPanel;
use plan::{CONTEXT, MODELS, Name, Plan, WEIGHTS};

/// The demo, which owns all state of the page.
#[component]
pub fn Size() -> impl IntoView {
    let plan = Plan::new();
    let examples = MODELS.iter().enumerate().map(|(index, model)| {
        view! {
            <button type="button" class="chip"
                aria-pressed=move || plan.is_model(index).to_string()
                on:click=move |_| plan.choose(index)>{(model.name)()}</button>
        }
    });
    let field =
        move |id: &'static str, label: &'static str, signal: RwSignal<f64>, step: &'static str| {
            view! {
                <div class="field">
                    <label for=id>{label}</label>
                    <input id=id type="number" min="0" step=step
                        prop:value=move || signal.get().to_string()
                        on:input:target=move |event| {
                            let value = event.target().value_as_number();
                            if value.is_finite() && value >= 0.0 {
                                signal.set(value);
                            }
                        }/>
                </div>
            }
        };
    let names: Vec<_> = WEIGHTS.iter().map(|(name, _)| name().to_owned()).collect();
    view! {
        <Masthead demo=Demo::Size/>
        <main class="page-size">
            <section class="panel size-plan" aria-labelledby="plan-title">
                <header>
                    <h2 id="plan-title">{t!(size.model)}</h2>
                    <div class="chips" role="group" aria-label=t!(common.examples)>{examples.collect_view()}</div>
                </header>
                <div class="options">
                    {field("parameters", t!(size.parameters), plan.billions, "any")}
                    {field("layers", t!(size.layers), plan.layers, "1")}
                    {field("width", t!(size.width), plan.width, "1")}
                </div>
                <div class="options">
                    <Select id="scheme" label=t!(size.weights)
                        options=names
                        value=plan.weights
                        on_change=Callback::new(move |index| plan.weights.set(index))/>
                    <Select id="cache-bits" label=t!(size.cache_bits)
                        options=strings::caches().map(str::to_owned).to_vec()
                        value=Signal::derive(move || plan.cache_choice())
                        on_change=Callback::new(move |index| plan.choose_cache(index))/>
                    <Slider id="context" label=t!(size.context) min=f64::from(*CONTEXT.start()) max=f64::from(*CONTEXT.end()) step=1.0
                        value=Signal::derive(move || plan.context.get().into())
                        on_change=Callback::new(move |power: f64| plan.context.set(power as u32))
                        display=|power| t!(size.tokens, count = 1u64 << power as u32)/>
                </div>
                <p class="size-sum" role="status">{move || plan.sum()}</p>
            </section>
            <Ladder plan/>
            <MemoryPanel plan/>
        </main>
    }
}

/// The same model at every bit width.
#[component]
fn Ladder(plan: Plan) -> impl IntoView {
    let rows = move || {
        let full =
            WEIGHTS.iter().map(|(_, budget)| budget.bytes(plan.parameters())).fold(0.0, f64::max);
        let row = |(index, (name, budget)): (usize, &(Name, crate::quantization::BitBudget))| {
            let bytes = budget.bytes(plan.parameters());
            let share = if full > 0.0 { bytes / full } else { 0.0 };
            let bits = budget.bits_per_weight();
            view! {
                <li class="bar" class:bar-chosen=move || plan.weights.get() == index>
                    <button type="button" class="bar-name" on:click=move |_| plan.weights.set(index)>{name()}</button>
                    <span class="bar-track" aria-hidden="true">
                        <span style:width=format!("{:.2}%", 100.0 * share)></span>
                    </span>
                    <span class="bar-value">{strings::bytes_and_bits(bytes, bits)}</span>
                </li>
            }
        };
        WEIGHTS.iter().enumerate().map(row).collect_view()
    };
    view! {
        <section class="panel size-ladder" aria-labelledby="ladder-title">
            <header>
                <h2 id="ladder-title">{t!(size.ladder)}</h2>
                <p class="hint">{t!(size.ladder_hint)}</p>
            </header>
            <ul class="bars">{rows}</ul>
        </section>
    }
}
