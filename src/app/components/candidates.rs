//! Candidates for a token, with their probabilities.

use leptos::prelude::*;

use super::slider::Slider;
use crate::app::charts::Bars;
use crate::app::language::{numbers::decimal, t};
use crate::view_model::charts::Bar;

/// The content of the panel.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// An explanation why the panel is empty.
    Nothing(&'static str),
    /// A distribution.
    Distribution {
        /// Title of the distribution.
        title: String,
        bars: Vec<Bar>,
        /// A note that the bars do not convey.
        note: Option<String>,
    },
}

/// The panel of candidates, with the temperature of its softmax.
#[component]
pub fn Candidates(
    #[prop(into)] shown: Signal<Shown>,
    #[prop(into)] temperature: Signal<f64>,
    on_temperature: Callback<f64>,
) -> impl IntoView {
    let title = move || match shown.get() {
        Shown::Distribution { title, .. } => title,
        Shown::Nothing(_) => String::new(),
    };
    let bars = Signal::derive(move || match shown.get() {
        Shown::Distribution { bars, .. } => bars,
        Shown::Nothing(_) => Vec::new(),
    });
    let note = move || match shown.get() {
        Shown::Distribution { note, .. } => note.unwrap_or_default(),
        Shown::Nothing(why) => why.into(),
    };
    view! {
        <section class="panel candidates" aria-labelledby="candidates-title">
            <header>
                <h2 id="candidates-title">{t!(generate.candidates)}</h2>
                <p class="subject">{title}</p>
            </header>
            <Slider
                id="candidates-temperature"
                label=t!(generate.candidates_temperature)
                max=2.0
                step=0.05
                value=temperature
                on_change=on_temperature
                display=|value| decimal(value, 2)
            />
            <div class="distribution">
                <Bars bars/>
                <p class="note">{note}</p>
            </div>
        </section>
    }
}
