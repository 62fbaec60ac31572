//! A sentence whose words can be hidden.

use leptos::prelude::*;

use crate::app::address::{Drafts, sharing};

/// In the address: the whole sentence, and which of its pieces are hidden.
const TEXT: &str = "text";
const HIDDEN: &str = "hidden";
/// How a mask may be written in a sentence, whatever the model calls it.
const MASKS: [&str; 2] = ["[MASK]", "<mask>"];
/// Inside a word, as in «don't».
const APOSTROPHES: [char; 2] = ['\'', '’'];

/// A word, a written mask, or what is between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
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

/// The sentence: what a page shows, changes and has read.
#[derive(Clone, Copy)]
pub struct Sentence {
    pieces: RwSignal<Vec<Piece>>,
}

impl Sentence {
    /// What was typed here before, under the draft's name, else what the address says, else `first` with some of
    /// its words hidden. The address follows it.
    pub fn new(draft: &'static str, (first, hidden): (&str, &[&str])) -> Self {
        let begun = with_hidden(first, hidden);
        let sentence = Self { pieces: RwSignal::new(asked(&begun)) };
        let read = move || {
            let pieces = sentence.pieces.get_untracked().into_iter();
            pieces.map(|piece| (piece.text, usize::from(piece.is_hidden))).collect()
        };
        if let Some(kept) = Drafts::keep(draft, read) {
            let piece = |(text, hidden)| Piece { text, is_hidden: hidden == 1 };
            sentence.pieces.set(kept.into_iter().map(piece).collect());
        }
        let pieces = sentence.pieces;
        sharing::keep(TEXT, move || sentence.text(), joined(&begun));
        sharing::keep(HIDDEN, move || pieces.with(|it| places(it)), places(&begun));
        sentence
    }

    /// The pieces as they stand.
    pub fn pieces(self) -> Vec<Piece> {
        self.pieces.get()
    }

    /// One piece.
    pub fn piece(self, index: usize) -> Option<Piece> {
        self.pieces.with(|pieces| pieces.get(index).cloned())
    }

    /// The sentence with nothing hidden.
    pub fn text(self) -> String {
        self.pieces.with(|pieces| joined(pieces))
    }

    /// Which gap of the sentence a piece is, and of how many.
    pub fn gap(self, index: usize) -> Option<(usize, usize)> {
        self.pieces.with(|pieces| {
            let is_gap = pieces.get(index).is_some_and(Piece::is_gap);
            let before = pieces.iter().take(index).filter(|it| it.is_gap()).count();
            is_gap.then(|| (before, pieces.iter().filter(|it| it.is_gap()).count()))
        })
    }

    /// Another sentence, with the first of each of these words hidden.
    pub fn replace(self, text: &str, hidden: &[&str]) {
        self.pieces.set(with_hidden(text, hidden));
    }

    /// The text was changed: what is the same at its beginning and end stays hidden.
    pub fn edit(self, text: &str) {
        self.pieces.update(|pieces| {
            let mut edited = split(text);
            let is_same = |(old, new): &(&Piece, &mut Piece)| old.text == new.text;
            let mut kept = 0;
            for (old, new) in pieces.iter().zip(&mut edited).take_while(is_same) {
                new.is_hidden = old.is_hidden;
                kept += 1;
            }
            let (old_rest, new_rest) = (&pieces[kept..], &mut edited[kept..]);
            for (old, new) in
                old_rest.iter().rev().zip(new_rest.iter_mut().rev()).take_while(is_same)
            {
                new.is_hidden = old.is_hidden;
            }
            *pieces = edited;
        });
    }

    /// Hide a word, or show it again.
    pub fn toggle(self, index: usize) {
        self.pieces.update(|pieces| {
            if let Some(piece) = pieces.get_mut(index).filter(|piece| piece.is_word()) {
                piece.is_hidden = !piece.is_hidden;
            }
        });
    }

    /// Put a word into a gap.
    pub fn put(self, index: usize, word: &str) {
        self.pieces.update(|pieces| {
            if let Some(piece) = pieces.get_mut(index).filter(|piece| piece.is_gap()) {
                *piece = Piece { text: word.into(), is_hidden: false };
            }
        });
    }
}

/// With `mask` in the place of what is hidden.
pub fn masked(pieces: &[Piece], mask: &str) -> String {
    pieces.iter().map(|piece| if piece.is_gap() { mask } else { &piece.text }).collect()
}

/// What stands before the first gap, which is all where there is none.
pub fn before_gap(pieces: &[Piece]) -> String {
    let before: Vec<_> = pieces.iter().take_while(|piece| !piece.is_gap()).cloned().collect();
    // A token of GPT-2 begins with the space before its word.
    joined(&before).trim_end().into()
}

/// The text of pieces, hidden or not.
pub fn joined(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// The pieces of a text, the first of each of these words hidden.
fn with_hidden(text: &str, hidden: &[&str]) -> Vec<Piece> {
    let mut pieces = split(text);
    for word in hidden {
        if let Some(piece) = pieces.iter_mut().find(|piece| piece.text == *word) {
            piece.is_hidden = true;
        }
    }
    pieces
}

/// What the address says in the place of these pieces.
fn asked(begun: &[Piece]) -> Vec<Piece> {
    let mut pieces = split(&sharing::asked(TEXT).unwrap_or_else(|| joined(begun)));
    let hidden = sharing::asked(HIDDEN).unwrap_or_else(|| places(begun));
    for (place, piece) in pieces.iter_mut().enumerate() {
        piece.is_hidden = piece.is_word() && hidden.contains(&place);
    }
    pieces
}

/// Which pieces are hidden.
fn places(pieces: &[Piece]) -> Vec<usize> {
    (0..pieces.len()).filter(|place| pieces[*place].is_hidden).collect()
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
        (letter.is_alphanumeric() != is_word && !joins) || mask_at(at).is_some()
    };
    text.char_indices().skip(1).find(is_end).map_or(text.len(), |(at, _)| at)
}
