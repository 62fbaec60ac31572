//! Before all learning, exactly: eight answers, what the loaded model thinks of them, and the policy that a reward asks
//! for at a price of distance.

use std::time::Duration;

use leptos::prelude::*;

use super::stages::Stages;
use crate::app::address::sharing;
use crate::app::components::{Recorded, Slider};
use crate::app::language::{numbers, t};
use crate::app::model::{Question, when_rested};
use crate::app::strings::align as strings;
use crate::view_model::BestPolicy;
use crate::worker::protocol::{Event, Request};

/// The answers.
const COUNT: usize = 8;
/// The rewards that the page opens with: the best paid is flattery, which the model hardly says.
const REWARDS: [f64; COUNT] = [1.0, 0.5, 2.0, -1.0, 0.8, 1.2, 0.0, 1.0];
/// Largest magnitude of a reward.
const MOST: f64 = 2.0;
/// Pause after which the model is asked.
const REST: Duration = Duration::from_millis(200);

/// The panel.
#[component]
pub fn Eight(stages: Stages) -> impl IntoView {
    let model = stages.model;
    // A power of ten.
    let power = sharing::choice("beta", -0.3, |it| (-2.0..=1.0).contains(it));
    let rewards = sharing::choice("rewards", REWARDS.to_vec(), |it| {
        it.len() == COUNT && it.iter().all(|reward| reward.abs() <= MOST)
    });
    let logs = RwSignal::new(vec![None::<f64>; COUNT]);
    let questions: [Question; COUNT] = std::array::from_fn(|_| Question::new(model));
    when_rested(
        REST,
        move || {
            let lesson = stages.lesson.get()?;
            model.answering().get()?;
            Some(lesson)
        },
        move |lesson| {
            logs.set(vec![None; COUNT]);
            for (index, (question, answer)) in questions.iter().zip(&lesson.answers).enumerate() {
                let text = format!("{} {answer}", lesson.question);
                question.ask(
                    move |model| Request::Perplexity { model, text, reference: None },
                    move |event| {
                        if let Event::Perplexity { tokens, perplexity, .. } = event {
                            // ln p of the whole text; the question's share is the same for all answers.
                            let log = -(tokens as f64) * perplexity.ln();
                            logs.update(|logs| logs[index] = Some(log));
                        }
                    },
                );
            }
        },
    );
    let best = Memo::new(move |_| {
        let logs = logs.get().into_iter().collect::<Option<Vec<f64>>>()?;
        Some(BestPolicy::new(&logs, &rewards.get(), 10f64.powf(power.get())))
    });
    let row = move |index: usize| {
        let answer = move || {
            stages.lesson.with(|it| it.as_ref().and_then(|it| it.answers.get(index).cloned()))
        };
        let share = move |read: fn(&BestPolicy) -> &[f64]| {
            best.with(|best| best.as_ref().map(|best| read(best)[index]))
        };
        let bar = move |class: &'static str, read: fn(&BestPolicy) -> &[f64]| {
            let width = move || format!("{:.2}%", 100.0 * share(read).unwrap_or_default());
            view! {
                <span class=format!("bar-track {class}") aria-hidden="true"><span style:width=width></span></span>
                <span class="bar-value">{move || share(read).map(|share| numbers::percent(share, 1))}</span>
            }
        };
        let value = Signal::derive(move || rewards.with(|it| it[index]));
        view! {
            <li class="eight-row">
                <span class="eight-answer">{answer}</span>
                {bar("bar-before", |it| &it.reference)}
                {bar("bar-after", |it| &it.probabilities)}
                <Slider id=format!("reward-{index}") label=t!(align.reward_of, number = index + 1) value
                    on_change=Callback::new(move |value| rewards.update(|it| it[index] = value))
                    min=-MOST max=Signal::stored(MOST) step=0.1 display=numbers::tenths/>
            </li>
        }
    };
    let question = move || stages.lesson.with(|it| it.as_ref().map(|it| it.question.clone()));
    let figures = move || {
        let best = best.get()?;
        let (reward, distance) =
            (numbers::decimal(best.reward, 2), numbers::decimal(best.divergence, 2));
        Some(t!(align.eight_figures, reward = reward, distance = distance))
    };
    let is_recorded = Signal::derive(move || questions[0].is_recorded.get());
    view! {
        <section class="panel align-eight" aria-labelledby="eight-title">
            <header>
                <h2 id="eight-title">{t!(align.eight)}</h2>
                <p class="hint">{t!(align.eight_hint)}</p>
            </header>
            <Recorded when=is_recorded/>
            <p class="eight-question">{question}</p>
            <p class="eight-legend" aria-hidden="true">
                <span class="legend-before">{t!(align.reference)}</span>
                <span class="legend-after">{t!(align.optimum)}</span>
            </p>
            <ol class="eight-rows">{(0..COUNT).map(row).collect_view()}</ol>
            <div class="options">
                <Slider id="beta" label=t!(align.beta) value=power
                    on_change=Callback::new(move |value| power.set(value))
                    min=-2.0 max=Signal::stored(1.0) step=0.1 display=strings::power/>
                <output id="eight-figures" role="status">{figures}</output>
            </div>
            <p class="hint">{t!(align.eight_formula)}</p>
        </section>
    }
}
