//! A sentence whose words can be hidden.

use super::word::is_in_word;

/// How a mask may be written in a sentence, whatever the model calls it.
const MASKS: [&str; 2] = ["[MASK]", "<mask>"];
/// Inside a word, as in «don't».
const APOSTROPHES: [char; 2] = ['\'', '’'];

/// A word, a written mask, or what is between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Piece {
    /// As it is written.
    pub text: String,
    /// Is it a word that is hidden?
    pub is_hidden: bool,
}

impl Piece {
    /// Can it be hidden?
    pub fn is_word(&self) -> bool {
        self.text.starts_with(char::is_alphanumeric)
    }

    /// Is there a gap in the sentence here?
    pub fn is_gap(&self) -> bool {
        self.is_hidden || MASKS.contains(&self.text.as_str())
    }

    /// The word that was hidden; nothing is known of a mask that was written.
    pub fn original(&self) -> Option<&str> {
        self.is_hidden.then_some(self.text.as_str())
    }
}

/// The pieces of a sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces(Vec<Piece>);

impl std::ops::Deref for Pieces {
    type Target = [Piece];

    fn deref(&self) -> &[Piece] {
        &self.0
    }
}

impl IntoIterator for Pieces {
    type Item = Piece;
    type IntoIter = std::vec::IntoIter<Piece>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Piece> for Pieces {
    fn from_iter<I: IntoIterator<Item = Piece>>(pieces: I) -> Self {
        Self(pieces.into_iter().collect())
    }
}

impl Pieces {
    /// Those of a text, the first of each of these words hidden.
    pub fn new(text: &str, hidden: &[&str]) -> Self {
        let mut pieces = split(text);
        for word in hidden {
            if let Some(piece) = pieces.iter_mut().find(|piece| piece.text == *word) {
                piece.is_hidden = true;
            }
        }
        Self(pieces)
    }

    /// Those of a text, the words at these places hidden.
    pub fn with_hidden(text: &str, hidden: &[usize]) -> Self {
        let mut pieces = split(text);
        for (place, piece) in pieces.iter_mut().enumerate() {
            piece.is_hidden = piece.is_word() && hidden.contains(&place);
        }
        Self(pieces)
    }

    /// Which pieces are hidden.
    pub fn hidden(&self) -> Vec<usize> {
        (0..self.len()).filter(|place| self[*place].is_hidden).collect()
    }

    /// The text, nothing hidden.
    pub fn text(&self) -> String {
        self.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// With `mask` in the place of what is hidden.
    pub fn masked(&self, mask: &str) -> String {
        self.iter().map(|piece| if piece.is_gap() { mask } else { &piece.text }).collect()
    }

    /// What stands before the first gap, which is all where there is none.
    pub fn before_gap(&self) -> String {
        let before = self.iter().take_while(|piece| !piece.is_gap());
        let before: String = before.map(|piece| piece.text.as_str()).collect();
        // A token of GPT-2 begins with the space before its word.
        before.trim_end().into()
    }

    /// Which gap of the sentence a piece is, and of how many.
    pub fn gap(&self, index: usize) -> Option<(usize, usize)> {
        let is_gap = self.get(index).is_some_and(Piece::is_gap);
        let before = self.iter().take(index).filter(|it| it.is_gap()).count();
        is_gap.then(|| (before, self.iter().filter(|it| it.is_gap()).count()))
    }

    /// The text was changed: what is the same at its beginning and end stays hidden.
    pub fn edit(&mut self, text: &str) {
        let mut edited = split(text);
        let is_same = |(old, new): &(&Piece, &mut Piece)| old.text == new.text;
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

    /// Hide a word, or show it again.
    pub fn toggle(&mut self, index: usize) {
        if let Some(piece) = self.0.get_mut(index).filter(|piece| piece.is_word()) {
            piece.is_hidden = !piece.is_hidden;
        }
    }

    /// Put a word into a gap.
    pub fn put(&mut self, index: usize, word: &str) {
        if let Some(piece) = self.0.get_mut(index).filter(|piece| piece.is_gap()) {
            *piece = Piece { text: word.into(), is_hidden: false };
        }
    }
}

fn split(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(piece_length(rest));
        pieces.push(Piece { text: piece.into(), is_hidden: false });
        rest = after;
    }
    pieces
}

/// How many bytes the first piece of a text takes.
fn piece_length(text: &str) -> usize {
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

    fn texts(pieces: &Pieces) -> Vec<&str> {
        pieces.iter().map(|piece| piece.text.as_str()).collect()
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
            // Masks, whoever writes them how, also in the middle of a word.
            ("a [MASK].", &["a", " ", "[MASK]", "."]),
            ("<mask><mask>", &["<mask>", "<mask>"]),
            ("un[MASK]able", &["un", "[MASK]", "able"]),
            ("[MASK", &["[", "MASK"]),
            ("кот😀𝄞 кот", &["кот", "😀𝄞 ", "кот"]),
            ("  \n", &["  \n"]),
        ];
        for (text, expected) in cases {
            let pieces = Pieces::new(text, &[]);
            assert_eq!(texts(&pieces), expected, "{text}");
            assert_eq!(pieces.text(), text);
        }
    }

    #[test]
    fn marks_on_letters_stay_in_their_word() {
        let stressed = Pieces::new("за\u{301}мок стоит", &[]);
        assert_eq!(texts(&stressed), ["за\u{301}мок", " ", "стоит"]);
        let apart = Pieces::new("ещё — еще\u{308}", &[]);
        assert_eq!(texts(&apart), ["ещё", " — ", "еще\u{308}"]);
    }

    #[test]
    fn gaps_are_hidden_words_and_written_masks() {
        let pieces = Pieces::new("The king saw the king and [MASK].", &["king", "queen", "the"]);
        // The first of each word, in its own letters.
        assert_eq!(pieces.hidden(), [2, 6]);
        assert_eq!(pieces.masked("<m>"), "The <m> saw <m> king and <m>.");
        assert_eq!(pieces.before_gap(), "The");
        assert_eq!([2, 6, 12].map(|at| pieces.gap(at)), [Some((0, 3)), Some((1, 3)), Some((2, 3))]);
        assert_eq!([0, 3, 99].map(|at| pieces.gap(at)), [None; 3]);
        assert_eq!([2, 12].map(|at| pieces[at].original()), [Some("king"), None]);
        assert_eq!(Pieces::new("no gap at all. ", &[]).before_gap(), "no gap at all.");
    }

    #[test]
    fn a_link_hides_words_by_their_places_and_nothing_else() {
        let pieces = Pieces::with_hidden("Кот и пёс.", &[0, 1, 4, 5, 17]);
        assert_eq!(pieces.hidden(), [0, 4]);
        assert_eq!(Pieces::with_hidden(&pieces.text(), &pieces.hidden()), pieces);
        assert!(Pieces::with_hidden("", &[0]).is_empty());
    }

    #[test]
    fn what_is_hidden_stays_so_while_the_rest_is_edited() {
        let cases: [(&str, &[usize], &str, &[usize]); 9] = [
            // A word goes in before, between and after.
            ("a king ruled", &[2], "once a king ruled", &[4]),
            ("a king and a queen", &[2, 8], "a king and then a queen", &[2, 10]),
            ("a king", &[2], "a king ruled", &[2]),
            // A word is taken away.
            ("the old king ruled", &[4], "the king ruled", &[2]),
            // The hidden word itself is changed, letter by letter.
            ("a king ruled", &[2], "a kin ruled", &[]),
            ("кот и кот", &[0, 4], "кот", &[0]),
            ("a king", &[2], "", &[]),
            ("", &[], "a king", &[]),
            // All of it is another text that ends alike.
            ("a king ruled", &[2], "Жил был king ruled", &[4]),
        ];
        for (before, hidden, after, expected) in cases {
            let mut pieces = Pieces::with_hidden(before, hidden);
            pieces.edit(after);
            assert_eq!(pieces.text(), after);
            assert_eq!(pieces.hidden(), expected, "{before} → {after}");
        }
    }

    #[test]
    fn only_words_are_hidden_and_only_gaps_are_filled() {
        let mut pieces = Pieces::new("a king [MASK]!", &[]);
        pieces.toggle(2);
        assert_eq!(pieces.hidden(), [2]);
        for no_word in [1, 4, 5, 99] {
            pieces.toggle(no_word);
        }
        assert_eq!(pieces.hidden(), [2]);
        pieces.put(0, "the");
        pieces.put(2, "queen");
        pieces.put(4, "ruled");
        assert_eq!((pieces.text().as_str(), pieces.hidden()), ("a queen ruled!", vec![]));
        pieces.toggle(2);
        pieces.toggle(2);
        assert!(pieces.hidden().is_empty());
    }

    #[test]
    fn a_long_text_is_split_in_time() {
        let text = "слово, ".repeat(20_000);
        assert_eq!(Pieces::new(&text, &[]).len(), 40_000);
    }
}
