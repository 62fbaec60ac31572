//! What stays while demos come and go: the engine, its models, the way from demo to demo, the alert.

use leptos::{html, prelude::*};

use super::components::Problem;
use super::demo::{Demo, Route};
use super::drafts::Drafts;
use super::language::LANGUAGES;
use super::model::Slots;
use super::{address, language, pages, strings::shell as strings};

/// The whole app.
#[component]
pub fn Shell() -> impl IntoView {
    language::start();
    let route = Route::new();
    let demo = route.demo();
    let slots = Slots::new(&address::asked(), demo.get_untracked());
    provide_context(slots);
    provide_context(Drafts::new());
    Effect::new(move |_| {
        language::followed();
        document().set_title(&strings::document_title(demo.get()));
    });
    let link = move |to: Demo| {
        let anchor = NodeRef::<html::A>::new();
        // On a phone the row is wider than the screen.
        Effect::new(move |_| {
            if let Some(anchor) = anchor.get().filter(|_| demo.get() == to) {
                let middle = anchor.offset_left() + anchor.offset_width() / 2;
                if let Some(row) = anchor.closest("nav").ok().flatten() {
                    row.set_scroll_left(middle - row.client_width() / 2);
                }
            }
        });
        view! {
            <li>
                <a
                    node_ref=anchor
                    href=move || route.href(to)
                    aria-current=move || (demo.get() == to).then_some("page")
                    on:click=move |event| route.follow(&event, to)
                >
                    {strings::demo_name(to)}
                </a>
            </li>
        }
    };
    let page = move || match demo.get() {
        Demo::Generate => view! { <pages::Generate/> }.into_any(),
        Demo::Sentences => view! { <pages::Sentences/> }.into_any(),
        Demo::Words => view! { <pages::Words/> }.into_any(),
        Demo::Mask => view! { <pages::Mask/> }.into_any(),
        Demo::Next => view! { <pages::Next/> }.into_any(),
        Demo::Compare => view! { <pages::Compare/> }.into_any(),
        Demo::Number => view! { <pages::Number/> }.into_any(),
        Demo::Layer => view! { <pages::Layer/> }.into_any(),
        Demo::Squeezed => view! { <pages::Squeezed/> }.into_any(),
        Demo::Size => view! { <pages::Size/> }.into_any(),
    };
    let problem = slots.problem;
    // In another language everything is drawn anew; models, drafts and the address stay.
    move || {
        language::followed();
        view! {
            <header class="topbar">
                <p class="brand">{strings::lectern()}</p>
                <nav aria-label=strings::demos()>
                    <ul>{Demo::ALL.map(link)}</ul>
                </nav>
                <Language/>
            </header>
            {page}
            <Problem sentence=problem on_dismiss=Callback::new(move |()| problem.set(None))/>
        }
    }
}

/// The switch of languages: each goes by its own name.
#[component]
fn Language() -> impl IntoView {
    let choices = LANGUAGES.map(|(locale, own_name)| {
        view! {
            <button type="button" lang=language::name(locale) title=own_name
                aria-label=own_name
                aria-pressed=(language::now() == locale).to_string()
                on:click=move |_| language::choose(locale)>
                {language::name(locale).to_uppercase()}
            </button>
        }
    });
    view! { <div class="languages" role="group" aria-label=strings::language()>{choices}</div> }
}
