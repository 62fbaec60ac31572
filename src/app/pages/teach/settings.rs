//! The options of fine-tuning, and what to break.

use leptos::prelude::*;

use super::race::Race;
use crate::app::components::Slider;
use crate::app::language::{numbers, t};
use crate::app::strings::teach as strings;

/// The panel's lower part.
#[component]
pub fn Options(race: Race) -> impl IntoView {
    let settings = race.settings;
    let layers = move || race.model.info().with(|info| info.as_ref().map_or(6, |info| info.layers));
    let most = Memo::new(move |_| layers() as f64);
    let too_fast = move |_| {
        settings.rate.set(-1.5);
        settings.layers.set(layers());
    };
    let usual = move |_| {
        settings.rate.set(-3.5);
        settings.layers.set(2);
        race.task.is_shuffled.set(false);
    };
    view! {
        <details class="more" open>
            <summary>{t!(teach.fine_tuning)}</summary>
            <div class="options">
                <Slider id="layers" label=t!(teach.layers)
                    value=Signal::derive(move || settings.layers.get() as f64)
                    on_change=Callback::new(move |value: f64| settings.layers.set(value as usize))
                    min=1.0 max=most step=1.0 display=numbers::whole/>
                <Slider id="rate" label=t!(teach.rate)
                    value=Signal::derive(move || settings.rate.get())
                    on_change=Callback::new(move |value: f64| settings.rate.set(value))
                    min=-5.0 max=Signal::stored(0.0) step=0.25 display=strings::rate/>
                <Slider id="steps" label=t!(teach.steps)
                    value=Signal::derive(move || settings.steps.get() as f64)
                    on_change=Callback::new(move |value: f64| settings.steps.set(value as usize))
                    min=5.0 max=Signal::stored(120.0) step=5.0 display=numbers::whole/>
                <label class="check">
                    <input type="checkbox" prop:checked=settings.head_first
                        on:change:target=move |event| settings.head_first.set(event.target().checked())/>
                    {t!(teach.head_first)}
                </label>
            </div>
            <div class="chips" role="group" aria-label=t!(teach.break_it)>
                <button type="button" class="chip" on:click=too_fast>{t!(teach.too_fast)}</button>
                <button type="button" class="chip" on:click=move |_| race.task.is_shuffled.set(true)>{t!(teach.shuffle_it)}</button>
                <button type="button" class="chip" on:click=usual>{t!(teach.usual)}</button>
            </div>
        </details>
    }
}
