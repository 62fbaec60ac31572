//! A text cut into words that can be hidden, and what lies between them.

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Spaces and punctuation.
    Between(String),
    /// A word, by its number among the words.
    Word(usize, String),
    /// A mask that was written into the text; it counts among the words.
    Written(usize),
}

/// Does it belong to a word? An apostrophe or a hyphen does, between letters.
fn joins(before: Option<char>, character: char, after: Option<char>) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    character.is_alphanumeric()
        || (matches!(character, '\'' | '’' | '-') && is_letter(before) && is_letter(after))
        // Accents that are characters of their own.
        || matches!(character, '\u{300}'..='\u{36f}')
}

/// Cut a text. `mask` is how the model writes a mask.
pub fn pieces(text: &str, mask: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut words = 0;
    for (number, part) in text.split(mask).enumerate() {
        if number > 0 {
            pieces.push(Piece::Written(words));
            words += 1;
        }
        let characters: Vec<char> = part.chars().collect();
        let at = |place: usize| characters.get(place).copied();
        let mut start = 0;
        while start < characters.len() {
            let in_word = |place: usize| {
                joins(place.checked_sub(1).and_then(at), characters[place], at(place + 1))
            };
            let is_word = in_word(start);
            let length = (start..characters.len()).take_while(|it| in_word(*it) == is_word).count();
            let piece: String = characters[start..start + length].iter().collect();
            start += length;
            if is_word {
                pieces.push(Piece::Word(words, piece));
                words += 1;
            } else {
                pieces.push(Piece::Between(piece));
            }
        }
    }
    pieces
}

/// The text with these words hidden, and for each mask in order what it hides.
pub fn hidden(pieces: &[Piece], masked: &[usize], mask: &str) -> (String, Vec<Option<String>>) {
    let (mut text, mut answers) = (String::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Between(between) => text.push_str(between),
            Piece::Word(number, word) if masked.contains(number) => {
                text.push_str(mask);
                answers.push(Some(word.clone()));
            }
            Piece::Word(_, word) => text.push_str(word),
            Piece::Written(_) => {
                text.push_str(mask);
                answers.push(None);
            }
        }
    }
    (text, answers)
}

/// The text with the word behind a mask replaced; `place` counts the masks.
pub fn filled(pieces: &[Piece], masked: &[usize], mask: &str, place: usize, word: &str) -> String {
    let mut masks = 0;
    let mut is_it = |is_mask: bool| {
        masks += usize::from(is_mask);
        is_mask && masks == place + 1
    };
    let text = pieces.iter().map(|piece| match piece {
        Piece::Between(between) => between.as_str(),
        Piece::Word(number, old) => {
            if is_it(masked.contains(number)) {
                word
            } else {
                old
            }
        }
        Piece::Written(_) => {
            if is_it(true) {
                word
            } else {
                mask
            }
        }
    });
    text.collect()
}
