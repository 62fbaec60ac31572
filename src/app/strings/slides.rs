//! Texts of the dialog "For your slides".

use crate::app::language::t;

/// Returns the names of deck formats, in the order of the list; programs go by their own names.
pub fn decks() -> [&'static str; 6] {
    [t!(slides.html), t!(slides.element), "reveal.js", "Slidev", "Quarto", t!(slides.link)]
}

/// Returns the hint below the snippet.
pub fn hint(is_link: bool) -> &'static str {
    if is_link { t!(slides.hint_link) } else { t!(slides.hint_frame) }
}
