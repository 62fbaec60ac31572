//! A sentence whose words can be hidden.

use super::word::is_in_word;

/// Spellings of a mask in a sentence, for any model.
const MASKS: [&str; 2] = ["[MASK]", "<mask>"];
/// Apostrophes inside words, as in «don't».
const APOSTROPHES: [char; 2] = ['\'', '’'];

/// A word, a written mask, or the text between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segment {
    /// The text as it is written.
    pub text: String,
    /// Whether it is a hidden word.
    pub is_hidden: bool,
}

impl Segment {
    /// Whether it can be hidden.
    pub fn is_word(&self) -> bool {
        self.text.starts_with(char::is_alphanumeric)
    }

    /// Whether it is a gap: a hidden word or a written mask.
    pub fn is_gap(&self) -> bool {
        self.is_hidden || MASKS.contains(&self.text.as_str())
    }

    /// Returns the hidden word; `None` for a written mask.
    pub fn original(&self) -> Option<&str> {
        self.is_hidden.then_some(self.text.as_str())
    }
}

/// The segments of a sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segments(Vec<Segment>);

impl std::ops::Deref for Segments {
    type Target = [Segment];

    fn deref(&self) -> &[Segment] {
        &self.0
    }
}

impl IntoIterator for Segments {
    type Item = Segment;
    type IntoIter = std::vec::IntoIter<Segment>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Segment> for Segments {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

impl Segments {
    /// Splits a text and hides the first occurrence of each of these words.
    pub fn new(text: &str, hidden: &[&str]) -> Self {
        let mut segments = split(text);
        for word in hidden {
            if let Some(segment) = segments.iter_mut().find(|segment| segment.text == *word) {
                segment.is_hidden = true;
            }
        }
        Self(segments)
    }

    /// Splits a text and hides the words at these indices.
    pub fn with_hidden(text: &str, hidden: &[usize]) -> Self {
        let mut segments = split(text);
        for (index, segment) in segments.iter_mut().enumerate() {
            segment.is_hidden = segment.is_word() && hidden.contains(&index);
        }
        Self(segments)
    }

    /// Returns the indices of the hidden segments.
    pub fn hidden(&self) -> Vec<usize> {
        (0..self.len()).filter(|index| self[*index].is_hidden).collect()
    }

    /// Returns the text with nothing hidden.
    pub fn text(&self) -> String {
        self.iter().map(|segment| segment.text.as_str()).collect()
    }

    /// Returns the text with `mask` instead of each gap.
    pub fn masked(&self, mask: &str) -> String {
        self.iter().map(|segment| if segment.is_gap() { mask } else { &segment.text }).collect()
    }

    /// Returns the text before the first gap, or all of it where there is none.
    pub fn before_gap(&self) -> String {
        let before = self.iter().take_while(|segment| !segment.is_gap());
        let before: String = before.map(|segment| segment.text.as_str()).collect();
        // A token of GPT-2 begins with the space before its word.
        before.trim_end().into()
    }

    /// Returns the index of a segment among the gaps, and the number of gaps.
    pub fn gap(&self, index: usize) -> Option<(usize, usize)> {
        let is_gap = self.get(index).is_some_and(Segment::is_gap);
        let before = self.iter().take(index).filter(|it| it.is_gap()).count();
        is_gap.then(|| (before, self.iter().filter(|it| it.is_gap()).count()))
    }

    /// Replaces the text; hidden words in its unchanged beginning and end stay hidden.
    pub fn edit(&mut self, text: &str) {
        let mut edited = split(text);
        let is_same = |(old, new): &(&Segment, &mut Segment)| old.text == new.text;
        let mut kept = 0;
        for (old, new) in self.0.iter().zip(&mut edited).take_while(is_same) {
            new.is_hidden = old.is_hidden;
            kept += 1;
        }
        let (old_rest, new_rest) = (&self.0[kept..], &mut edited[kept..]);
        for (old, new) in old_rest.iter().rev().zip(new_rest.iter_mut().rev()).take_while(is_same) {
            new.is_hidden = old.is_hidden;
        }
        self.0 = edited;
    }

    /// Hides a word, or shows it again.
    pub fn toggle(&mut self, index: usize) {
        if let Some(segment) = self.0.get_mut(index).filter(|segment| segment.is_word()) {
            segment.is_hidden = !segment.is_hidden;
        }
    }

    /// Fills a gap with a word.
    pub fn put(&mut self, index: usize, word: &str) {
        if let Some(segment) = self.0.get_mut(index).filter(|segment| segment.is_gap()) {
            *segment = Segment { text: word.into(), is_hidden: false };
        }
    }
}

fn split(text: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (segment, after) = rest.split_at(segment_length(rest));
        segments.push(Segment { text: segment.into(), is_hidden: false });
        rest = after;
    }
    segments
}

/// Returns the length in bytes of the text's first segment.
fn segment_length(text: &str) -> usize {
    let mask_at = |at: usize| MASKS.iter().find(|mask| text[at..].starts_with(**mask));
    if let Some(mask) = mask_at(0) {
        return mask.len();
    }
    let is_word = text.starts_with(char::is_alphanumeric);
    let is_end = |&(at, letter): &(usize, char)| {
        let joins = is_word
            && APOSTROPHES.contains(&letter)
            && text[at + letter.len_utf8()..].starts_with(char::is_alphanumeric);
        (is_in_word(letter) != is_word && !joins) || mask_at(at).is_some()
    };
    text.char_indices().skip(1).find(is_end).map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(segments: &Segments) -> Vec<&str> {
        segments.iter().map(|segment| segment.text.as_str()).collect()
    }

    #[test]
    fn a_sentence_is_taken_apart_and_put_together_again() {
        let cases: [(&str, &[&str]); 15] = [
            ("", &[]),
            ("king", &["king"]),
            ("Once upon a time…", &["Once", " ", "upon", " ", "a", " ", "time", "…"]),
            ("Столица Франции — Париж.", &["Столица", " ", "Франции", " — ", "Париж", "."]),
            ("«Да»", &["«", "Да", "»"]),
            // Apostrophes inside of words, and quotes around them.
            ("don't", &["don't"]),
            ("об’єкт", &["об’єкт"]),
            ("the dogs' 'bowl'", &["the", " ", "dogs", "' '", "bowl", "'"]),
            ("3.14", &["3", ".", "14"]),
            // Masks in any spelling, also in the middle of a word.
            ("a [MASK].", &["a", " ", "[MASK]", "."]),
            ("<mask><mask>", &["<mask>", "<mask>"]),
            ("un[MASK]able", &["un", "[MASK]", "able"]),
            ("[MASK", &["[", "MASK"]),
            ("кот😀𝄞 кот", &["кот", "😀𝄞 ", "кот"]),
            ("  \n", &["  \n"]),
        ];
        for (text, expected) in cases {
            let segments = Segments::new(text, &[]);
            assert_eq!(texts(&segments), expected, "{text}");
            assert_eq!(segments.text(), text);
        }
    }

    #[test]
    fn marks_on_letters_stay_in_their_word() {
        let stressed = Segments::new("за\u{301}мок стоит", &[]);
        assert_eq!(texts(&stressed), ["за\u{301}мок", " ", "стоит"]);
        let apart = Segments::new("ещё — еще\u{308}", &[]);
        assert_eq!(texts(&apart), ["ещё", " — ", "еще\u{308}"]);
    }

    #[test]
    fn gaps_are_hidden_words_and_written_masks() {
        let segments =
            Segments::new("The king saw the king and [MASK].", &["king", "queen", "the"]);
        // The first occurrence of each word, case-sensitive.
        assert_eq!(segments.hidden(), [2, 6]);
        assert_eq!(segments.masked("<m>"), "The <m> saw <m> king and <m>.");
        assert_eq!(segments.before_gap(), "The");
        assert_eq!(
            [2, 6, 12].map(|at| segments.gap(at)),
            [Some((0, 3)), Some((1, 3)), Some((2, 3))]
        );
        assert_eq!([0, 3, 99].map(|at| segments.gap(at)), [None; 3]);
        assert_eq!([2, 12].map(|at| segments[at].original()), [Some("king"), None]);
        assert_eq!(Segments::new("no gap at all. ", &[]).before_gap(), "no gap at all.");
    }

    #[test]
    fn a_link_hides_words_by_their_indices_and_nothing_else() {
        let segments = Segments::with_hidden("Кот и пёс.", &[0, 1, 4, 5, 17]);
        assert_eq!(segments.hidden(), [0, 4]);
        assert_eq!(Segments::with_hidden(&segments.text(), &segments.hidden()), segments);
        assert!(Segments::with_hidden("", &[0]).is_empty());
    }

    #[test]
    fn what_is_hidden_stays_so_while_the_rest_is_edited() {
        let cases: [(&str, &[usize], &str, &[usize]); 9] = [
            // A word is inserted before, between and after.
            ("a king ruled", &[2], "once a king ruled", &[4]),
            ("a king and a queen", &[2, 8], "a king and then a queen", &[2, 10]),
            ("a king", &[2], "a king ruled", &[2]),
            // A word is removed.
            ("the old king ruled", &[4], "the king ruled", &[2]),
            // The hidden word itself is edited, letter by letter.
            ("a king ruled", &[2], "a kin ruled", &[]),
            ("кот и кот", &[0, 4], "кот", &[0]),
            ("a king", &[2], "", &[]),
            ("", &[], "a king", &[]),
            // A different text with the same end.
            ("a king ruled", &[2], "Жил был king ruled", &[4]),
        ];
        for (before, hidden, after, expected) in cases {
            let mut segments = Segments::with_hidden(before, hidden);
            segments.edit(after);
            assert_eq!(segments.text(), after);
            assert_eq!(segments.hidden(), expected, "{before} → {after}");
        }
    }

    #[test]
    fn only_words_are_hidden_and_only_gaps_are_filled() {
        let mut segments = Segments::new("a king [MASK]!", &[]);
        segments.toggle(2);
        assert_eq!(segments.hidden(), [2]);
        for no_word in [1, 4, 5, 99] {
            segments.toggle(no_word);
        }
        assert_eq!(segments.hidden(), [2]);
        segments.put(0, "the");
        segments.put(2, "queen");
        segments.put(4, "ruled");
        assert_eq!((segments.text().as_str(), segments.hidden()), ("a queen ruled!", vec![]));
        segments.toggle(2);
        segments.toggle(2);
        assert!(segments.hidden().is_empty());
    }

    #[test]
    fn a_long_text_is_split_in_time() {
        let text = "слово, ".repeat(20_000);
        assert_eq!(Segments::new(&text, &[]).len(), 40_000);
    }
}
