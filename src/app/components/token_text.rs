//! Tokens in running text and for screen readers.

use leptos::prelude::*;

use crate::app::language::t;
use crate::view_model::token_label::{Invisible, LINE_BREAK, PARTIAL_CHARACTER, invisible, spaces};

/// Returns the token's name for a screen reader, where its text alone is not readable.
pub fn spoken(text: &str) -> Option<&'static str> {
    invisible(text).map(|invisible| match invisible {
        Invisible::PartialCharacter => t!(common.part_of_character),
        Invisible::LineBreak => t!(common.line_break),
        Invisible::Space => t!(common.space),
    })
}

/// Renders a token inside running text: line breaks are marked and break the line.
pub fn running(text: &str) -> impl IntoView + use<> {
    let mark = |sign: String| view! { <span class="invisible" aria-hidden="true">{sign}</span> };
    match invisible(text) {
        Some(Invisible::PartialCharacter) => return mark(PARTIAL_CHARACTER.into()).into_any(),
        Some(Invisible::Space) => return mark(spaces(text)).into_any(),
        _ => (),
    }
    let mut lines = text.split('\n').map(str::to_owned);
    let first = lines.next();
    let others = lines.map(|line| view! { {mark(LINE_BREAK.into())} "\n" {line} }).collect_view();
    view! { {first} {others} }.into_any()
}
