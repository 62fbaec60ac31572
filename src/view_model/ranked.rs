//! Candidates as bars, with the original word marked.

use super::{charts::Bar, token_label::label};
use crate::protocol::Candidate;

/// The most probable candidates, and the rank of the hidden word among all that are known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ranked {
    /// The bars, most probable first.
    pub bars: Vec<Bar>,
    /// The hidden word's rank, from 1, and its probability.
    pub original: Option<(usize, f32)>,
}

impl Ranked {
    /// Returns the first `shown` candidates as bars.
    pub fn of(candidates: &[Candidate], original: Option<&str>, shown: usize) -> Self {
        // Many models write lowercase letters only, and GPT-2 a space before its words.
        let is_original = |candidate: &Candidate| {
            original.is_some_and(|it| it.to_lowercase() == candidate.text.trim().to_lowercase())
        };
        let bar = |candidate: &Candidate| Bar {
            name: label(&candidate.text),
            share: candidate.probability,
            is_chosen: is_original(candidate),
            ..Bar::default()
        };
        let index = candidates.iter().position(is_original);
        Self {
            bars: candidates.iter().take(shown).map(bar).collect(),
            original: index.map(|index| (index + 1, candidates[index].probability)),
        }
    }

    /// Returns the bars, and one of that name for the rest of the distribution.
    pub fn with_rest(self, name: &str) -> Vec<Bar> {
        let mut bars = self.bars;
        if !bars.is_empty() {
            let rest = 1.0 - bars.iter().map(|bar| bar.share).sum::<f32>();
            bars.push(Bar {
                name: name.into(),
                share: rest.clamp(0.0, 1.0),
                is_rest: true,
                ..Bar::default()
            });
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(all: &[(&str, f32)]) -> Vec<Candidate> {
        let candidate = |(id, (text, probability)): (usize, &(&str, f32))| Candidate {
            id: id as u32,
            text: (*text).into(),
            probability: *probability,
            logit: 0.0,
        };
        all.iter().enumerate().map(candidate).collect()
    }

    #[test]
    fn the_hidden_word_is_found_whatever_its_case_and_space() {
        let all =
            candidates(&[(" queen", 0.5), (" King", 0.25), ("король", 0.125), ("ing", 0.0625)]);
        for (original, found) in [
            (Some("king"), Some((2, 0.25))),
            (Some("KING"), Some((2, 0.25))),
            (Some("Король"), Some((3, 0.125))),
            (Some("kings"), None),
            (None, None),
        ] {
            let ranked = Ranked::of(&all, original, 10);
            assert_eq!(ranked.original, found, "{original:?}");
            let marked = ranked.bars.iter().position(|bar| bar.is_chosen);
            assert_eq!(marked.map(|at| at + 1), found.map(|(rank, _)| rank));
        }
        // Its rank is known also where its bar is not shown.
        let ranked = Ranked::of(&all, Some("king"), 1);
        assert_eq!((ranked.bars.len(), ranked.original), (1, Some((2, 0.25))));
    }

    #[test]
    fn the_rest_makes_a_whole() {
        let all = candidates(&[(" a", 0.5), ("\n", 0.25), ("", 0.125)]);
        let bars = Ranked::of(&all, None, 2).with_rest("прочее");
        let names: Vec<&str> = bars.iter().map(|bar| bar.name.as_str()).collect();
        assert_eq!(names, ["a", "↵", "прочее"]);
        assert_eq!(bars.iter().map(|bar| bar.share).sum::<f32>(), 1.0);
        assert_eq!(bars.iter().map(|bar| bar.is_rest).collect::<Vec<_>>(), [false, false, true]);
        // Rounding may sum to more than one.
        let over = candidates(&[("a", 0.75), ("b", 0.250_01)]);
        assert_eq!(Ranked::of(&over, None, 2).with_rest("rest")[2].share, 0.0);
        // An empty distribution has no rest.
        assert!(Ranked::of(&[], Some("a"), 5).with_rest("rest").is_empty());
    }
}
