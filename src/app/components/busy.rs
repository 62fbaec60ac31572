//! That a question takes its time, and the way to give it up.

use leptos::prelude::*;

use crate::app::language::t;

/// Shows itself after a moment only: most answers come sooner. Its place is always kept.
#[component]
pub fn Busy(#[prop(into)] is_busy: Signal<bool>, on_stop: Callback<()>) -> impl IntoView {
    view! {
        <p class="busy" class:busy-now=is_busy>
            <span role="status">{move || is_busy.get().then_some(t!(common.reading))}</span>
            <button type="button" disabled=move || !is_busy.get() on:click=move |_| on_stop.run(())>
                {t!(common.stop)}
            </button>
        </p>
    }
}
