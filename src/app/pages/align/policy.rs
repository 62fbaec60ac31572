//! The third stage: a policy learns from the reward. One chart for what it is paid, what it is worth, and how far it is
//! from the reference; a place on it chooses the texts below.

use leptos::prelude::*;

use super::positions::Positions;
use super::stages::Stages;
use super::tinted::Tinted;
use crate::app::charts::{Curves, Series};
use crate::app::components::{Recorded, RunControls, Slider};
use crate::app::language::{numbers, t};
use crate::app::model::State;
use crate::app::strings::align as strings;
use crate::worker::protocol::{AlignStep, Ending, Sample};

/// Texts that are shown.
const SHOWN: usize = 3;

/// The card.
#[component]
pub fn Policy(stages: Stages) -> impl IntoView {
    let (training, steps) = (stages.learning, stages.steps);
    // The chosen iteration. Until one is chosen, a recording shows the one whose texts are worth most, and what runs
    // shows its last one.
    let chosen = RwSignal::new(None::<usize>);
    let last = Memo::new(move |_| steps.with(|it| it.len().saturating_sub(1)));
    let best = Memo::new(move |_| {
        let by_worth = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1);
        steps.with(|it| it.iter().map(|it| it.worth).enumerate().max_by(by_worth)).map(|it| it.0)
    });
    let place = Memo::new(move |_| {
        let best = best.get().filter(|_| training.is_recorded.get());
        chosen.get().or(best).unwrap_or(usize::MAX).min(last.get())
    });
    Effect::new(move |_| {
        if steps.with(Vec::is_empty) {
            chosen.set(None);
        }
    });
    let step = move || steps.with(|steps| steps.get(place.get()).cloned());
    // A recording has the texts of some iterations only.
    let written = move || {
        steps.with(|steps| {
            let until = steps.iter().take(place.get() + 1);
            until.rev().find(|it| !it.samples.is_empty()).cloned()
        })
    };
    let curve = move |name: &'static str, colour, read: fn(&AlignStep) -> f64| {
        steps.with(|steps| Series {
            name: name.to_owned(),
            colour,
            points: steps.iter().map(|it| [it.step as f64, read(it)]).collect(),
            is_ghost: false,
            is_dots: false,
        })
    };
    let series = move || {
        vec![
            curve(t!(align.proxy), 1, |it| it.reward),
            curve(t!(align.worth), 3, |it| it.worth),
            curve(t!(align.distance), 4, |it| it.divergence),
        ]
    };
    let total = move || {
        steps
            .with(|it| it.first().map(|it| it.total))
            .unwrap_or_else(|| stages.iterations.get())
            .max(1)
    };
    let span = Signal::derive(move || [0.0, total() as f64]);
    let ticks = Signal::derive(move || {
        let total = total();
        [0, total / 2, total].map(|step| (step as f64, step.to_string())).to_vec()
    });
    let sample = move |index: usize| {
        let content = move || {
            let Sample { opening, tokens, shares, reward, worth } =
                written()?.samples.get(index)?.clone();
            let facts = t!(
                align.sample_facts,
                reward = numbers::decimal(reward, 1),
                worth = numbers::decimal(worth, 1)
            );
            Some(view! {
                <p class="sample-text"><Tinted opening tokens shares/></p>
                <p class="sample-facts">{facts}</p>
            })
        };
        view! { <li class="sample">{content}</li> }
    };
    let figures = move || {
        let AlignStep { step, reward, worth, divergence, entropy, .. } = step()?;
        let [reward, worth, divergence, entropy] =
            [reward, worth, divergence, entropy].map(|it| numbers::decimal(it, 2));
        Some(t!(
            align.step_facts,
            step = step,
            reward = reward,
            worth = worth,
            distance = divergence,
            entropy = entropy
        ))
    };
    let note = move || {
        let tuned = stages.aligned.get()?;
        if tuned.ending != Ending::Complete {
            return Some(strings::ending(tuned.ending, tuned.seconds));
        }
        Some(steps.with(|steps| strings::verdict(steps, tuned.seconds)))
    };
    view! {
        <section class="panel align-stage align-policy" aria-labelledby="policy-title">
            <header>
                <h2 id="policy-title"><span class="stage-number" aria-hidden="true">"3"</span> {t!(align.policy)}</h2>
                <p class="hint">{t!(align.policy_hint)}</p>
            </header>
            <Recorded when=training.is_recorded/>
            <Curves series=Signal::derive(series) label=t!(align.policy) across=t!(align.iteration) span
                display=numbers::hundredths ticks
                cursor=Signal::derive(move || Some(place.get() as f64).filter(|_| !steps.with(Vec::is_empty)))/>
            <Slider id="shown-iteration" label=t!(align.shown) value=Signal::derive(move || place.get() as f64)
                on_change=Callback::new(move |value: f64| chosen.set(Some(value as usize)))
                max=Signal::derive(move || last.get().max(1) as f64) step=1.0 display=numbers::whole/>
            <p class="note" id="step-facts">{figures}</p>
            <ol class="samples">{(0..SHOWN).map(sample).collect_view()}</ol>
            <RunControls training can_run=stages.can_run()
                on_run=Callback::new(move |state: State| stages.align(state))
                on_reset=Callback::new(move |()| stages.forget_policy())/>
            <p class="note" id="policy-note" role="status">{note}</p>
            <div class="options">
                <Slider id="kl-beta" label=t!(align.beta) value=stages.beta
                    on_change=Callback::new(move |value| stages.beta.set(value))
                    min=0.0 max=Signal::stored(2.0) step=0.05 display=numbers::hundredths/>
                <Slider id="iterations" label=t!(align.iterations)
                    value=Signal::derive(move || stages.iterations.get() as f64)
                    on_change=Callback::new(move |value: f64| stages.iterations.set(value as usize))
                    min=5.0 max=Signal::stored(100.0) step=5.0 display=numbers::whole/>
                <Slider id="seed" label=t!(align.seed)
                    value=Signal::derive(move || f64::from(stages.seed.get()))
                    on_change=Callback::new(move |value: f64| stages.seed.set(value as u32))
                    min=1.0 max=Signal::stored(20.0) step=1.0 display=numbers::whole/>
            </div>
            <Positions divergences=Signal::derive(move || written().map(|it| it.by_position).unwrap_or_default())/>
        </section>
    }
}
