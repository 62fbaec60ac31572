//! Candidates as bars, with the word marked that really stood there.

use crate::app::charts::Bar;
use crate::app::components::token_text;
use crate::app::strings::common as strings;
use crate::worker::protocol::Candidate;

/// The most probable candidates, and where the hidden word is among all that are known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ranked {
    /// Most probable first.
    pub bars: Vec<Bar>,
    /// The hidden word's place, from 1, and its probability.
    pub original: Option<(usize, f32)>,
}

impl Ranked {
    /// The first `shown` candidates as bars.
    pub fn of(candidates: &[Candidate], original: Option<&str>, shown: usize) -> Self {
        // Many models write small letters only, and GPT-2 a space before its words.
        let is_original = |candidate: &Candidate| {
            original.is_some_and(|it| it.to_lowercase() == candidate.text.trim().to_lowercase())
        };
        let bar = |candidate: &Candidate| Bar {
            name: token_text::label(&candidate.text),
            share: candidate.probability,
            is_chosen: is_original(candidate),
            ..Bar::default()
        };
        let place = candidates.iter().position(is_original);
        Self {
            bars: candidates.iter().take(shown).map(bar).collect(),
            original: place.map(|place| (place + 1, candidates[place].probability)),
        }
    }

    /// The bars, and one of all that is not among them.
    pub fn with_rest(self) -> Vec<Bar> {
        let mut bars = self.bars;
        if !bars.is_empty() {
            let rest = 1.0 - bars.iter().map(|bar| bar.share).sum::<f32>();
            bars.push(Bar {
                name: strings::everything_else().into(),
                share: rest.clamp(0.0, 1.0),
                is_rest: true,
                ..Bar::default()
            });
        }
        bars
    }
}
