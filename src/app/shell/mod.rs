//! The shell around demos: the engine, its models, the top bar, the alert.

mod launched;
mod topbar;
pub mod update;

use leptos::prelude::*;

use crate::app::address::{Drafts, Route, sharing::Sharing};
use crate::app::browser::Appearance;
use crate::app::components::Problem;
use crate::app::frame::embed;
use crate::app::model::{Slots, Trainer};
use crate::app::{language, pages, strings::shell as strings};
use crate::view_model::Demo;

use topbar::Topbar;
use update::NewVersion;

/// The whole app.
#[component]
pub fn Shell() -> impl IntoView {
    language::start();
    let drafts = Drafts::new();
    let route = Route::new(drafts);
    let demo = route.demo();
    let slots = Slots::new(demo.get_untracked());
    provide_context(slots);
    provide_context(Trainer::new(slots.problem));
    provide_context(drafts);
    provide_context(route);
    provide_context(Appearance::new());
    let sharing = Sharing::new(demo);
    provide_context(sharing);
    Effect::new(move |_| {
        language::followed();
        document().set_title(&strings::document_title(demo.get()));
    });
    let is_embedded = embed::is_embedded();
    if is_embedded {
        embed::open(route, sharing, slots);
    }
    let page = move || {
        route.restarts();
        Some(match demo.get()? {
            Demo::Teach => view! { <pages::Teach/> }.into_any(),
            Demo::Distil => view! { <pages::Distil/> }.into_any(),
            Demo::Align => view! { <pages::Align/> }.into_any(),
            Demo::Generate => view! { <pages::Generate/> }.into_any(),
            Demo::Sentences => view! { <pages::Sentences/> }.into_any(),
            Demo::Readers => view! { <pages::Readers/> }.into_any(),
            Demo::Words => view! { <pages::Words/> }.into_any(),
            Demo::Mask => view! { <pages::Mask/> }.into_any(),
            Demo::Next => view! { <pages::Next/> }.into_any(),
            Demo::Compare => view! { <pages::Compare/> }.into_any(),
            Demo::Number => view! { <pages::Number/> }.into_any(),
            Demo::Layer => view! { <pages::Layer/> }.into_any(),
            Demo::Squeezed => view! { <pages::Squeezed/> }.into_any(),
            Demo::Size => view! { <pages::Size/> }.into_any(),
            Demo::Models => view! { <pages::Models/> }.into_any(),
        })
    };
    // A slide's frame stores no megabytes in other people's browsers.
    launched::watch(slots);
    let waiting = (!is_embedded).then(update::watch);
    let problem = slots.problem;
    // In another language everything is rendered anew; models, drafts and the address stay.
    move || {
        language::followed();
        view! {
            {(!is_embedded).then(|| view! { <Topbar route/> })}
            {page}
            {waiting.map(|waiting| view! { <NewVersion waiting/> })}
            <Problem sentence=problem on_dismiss=Callback::new(move |()| problem.set(None))/>
        }
    }
}
