//! The sentence whose words can be hidden: kept as a draft and in the address.

use leptos::prelude::*;

use crate::app::address::{Drafts, sharing};
use crate::view_model::{Piece, Pieces};

/// In the address: the whole sentence, and which of its pieces are hidden.
const TEXT: &str = "text";
const HIDDEN: &str = "hidden";
/// The sentence: what a page shows, changes and has read.
#[derive(Clone, Copy)]
pub struct Sentence {
    pieces: RwSignal<Pieces>,
}

impl Sentence {
    /// What was typed here before, under the draft's name, else what the address says, else `first` with some of
    /// its words hidden. The address follows it.
    pub fn new(draft: &'static str, (first, hidden): (&str, &[&str])) -> Self {
        let begun = Pieces::new(first, hidden);
        let sentence = Self { pieces: RwSignal::new(asked(&begun)) };
        let pieces = sentence.pieces;
        let read = move || {
            let piece = |piece: &Piece| (piece.text.clone(), usize::from(piece.is_hidden));
            pieces.with_untracked(|pieces| pieces.iter().map(piece).collect())
        };
        if let Some(kept) = Drafts::keep(draft, read) {
            let piece = |(text, hidden)| Piece { text, is_hidden: hidden == 1 };
            pieces.set(kept.into_iter().map(piece).collect());
        }
        sharing::keep(TEXT, move || sentence.text(), begun.text());
        sharing::keep(HIDDEN, move || pieces.with(Pieces::hidden), begun.hidden());
        sentence
    }

    /// The pieces as they stand.
    pub fn pieces(self) -> Pieces {
        self.pieces.get()
    }

    /// One piece.
    pub fn piece(self, index: usize) -> Option<Piece> {
        self.pieces.with(|pieces| pieces.get(index).cloned())
    }

    /// The sentence with nothing hidden.
    pub fn text(self) -> String {
        self.pieces.with(Pieces::text)
    }

    /// [`Pieces::gap`].
    pub fn gap(self, index: usize) -> Option<(usize, usize)> {
        self.pieces.with(|pieces| pieces.gap(index))
    }

    /// Another sentence, with the first of each of these words hidden.
    pub fn replace(self, text: &str, hidden: &[&str]) {
        self.pieces.set(Pieces::new(text, hidden));
    }

    /// [`Pieces::edit`].
    pub fn edit(self, text: &str) {
        self.pieces.update(|pieces| pieces.edit(text));
    }

    /// [`Pieces::toggle`].
    pub fn toggle(self, index: usize) {
        self.pieces.update(|pieces| pieces.toggle(index));
    }

    /// [`Pieces::put`].
    pub fn put(self, index: usize, word: &str) {
        self.pieces.update(|pieces| pieces.put(index, word));
    }
}

/// What the address says in the place of these pieces.
fn asked(begun: &Pieces) -> Pieces {
    let text: Option<String> = sharing::asked(TEXT);
    let hidden: Option<Vec<usize>> = sharing::asked(HIDDEN);
    let text = text.unwrap_or_else(|| begun.text());
    Pieces::with_hidden(&text, &hidden.unwrap_or_else(|| begun.hidden()))
}
