//! The bar over every demo: navigation, appearance and language.

use leptos::{html, prelude::*};

use crate::app::address::Route;
use crate::app::browser::{Appearance, Theme};
use crate::app::components::Icon;
use crate::app::frame::{CopyLink, ForSlides};
use crate::app::language::{self, LANGUAGES, t};
use crate::app::strings::shell as strings;
use crate::view_model::{Demo, Stop};

/// The bar: the stops of the lecture, and the demos of the open one.
#[component]
pub fn Topbar(route: Route) -> impl IntoView {
    let demo = route.demo();
    let row = NodeRef::<html::Nav>::new();
    // On a phone the row is wider than the screen.
    Effect::new(move |_| {
        demo.track();
        let Some(row) = row.get() else { return };
        let open = row.query_selector("a[aria-current]").ok().flatten();
        if let Some(open) = open {
            let (row_box, open) = (row.get_bounding_client_rect(), open.get_bounding_client_rect());
            let middle = open.left() + open.width() / 2.0 - row_box.left() - row_box.width() / 2.0;
            row.set_scroll_left(row.scroll_left() + middle as i32);
        }
    });
    let link = move |to: Demo, name: &'static str| {
        view! {
            <a
                href=move || route.href(Some(to))
                aria-current=move || (demo.get() == Some(to)).then_some("page")
                on:click=move |event| route.follow(&event, Some(to))
            >
                {name}
            </a>
        }
    };
    let stop = move |stop: Stop| {
        let demos = stop.demos();
        let others = (demos.len() > 1).then(|| {
            let links =
                demos.iter().map(|&demo| view! { <li>{link(demo, strings::demo_name(demo))}</li> });
            view! { <ul>{links.collect_view()}</ul> }
        });
        // A stop with several demos is their heading, not one of them.
        let first = match &others {
            None => link(demos[0], strings::stop_name(stop)).into_any(),
            Some(_) => view! {
                <a href=move || route.href(Some(demos[0])) on:click=move |event| route.follow(&event, Some(demos[0]))>
                    {strings::stop_name(stop)}
                </a>
            }
            .into_any(),
        };
        view! { <li class="stop">{first}{others}</li> }
    };
    view! {
        <header class="topbar">
            <a class="brand" href=move || route.href(None) title=t!(shell.map)
                aria-current=move || demo.get().is_none().then_some("page")
                on:click=move |event| route.follow(&event, None)>
                {t!(shell.lectern)}
            </a>
            <nav aria-label=t!(shell.demos) node_ref=row>
                <ul>{Stop::ALL.map(stop)}</ul>
            </nav>
            <div class="tools">
                <Show when=move || demo.get().is_some_and(|demo| demo != Demo::Models)>
                    <CopyLink/>
                    <ForSlides/>
                </Show>
                <a title=t!(shell.models_title) aria-label=t!(shell.models_title)
                    href=move || route.href(Some(Demo::Models))
                    aria-current=move || (demo.get() == Some(Demo::Models)).then_some("page")
                    on:click=move |event| route.follow(&event, Some(Demo::Models))>
                    <Icon name="models"/>
                </a>
                <Looks/>
                <Language/>
            </div>
        </header>
    }
}

/// Switches for the projector's large type and for light or dark.
#[component]
fn Looks() -> impl IntoView {
    let looks = Appearance::here();
    let is_projected = looks.is_projected;
    let is_dark = move || looks.theme.get() == Theme::Dark;
    view! {
        <button type="button" title=t!(shell.projector) aria-label=t!(shell.projector)
            aria-pressed=move || is_projected.get().to_string()
            on:click=move |_| looks.project(!is_projected.get_untracked())>
            <Icon name="projector"/>
        </button>
        <button type="button" title=t!(shell.dark) aria-label=t!(shell.dark)
            aria-pressed=move || is_dark().to_string()
            on:click=move |_| looks.choose(looks.theme.get_untracked().other())>
            <Icon name="theme"/>
        </button>
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
    view! { <div class="languages" role="group" aria-label=t!(shell.language)>{choices}</div> }
}
