//! The first tier: the loaded model's logits at a gap, softened by a temperature. Nothing is trained.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use crate::app::address::sharing;
use crate::app::components::{Busy, Slider};
use crate::app::language::{numbers, t};
use crate::app::model::{Model, Question, when_rested};
use crate::app::strings::distil as strings;
use crate::view_model::Loss;
use crate::worker::protocol::{Ability, Event, Request};

/// Pause in typing after which the model is asked.
const REST: Duration = Duration::from_millis(250);
/// Words that are shown.
const SHOWN: usize = 8;
/// Half the width of a pull's bar stands for so much.
const FULL_PULL: f64 = 1.0;

/// The candidates for the gap: texts, likeliest first, and all logits.
type Answer = Arc<(Vec<String>, Vec<f32>)>;

/// The panel.
#[component]
pub fn Soften(model: Model, sentence: RwSignal<String>) -> impl IntoView {
    let power = sharing::choice("temperature", 1.0, |it| (-2.0..=4.5).contains(it));
    let alpha = sharing::choice("alpha", 1.0, |it| (0.0..=1.0).contains(it));
    let squared = sharing::choice("squared", true, |_| true);
    let question = Question::new(model);
    let answer = RwSignal::new(None::<Answer>);
    let info = model.info();
    when_rested(
        REST,
        move || {
            let handle = model.answering().get().filter(|_| model.can(Ability::FillMask))?;
            Some((sentence.get(), handle))
        },
        move |(text, _)| {
            let top_k = info.with_untracked(|it| it.as_ref().map_or(0, |it| it.vocabulary));
            let mask = info.with_untracked(|it| it.as_ref().and_then(|it| it.mask_token.clone()));
            let text = text.replace(t!(common.mask), mask.as_deref().unwrap_or(t!(common.mask)));
            if text.trim().is_empty() {
                return answer.set(None);
            }
            question.ask(
                move |model| Request::FillMask { model, text, top_k },
                move |event| {
                    if let Event::Filled { mut fillings, .. } = event {
                        let candidates = fillings.drain(..).next().map(|it| it.candidates);
                        let candidates = candidates.unwrap_or_default();
                        let texts =
                            candidates.iter().take(SHOWN).map(|it| it.text.clone()).collect();
                        let logits = candidates.iter().map(|it| it.logit).collect();
                        answer.set(Some(Arc::new((texts, logits))));
                    }
                },
            );
        },
    );
    let softened = Memo::new(move |_| {
        let answer = answer.get()?;
        let loss = Loss {
            temperature: 2f64.powf(power.get()),
            alpha: alpha.get(),
            squared: squared.get(),
        };
        Some((answer.0.clone(), loss.soften(&answer.1, 0)))
    });
    let rows = move || {
        let (texts, (words, _)) = softened.get()?;
        let row = |(index, text): (usize, String)| {
            let word = words[index].clone();
            let is_hard = index == 0;
            let pull = (word.pull / FULL_PULL).clamp(-1.0, 1.0);
            let (left, width) =
                if pull < 0.0 { (50.0 + 50.0 * pull, -50.0 * pull) } else { (50.0, 50.0 * pull) };
            let direction = if word.pull > 0.0 { t!(distil.pull_up) } else { t!(distil.pull_down) };
            view! {
                <li class="soft-row" class:soft-hard=is_hard>
                    <span class="bar-name">{text}</span>
                    <span class="bar-track" aria-hidden="true"><span style:width=format!("{:.2}%", 100.0 * word.share)></span></span>
                    <span class="bar-value">{numbers::percent(word.share, 1)}</span>
                    <span class="hard-mark">{is_hard.then_some(t!(distil.hard_label))}</span>
                    <span class="pull" class:pull-down=pull.is_sign_negative() aria-hidden="true">
                        <i style:left=format!("{left:.2}%") style:width=format!("{width:.2}%")></i>
                    </span>
                    <span class="hidden">{direction}</span>
                </li>
            }
        };
        Some(texts.into_iter().enumerate().map(row).collect_view())
    };
    let entropy = move || softened.get().map(|(_, (_, entropy))| numbers::hundredths(entropy));
    view! {
        <section class="panel distil-soft" aria-labelledby="soft-title" aria-busy=move || question.is_open.get().to_string()>
            <header>
                <h2 id="soft-title">{t!(distil.soft)}</h2>
                <p class="hint">{t!(distil.soft_hint)}</p>
                <Busy is_busy=question.is_open on_stop=Callback::new(move |()| question.cancel())/>
            </header>
            <input type="text" id="soft-sentence" aria-label=t!(distil.probe_label) autocomplete="off" bind:value=sentence/>
            <div class="options">
                <Slider id="temperature" label=t!(distil.temperature) value=power
                    on_change=Callback::new(move |value| power.set(value))
                    min=-2.0 max=Signal::stored(4.5) step=0.25 display=strings::temperature/>
                <Slider id="alpha" label=t!(distil.alpha) value=alpha
                    on_change=Callback::new(move |value| alpha.set(value))
                    min=0.0 max=Signal::stored(1.0) step=0.05 display=numbers::hundredths/>
                <label class="check">
                    <input type="checkbox" id="squared" prop:checked=squared
                        on:change:target=move |event| squared.set(event.target().checked())/>
                    {t!(distil.squared)}
                </label>
            </div>
            <ol class="soft-rows">{rows}</ol>
            <p class="soft-foot">
                <span>{t!(distil.entropy)} ": " <output id="entropy">{entropy}</output></span>
                <span class="hint">{t!(distil.pull)}</span>
            </p>
            <p class="hint">{t!(distil.formula)}</p>
        </section>
    }
}
