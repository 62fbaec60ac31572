//! The mark of a picture that is a recording.

use leptos::prelude::*;

use crate::app::language::t;

/// A tag on the edge of the panel that it is in, where it takes no room: nothing moves when it goes.
#[component]
pub fn Recorded(#[prop(into)] when: Signal<bool>) -> impl IntoView {
    view! {
        <Show when=move || when.get()>
            <p class="recorded" title=t!(common.recorded_hint)>{t!(common.recorded)}</p>
        </Show>
    }
}
