//! Tokens as people see them: with what is invisible in them made visible.

/// For a line break.
pub const LINE_BREAK: &str = "↵";
/// For a space.
const SPACE: &str = "␣";
/// For a token that is a part of a character only.
pub const PART: &str = "·";

/// A token whose text alone says nothing to a screen reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invisible {
    /// A part of a character.
    Part,
    /// Nothing but spaces, and a line break among them.
    LineBreak,
    /// Nothing but spaces.
    Space,
}

/// A token in one line, for labels and sentences.
pub fn label(text: &str) -> String {
    if text.is_empty() {
        return PART.into();
    }
    let shown = text.strip_prefix(' ').unwrap_or(text).replace('\n', LINE_BREAK);
    if shown.trim().is_empty() { spaces(text) } else { shown }
}

/// A sign for each space.
pub fn spaces(text: &str) -> String {
    SPACE.repeat(text.chars().count())
}

/// Is there nothing to be seen in it?
pub fn invisible(text: &str) -> Option<Invisible> {
    match text {
        "" => Some(Invisible::Part),
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
            ("", "·", Some(Invisible::Part)),
        ] {
            assert_eq!(label(text), shown, "{text:?}");
            assert_eq!(invisible(text), is_invisible, "{text:?}");
            assert!(!label(text).trim().is_empty());
        }
    }
}
