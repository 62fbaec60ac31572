//! The page's language: `?lang=` says it, else the choice made before, else the browser.

use std::cell::OnceCell;

use leptos::prelude::*;
use web_sys::UrlSearchParams;

pub use super::strings::Locale;
use crate::error::Language;

const PARAMETER: &str = "lang";
/// Under this name the browser keeps the choice.
const KEPT: &str = "lectern-language";

/// Both, by the name each has for itself.
pub const LANGUAGES: [(Locale, &str); 2] = [(Locale::en, "English"), (Locale::ru, "Русский")];

thread_local! {
    // The page has one thread, and sentences are asked for where no context is at hand: in callbacks too.
    static LOCALE: OnceCell<RwSignal<Locale>> = const { OnceCell::new() };
}

/// Finds out the language, and keeps `<html lang>` true from now on.
pub fn start() {
    let locale = RwSignal::new(asked().or_else(kept).unwrap_or_else(browsers));
    LOCALE.with(|place| place.set(locale).ok());
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", name(locale.get()));
        }
    });
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
    if let Ok(Some(storage)) = window().local_storage() {
        // Where nothing may be kept, the choice holds until the page is closed.
        let _ = storage.set_item(KEPT, name(locale));
    }
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

fn from_tag(tag: &str) -> Option<Locale> {
    let language = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    LANGUAGES.map(|(locale, _)| locale).into_iter().find(|locale| name(*locale) == language)
}

fn asked() -> Option<Locale> {
    let query = UrlSearchParams::new_with_str(&location().search().ok()?).ok()?;
    from_tag(&query.get(PARAMETER)?)
}

fn kept() -> Option<Locale> {
    from_tag(&window().local_storage().ok()??.get_item(KEPT).ok()??)
}

/// The first of the browser's languages that the page speaks.
fn browsers() -> Locale {
    let languages = window().navigator().languages();
    languages.iter().filter_map(|tag| from_tag(&tag.as_string()?)).next().unwrap_or_default()
}
