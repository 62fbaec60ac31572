//! A notice that a request takes long, with a button to stop it.

use leptos::prelude::*;

use crate::app::language::t;

/// Appears after a moment only: most answers arrive sooner. Its space is always reserved.
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
