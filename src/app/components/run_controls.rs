//! Buttons of a training.

use leptos::prelude::*;

use crate::app::language::t;
use crate::app::model::{State, Training};

/// Run, wait, one step, slow motion, stop, reset. `on_run` begins in the given state.
#[component]
pub fn RunControls(
    training: Training,
    #[prop(into)] can_run: Signal<bool>,
    on_run: Callback<State>,
    on_reset: Callback<()>,
) -> impl IntoView {
    let state = training.state;
    let is_idle = move || state.get() == State::Idle;
    let runs = move || state.get() == State::Running;
    let begin = move |idle: State, open: fn(Training)| {
        if state.get_untracked() == State::Idle { on_run.run(idle) } else { open(training) }
    };
    view! {
        <div class="run-controls" role="group" aria-label=t!(training.controls)>
            <Show when=runs fallback=move || view! {
                <button type="button" class="primary"
                    disabled=move || state.get() == State::Loading || is_idle() && !can_run.get()
                    on:click=move |_| begin(State::Running, Training::go_on)>
                    {move || if is_idle() { t!(training.run) } else { t!(training.go_on) }}
                </button>
            }>
                <button type="button" class="primary" on:click=move |_| training.wait()>{t!(training.wait)}</button>
            </Show>
            <button type="button" disabled=move || runs() || state.get() == State::Loading || is_idle() && !can_run.get()
                on:click=move |_| begin(State::Waiting, Training::one_step)>{t!(training.one_step)}</button>
            <button type="button" aria-pressed=move || (state.get() == State::Slow).to_string()
                disabled=move || state.get() == State::Loading || is_idle() && !can_run.get()
                on:click=move |_| begin(State::Slow, Training::go_slowly)>{t!(training.slowly)}</button>
            <button type="button" disabled=is_idle on:click=move |_| training.stop()>{t!(common.stop)}</button>
            <button type="button" disabled=move || !is_idle() on:click=move |_| on_reset.run(())>{t!(training.reset)}</button>
            <span class="note" role="status">
                {move || (state.get() == State::Loading).then_some(t!(training.loading))}
            </span>
        </div>
    }
}
