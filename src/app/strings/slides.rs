//! What a deck needs to show a demo.

use crate::app::language::t;

/// In the order of the list; programs go by their own names.
pub fn decks() -> [&'static str; 6] {
    [t!(slides.html), t!(slides.element), "reveal.js", "Slidev", "Quarto", t!(slides.link)]
}

/// What else to know.
pub fn hint(is_link: bool) -> &'static str {
    if is_link { t!(slides.hint_link) } else { t!(slides.hint_frame) }
}
