//! Text pasted into a single-line field.

/// Returns the lines of a text that are not blank.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Returns a field's text with its selection, from `start` to `end`, replaced. Both count UTF-16 code units, as
/// JavaScript does.
pub fn replace_selection(text: &str, start: usize, end: usize, pasted: &str) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let (start, end) = (start.min(units.len()), end.min(units.len()));
    let decoded = |units: &[u16]| String::from_utf16_lossy(units);
    format!("{}{pasted}{}", decoded(&units[..start]), decoded(&units[end..]))
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
            assert_eq!(replace_selection(text, start, end, "ест"), result, "{text}");
        }
    }
}
