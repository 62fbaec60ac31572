//! A word in a sentence.

/// Letters that an ending may add to the word that is looked for: «ключ» is in «ключом».
const LONGEST_ENDING: usize = 3;

/// Where the word stands in the text, in bytes: as it is written, else with an ending. Capital letters are no
/// difference.
pub fn find(text: &str, word: &str) -> Option<(usize, usize)> {
    let wanted: Vec<char> = word.trim().chars().flat_map(char::to_lowercase).collect();
    if wanted.is_empty() {
        return None;
    }
    let mut with_ending = None;
    let mut before = None;
    for (start, letter) in text.char_indices() {
        let is_start = letter.is_alphanumeric() && !before.is_some_and(char::is_alphanumeric);
        before = Some(letter);
        if !is_start {
            continue;
        }
        let Some(end) = match_length(&text[start..], &wanted).map(|length| start + length) else {
            continue;
        };
        let ending = text[end..].chars().take_while(|letter| letter.is_alphanumeric());
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

/// The bytes at the text's beginning that spell the wanted letters.
fn match_length(text: &str, wanted: &[char]) -> Option<usize> {
    let mut wanted = wanted.iter();
    for (place, letter) in text.char_indices() {
        if wanted.len() == 0 {
            return Some(place);
        }
        // One capital letter may stand for two small ones.
        if !letter.to_lowercase().all(|small| wanted.next() == Some(&small)) {
            return None;
        }
    }
    (wanted.len() == 0).then_some(text.len())
}

/// A place in bytes, as JavaScript counts: in UTF-16 code units.
pub fn utf16(text: &str, byte: usize) -> usize {
    text[..byte].encode_utf16().count()
}
