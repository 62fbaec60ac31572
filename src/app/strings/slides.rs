//! What a deck needs to show a demo.

sentences! {
    slides:
    for_slides,
    deck,
    html,
    element,
    link,
    snippet,
    hint_link,
    hint_frame,
    copy,
    copied,
}

/// In the order of the list; programs go by their own names.
pub fn decks() -> [&'static str; 6] {
    [html(), element(), "reveal.js", "Slidev", "Quarto", link()]
}

/// What else to know.
pub fn hint(is_link: bool) -> &'static str {
    if is_link { hint_link() } else { hint_frame() }
}
