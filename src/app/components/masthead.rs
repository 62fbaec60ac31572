//! The header of a page without a model.

use leptos::prelude::*;

use crate::app::strings::shell::demo_title;
use crate::view_model::Demo;

/// Title of the page.
#[component]
pub fn Masthead(demo: Demo) -> impl IntoView {
    view! {
        <section class="masthead" aria-labelledby="title">
            <div class="masthead-row"><h1 id="title">{demo_title(demo)}</h1></div>
        </section>
    }
}
