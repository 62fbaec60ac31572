//! The sentence whose words can be hidden: kept as a draft and in the address.

use leptos::prelude::*;

use crate::app::address::{Drafts, sharing};
use crate::view_model::{Segment, Segments};

/// Address parameters: the whole sentence, and the indices of its hidden segments.
const TEXT: &str = "text";
const HIDDEN: &str = "hidden";
/// The sentence that a page shows, edits and has read.
#[derive(Clone, Copy)]
pub struct Sentence {
    segments: RwSignal<Segments>,
}

impl Sentence {
    /// Begins with the draft under this name, else with the sentence in the address, else with `first`, some of its
    /// words hidden. The address follows it.
    pub fn new(draft: &'static str, (first, hidden): (&str, &[&str])) -> Self {
        let initial = Segments::new(first, hidden);
        let sentence = Self { segments: RwSignal::new(requested(&initial)) };
        let segments = sentence.segments;
        let line = |segment: &Segment| (segment.text.clone(), usize::from(segment.is_hidden));
        let first = initial.iter().map(line).collect();
        let read = move || segments.with_untracked(|segments| segments.iter().map(line).collect());
        if let Some(kept) = Drafts::keep(draft, first, read) {
            let segment = |(text, hidden)| Segment { text, is_hidden: hidden == 1 };
            segments.set(kept.into_iter().map(segment).collect());
        }
        sharing::keep(TEXT, move || sentence.text(), initial.text());
        sharing::keep(HIDDEN, move || segments.with(Segments::hidden), initial.hidden());
        sentence
    }

    /// Returns the segments.
    pub fn segments(self) -> Segments {
        self.segments.get()
    }

    /// Returns one segment.
    pub fn segment(self, index: usize) -> Option<Segment> {
        self.segments.with(|segments| segments.get(index).cloned())
    }

    /// Returns the sentence with nothing hidden.
    pub fn text(self) -> String {
        self.segments.with(Segments::text)
    }

    /// [`Segments::gap`].
    pub fn gap(self, index: usize) -> Option<(usize, usize)> {
        self.segments.with(|segments| segments.gap(index))
    }

    /// Replaces the sentence and hides the first occurrence of each of these words.
    pub fn replace(self, text: &str, hidden: &[&str]) {
        self.segments.set(Segments::new(text, hidden));
    }

    /// [`Segments::edit`].
    pub fn edit(self, text: &str) {
        self.segments.update(|segments| segments.edit(text));
    }

    /// [`Segments::toggle`].
    pub fn toggle(self, index: usize) {
        self.segments.update(|segments| segments.toggle(index));
    }

    /// [`Segments::put`].
    pub fn put(self, index: usize, word: &str) {
        self.segments.update(|segments| segments.put(index, word));
    }
}

/// Returns the sentence in the address, or the initial one.
fn requested(initial: &Segments) -> Segments {
    let text: Option<String> = sharing::requested(TEXT);
    let hidden: Option<Vec<usize>> = sharing::requested(HIDDEN);
    let text = text.unwrap_or_else(|| initial.text());
    Segments::with_hidden(&text, &hidden.unwrap_or_else(|| initial.hidden()))
}
