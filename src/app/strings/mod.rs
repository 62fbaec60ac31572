//! Everything the app says: a file a page, and under locales/ the sentences in each language. No other file holds a
//! sentence.

/// A function for each sentence without parts: it gives the sentence in the page's language.
macro_rules! sentences {
    ($room:ident: $($key:ident),+ $(,)?) => {
        $(pub fn $key() -> &'static str {
            sentence!($room.$key)
        })+
    };
}

/// A sentence without parts.
macro_rules! sentence {
    ($($key:tt)+) => {
        leptos_i18n::td_string!($crate::app::language::now(), $($key)+)
    };
}

/// A sentence with parts: `say!(room.key, part = value)`. `count` chooses the plural.
macro_rules! say {
    ($($part:tt)+) => {
        leptos_i18n::td_string!($crate::app::language::now(), $($part)+).to_string()
    };
}

pub mod common;
pub mod compare;
pub mod examples;
pub mod generate;
pub mod layer;
pub mod mask;
pub mod model;
pub mod models;
pub mod next;
pub mod number;
pub mod sentences;
pub mod shell;
pub mod size;
pub mod slides;
pub mod squeezed;
pub mod words;
