//! The head of a page that needs no model.

use leptos::prelude::*;

use crate::app::strings::shell::demo_title;
use crate::view_model::Demo;

/// Its title.
#[component]
pub fn Masthead(demo: Demo) -> impl IntoView {
    view! {
        <section class="masthead" aria-labelledby="title">
            <div class="masthead-row"><h1 id="title">{demo_title(demo)}</h1></div>
        </section>
    }
}
