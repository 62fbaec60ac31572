//! The page's language: `?lang=`, else the stored choice, else the browser's (index.html's script).

use std::cell::OnceCell;

use leptos::prelude::*;

use super::locale::Locale;
use crate::app::browser::{kept, query, root};
use crate::error::Language;

const PARAMETER: &str = "lang";
/// The browser's key of the choice.
const KEPT: &str = "language";

/// Both languages, with their own names.
pub const LANGUAGES: [(Locale, &str); 2] = [(Locale::en, "English"), (Locale::ru, "Русский")];

thread_local! {
    // The page has one thread, and sentences are needed where no context is available, as in callbacks.
    static LOCALE: OnceCell<RwSignal<Locale>> = const { OnceCell::new() };
}

/// Starts with the language that index.html's script has found, and keeps `<html lang>` up to date.
pub fn start() {
    let found = root::attribute("lang").and_then(|name| from_name(&name));
    let locale = RwSignal::new(found.unwrap_or_default());
    LOCALE.with(|cell| cell.set(locale).ok());
    Effect::new(move |_| root::set_attribute("lang", Some(name(locale.get()))));
}

/// Returns the language. The shell renders everything anew when it changes: no other code needs to track it.
pub fn now() -> Locale {
    LOCALE.with(|cell| cell.get().and_then(RwSignal::try_get_untracked)).unwrap_or_default()
}

/// Returns the language as [`now`] does, and tracks it; for the shell.
pub fn followed() -> Locale {
    LOCALE.with(|cell| cell.get().and_then(RwSignal::try_get)).unwrap_or_default()
}

/// Chooses another language.
pub fn choose(locale: Locale) {
    kept::set(KEPT, Some(name(locale)));
    query::forget(PARAMETER);
    LOCALE.with(|cell| cell.get().map(|signal| signal.set(locale)));
}

/// Returns the language as errors and models know it.
pub fn current() -> Language {
    match now() {
        Locale::en => Language::En,
        Locale::ru => Language::Ru,
    }
}

/// Returns the one of two values that is in the page's language.
pub fn pick<T>(english: T, russian: T) -> T {
    match now() {
        Locale::en => english,
        Locale::ru => russian,
    }
}

/// Returns a language's name in addresses and for the browser.
pub fn name(locale: Locale) -> &'static str {
    match locale {
        Locale::en => "en",
        Locale::ru => "ru",
    }
}

fn from_name(text: &str) -> Option<Locale> {
    LANGUAGES.map(|(locale, _)| locale).into_iter().find(|locale| name(*locale) == text)
}

/// A sentence of locales/ in the page's language, by file and key: `t!(namespace.key)`. Arguments follow as
/// `t!(namespace.key, argument = value)`; `count` chooses the plural.
macro_rules! t {
    ($namespace:ident.$key:ident) => {
        leptos_i18n::td_string!($crate::app::language::now(), $namespace.$key)
    };
    ($namespace:ident.$key:ident, $($argument:tt)+) => {
        leptos_i18n::td_string!($crate::app::language::now(), $namespace.$key, $($argument)+).to_string()
    };
}

pub(crate) use t;
