//! What is pasted into a field of one line.

/// The lines of a text that hold something.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A field's text with something in the place of what is selected in it, from `start` to `end`, which count as JavaScript
/// does: in UTF-16 code units.
pub fn in_place(text: &str, start: usize, end: usize, pasted: &str) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let (start, end) = (start.min(units.len()), end.min(units.len()));
    let part = |units: &[u16]| String::from_utf16_lossy(units);
    format!("{}{pasted}{}", part(&units[..start]), part(&units[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_and_spaces_at_the_ends_are_left_out() {
        assert_eq!(lines("  Кот спит.\r\n\n\tA cat  sleeps. \n"), ["Кот спит.", "A cat  sleeps."]);
        assert!(lines(" \n\t\r\n").is_empty());
        assert!(lines("").is_empty());
    }

    #[test]
    fn the_selection_counts_in_utf_16() {
        for (text, start, end, result) in [
            ("Кот спит", 4, 8, "Кот ест"),
            ("", 0, 0, "ест"),
            ("abc", 3, 3, "abcест"),
            ("a😀b", 1, 3, "aестb"),
            ("𝄞x", 2, 2, "𝄞естx"),
            // Beyond the end: the field has changed.
            ("abc", 7, 9, "abcест"),
        ] {
            assert_eq!(in_place(text, start, end, "ест"), result, "{text}");
        }
    }
}
