//! The last error, until it is dismissed.

use leptos::prelude::*;

use crate::app::language::t;

/// An alert over the page: nothing moves when it appears or disappears.
#[component]
pub fn Problem(
    #[prop(into)] sentence: Signal<Option<String>>,
    on_dismiss: Callback<()>,
) -> impl IntoView {
    move || {
        sentence.get().map(|sentence| {
            view! {
                <div class="problem" role="alert">
                    <p>{sentence}</p>
                    <button type="button" on:click=move |_| on_dismiss.run(())>{t!(shell.dismiss)}</button>
                </div>
            }
        })
    }
}
