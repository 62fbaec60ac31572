//! Tokens as people see them: with what is invisible in them made visible.

use leptos::prelude::*;

use crate::app::strings::common as strings;

const LINE_BREAK: &str = "↵";
const SPACE: &str = "␣";
/// For a token that is a part of a character only.
const PART: &str = "·";

/// A token in one line, for labels and sentences.
pub fn label(text: &str) -> String {
    if text.is_empty() {
        return PART.into();
    }
    let shown = text.strip_prefix(' ').unwrap_or(text).replace('\n', LINE_BREAK);
    if shown.trim().is_empty() { SPACE.repeat(text.chars().count()) } else { shown }
}

/// Its name for a screen reader, where its text alone says nothing.
pub fn spoken(text: &str) -> Option<&'static str> {
    match text {
        "" => Some(strings::part_of_character()),
        _ if !text.trim().is_empty() => None,
        _ if text.contains('\n') => Some(strings::line_break()),
        _ => Some(strings::space()),
    }
}

/// A token inside running text: line breaks break the line, and are marked.
pub fn running(text: &str) -> impl IntoView + use<> {
    let mark = |sign: String| view! { <span class="invisible" aria-hidden="true">{sign}</span> };
    if text.is_empty() {
        return mark(PART.into()).into_any();
    }
    if !text.contains('\n') && text.trim().is_empty() {
        return mark(SPACE.repeat(text.chars().count())).into_any();
    }
    let mut lines = text.split('\n').map(str::to_owned);
    let first = lines.next();
    let others = lines.map(|line| view! { {mark(LINE_BREAK.into())} "\n" {line} }).collect_view();
    view! { {first} {others} }.into_any()
}
