//! The verdict as two opposed bars.

use leptos::prelude::*;

use crate::app::components::Recorded;
use crate::app::language::t;
use crate::app::strings::next as strings;

/// The probability that B follows A, as large as the page allows.
#[component]
pub fn Verdict(
    #[prop(into)] probability: Signal<Option<f32>>,
    #[prop(into)] is_recorded: Signal<bool>,
) -> impl IntoView {
    let side = move |class: &'static str, name: &'static str, of: fn(f32) -> f32| {
        let value = move || probability.get().map(|it| strings::share(of(it)));
        let is_ahead = move || probability.get().is_some_and(|it| of(it) >= 0.5);
        view! {
            <div class=class class:verdict-ahead=is_ahead>
                <span class="verdict-name">{name}</span>
                " "
                <strong>{move || value().unwrap_or_else(|| "–".into())}</strong>
            </div>
        }
    };
    let announcement = move || match probability.get() {
        Some(probability) => strings::verdict(probability),
        None => t!(next.verdict_empty).into(),
    };
    let width = move || format!("{:.2}%", probability.get().unwrap_or(0.5) * 100.0);
    view! {
        <section class="panel verdict" class:verdict-none=move || probability.get().is_none() aria-labelledby="verdict-title">
            <h2 id="verdict-title" class="hidden">{t!(next.verdict_label)}</h2>
            <Recorded when=is_recorded/>
            <p class="hidden" aria-live="polite">{announcement}</p>
            <div class="verdict-sides" aria-hidden="true">
                {side("verdict-side verdict-yes", t!(next.follows), |it| it)}
                {side("verdict-side verdict-no", t!(next.does_not), |it| 1.0 - it)}
            </div>
            <div class="verdict-track" aria-hidden="true">
                <span style:width=width></span>
                <i></i>
            </div>
            <p class="hint">{t!(next.formula)}</p>
        </section>
    }
}
