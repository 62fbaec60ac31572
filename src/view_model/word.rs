//! A word in a sentence.

/// Combining marks, such as the stress of «за́мок» and the dots of a decomposed «ё».
const COMBINING: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// Whether a character can be inside a word.
pub fn is_in_word(letter: char) -> bool {
    letter.is_alphanumeric() || COMBINING.contains(&letter)
}

/// Maximum number of letters that an ending may add to the target word: «ключ» is in «ключом».
const LONGEST_ENDING: usize = 3;

/// Finds the byte range of the word in the text: exactly as written, else with an ending. Case is ignored.
pub fn find(text: &str, word: &str) -> Option<(usize, usize)> {
    let target: Vec<char> = word.trim().chars().flat_map(char::to_lowercase).collect();
    if target.is_empty() {
        return None;
    }
    let mut with_ending = None;
    let mut before = None;
    for (start, letter) in text.char_indices() {
        let is_start = letter.is_alphanumeric() && !before.is_some_and(is_in_word);
        before = Some(letter);
        if !is_start {
            continue;
        }
        let Some(end) = match_length(&text[start..], &target).map(|length| start + length) else {
            continue;
        };
        let ending = text[end..].chars().take_while(|letter| is_in_word(*letter));
        let (letters, bytes) =
            ending.fold((0, 0), |(letters, bytes), it| (letters + 1, bytes + it.len_utf8()));
        match letters {
            0 => return Some((start, end)),
            1..=LONGEST_ENDING if with_ending.is_none() => with_ending = Some((start, end + bytes)),
            _ => (),
        }
    }
    with_ending
}

/// Returns the length in bytes of the text's beginning that matches the target letters.
fn match_length(text: &str, target: &[char]) -> Option<usize> {
    let mut target = target.iter();
    for (offset, letter) in text.char_indices() {
        if target.len() == 0 {
            return Some(offset);
        }
        // One capital letter may correspond to two lowercase ones.
        if !letter.to_lowercase().all(|small| target.next() == Some(&small)) {
            return None;
        }
    }
    (target.len() == 0).then_some(text.len())
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The word.
    pub text: String,
    /// Its start in the text, in UTF-16 code units.
    pub start: usize,
    /// Its end.
    pub end: usize,
}

impl Span {
    /// Returns the words of a text, without its punctuation.
    pub fn words(text: &str) -> Vec<Self> {
        let words = text.split(|letter| !is_in_word(letter)).filter(|word| !word.is_empty());
        let span = |word: &str| {
            let start = utf16(text, word.as_ptr() as usize - text.as_ptr() as usize);
            Self { text: word.to_owned(), start, end: start + word.encode_utf16().count() }
        };
        words.map(span).collect()
    }
}

/// Converts a byte offset to UTF-16 code units, as JavaScript counts.
pub fn utf16(text: &str, byte: usize) -> usize {
    text[..byte].encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_text_have_their_places_as_javascript_counts() {
        let found = Span::words("🙂 «За́мок» был, наверно, 2-й.");
        let words: Vec<&str> = found.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(words, ["За́мок", "был", "наверно", "2", "й"]);
        assert_eq!((found[0].start, found[0].end), (4, 10));
        assert!(Span::words(" …!").is_empty());
    }

    #[test]
    fn a_word_is_found_as_written_or_with_an_ending() {
        for (text, word, found) in [
            ("They sat on the bank of the river.", "bank", Some("bank")),
            ("Bank on it", "bank", Some("Bank")),
            ("He pays BANKS well", "bank", Some("BANKS")),
            ("В лесу бьёт холодный ключ.", "ключ", Some("ключ")),
            ("Мы напились воды из ключа у дороги.", " Ключ ", Some("ключа")),
            ("Эльф стреляет из лука без промаха.", "лук", Some("лука")),
            // An exact match is preferred to one with an ending, wherever it is.
            ("ключом или ключ", "ключ", Some("ключ")),
            ("ключом или ключами", "ключ", Some("ключом")),
            // Longer than an ending: another word.
            ("ключевой вопрос", "ключ", None),
            ("embankment", "bank", None),
            ("пол-лука", "лук", Some("лука")),
            ("x-bank2", "bank", Some("bank2")),
            ("", "bank", None),
            ("bank", "", None),
            ("bank", "   ", None),
            ("ban", "bank", None),
            ("😀bank😀", "bank", Some("bank")),
            // Several words, and punctuation in them.
            ("I live in New York now", "new york", Some("New York")),
            ("don't", "don't", Some("don't")),
            // One capital letter corresponds to two lowercase ones.
            ("İstanbul", "i\u{307}stanbul", Some("İstanbul")),
        ] {
            let range = find(text, word);
            assert_eq!(range.map(|(start, end)| &text[start..end]), found, "{word} in {text}");
        }
    }

    #[test]
    fn marks_on_letters_do_not_end_a_word() {
        // «зелёный» with a decomposed «ё»: «ный» begins no word, and «ёный» is too long for an ending.
        let apart = "зеле\u{308}ный лук";
        assert_eq!(find(apart, "ный"), None);
        assert_eq!(find(apart, "зел"), None);
        assert_eq!(find(apart, "лук").map(|(start, end)| &apart[start..end]), Some("лук"));
        let stressed = "древний за\u{301}мок";
        let range = find(stressed, "за\u{301}мок").map(|(start, end)| &stressed[start..end]);
        assert_eq!(range, Some("за\u{301}мок"));
        assert_eq!(find(stressed, "мок"), None);
    }

    #[test]
    fn offsets_count_as_in_javascript() {
        let text = "a😀я𝄞e\u{301}b";
        for (substring, offset) in [("a", 0), ("😀", 1), ("я", 3), ("𝄞", 4), ("e", 6), ("b", 8)]
        {
            let byte = text.find(substring).expect("a substring");
            assert_eq!(utf16(text, byte), offset, "{substring}");
        }
        assert_eq!(utf16(text, text.len()), text.encode_utf16().count());
    }
}
