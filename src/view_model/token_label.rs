//! Labels of tokens, with their invisible characters made visible.

/// Symbol for a line break.
pub const LINE_BREAK: &str = "↵";
/// Symbol for a space.
const SPACE: &str = "␣";
/// Symbol for a token that is an incomplete character.
pub const PARTIAL_CHARACTER: &str = "·";

/// A token whose text alone is not readable by a screen reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invisible {
    /// An incomplete UTF-8 character.
    PartialCharacter,
    /// White space that includes a line break.
    LineBreak,
    /// Spaces only.
    Space,
}

/// Returns a token's label on one line, for charts and sentences.
pub fn label(text: &str) -> String {
    if text.is_empty() {
        return PARTIAL_CHARACTER.into();
    }
    let shown = text.strip_prefix(' ').unwrap_or(text).replace('\n', LINE_BREAK);
    if shown.trim().is_empty() { spaces(text) } else { shown }
}

/// Replaces each space by a symbol.
pub fn spaces(text: &str) -> String {
    SPACE.repeat(text.chars().count())
}

/// Returns the type of invisible text; `None` if something is visible.
pub fn invisible(text: &str) -> Option<Invisible> {
    match text {
        "" => Some(Invisible::PartialCharacter),
        _ if !text.trim().is_empty() => None,
        _ if text.contains('\n') => Some(Invisible::LineBreak),
        _ => Some(Invisible::Space),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_can_be_seen() {
        for (text, shown, is_invisible) in [
            (" king", "king", None),
            ("king", "king", None),
            ("  king", " king", None),
            ("Король", "Король", None),
            (" 😀", "😀", None),
            ("e\u{301}", "e\u{301}", None),
            ("##ing", "##ing", None),
            (" ", "␣", Some(Invisible::Space)),
            ("   ", "␣␣␣", Some(Invisible::Space)),
            ("\t\u{a0}", "␣␣", Some(Invisible::Space)),
            ("\n", "↵", Some(Invisible::LineBreak)),
            (" \n\n", "↵↵", Some(Invisible::LineBreak)),
            ("end\n", "end↵", None),
            ("", "·", Some(Invisible::PartialCharacter)),
        ] {
            assert_eq!(label(text), shown, "{text:?}");
            assert_eq!(invisible(text), is_invisible, "{text:?}");
            assert!(!label(text).trim().is_empty());
        }
    }
}
