//! The page's language: `?lang=` says it, else the choice made before, else the browser (index.html's script).

use std::cell::OnceCell;

use leptos::prelude::*;

use super::locale::Locale;
use crate::app::browser::{kept, query, root};
use crate::error::Language;

const PARAMETER: &str = "lang";
/// Under this name the browser keeps the choice.
const KEPT: &str = "language";

/// Both, by the name each has for itself.
pub const LANGUAGES: [(Locale, &str); 2] = [(Locale::en, "English"), (Locale::ru, "Русский")];

thread_local! {
    // The page has one thread, and sentences are asked for where no context is at hand: in callbacks too.
    static LOCALE: OnceCell<RwSignal<Locale>> = const { OnceCell::new() };
}

/// Takes up the language that index.html's script has found, and keeps `<html lang>` true from now on.
pub fn start() {
    let found = root::attribute("lang").and_then(|name| from_name(&name));
    let locale = RwSignal::new(found.unwrap_or_default());
    LOCALE.with(|place| place.set(locale).ok());
    Effect::new(move |_| root::set_attribute("lang", Some(name(locale.get()))));
}

/// The language. The shell draws everything anew when it changes: nobody else needs to follow it.
pub fn now() -> Locale {
    LOCALE.with(|place| place.get().and_then(RwSignal::try_get_untracked)).unwrap_or_default()
}

/// [`now`], for the shell: what asks this is done again when the language changes.
pub fn followed() -> Locale {
    LOCALE.with(|place| place.get().and_then(RwSignal::try_get)).unwrap_or_default()
}

/// Speak another language from now on.
pub fn choose(locale: Locale) {
    kept::set(KEPT, Some(name(locale)));
    query::forget(PARAMETER);
    LOCALE.with(|place| place.get().map(|signal| signal.set(locale)));
}

/// The language in which errors say what happened.
pub fn of_errors() -> Language {
    match now() {
        Locale::en => Language::En,
        Locale::ru => Language::Ru,
    }
}

/// Its name in addresses and for the browser.
pub fn name(locale: Locale) -> &'static str {
    match locale {
        Locale::en => "en",
        Locale::ru => "ru",
    }
}

fn from_name(text: &str) -> Option<Locale> {
    LANGUAGES.map(|(locale, _)| locale).into_iter().find(|locale| name(*locale) == text)
}

/// A sentence of locales/ in the page's language, by the file and the key: `t!(room.key)`. One with parts gets them too,
/// `t!(room.key, part = value)`; its `count` chooses the plural.
macro_rules! t {
    ($room:ident.$key:ident) => {
        leptos_i18n::td_string!($crate::app::language::now(), $room.$key)
    };
    ($room:ident.$key:ident, $($part:tt)+) => {
        leptos_i18n::td_string!($crate::app::language::now(), $room.$key, $($part)+).to_string()
    };
}

pub(crate) use t;
