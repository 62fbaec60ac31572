//! A number for each pair: what a heat map shows.

use crate::app::language::numbers::similarity;

/// What the numbers of a map are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Shares of a whole, most of them small: the root spreads those apart.
    Share,
    /// Cosines, from `low` to 1.
    Similarity { low: f32 },
}

impl Scale {
    /// Where a number lies among the colours, 0 to 1.
    pub fn place(self, value: f32) -> f32 {
        match self {
            Self::Share => value.clamp(0.0, 1.0).sqrt(),
            Self::Similarity { low } => ((value - low) / (1.0 - low)).clamp(0.0, 1.0),
        }
    }

    /// A number as a square of the map has room for.
    pub fn short(self, value: f32) -> String {
        match self {
            Self::Share => format!("{:.0}", value * 100.0),
            // As statistics write them: .72
            Self::Similarity { .. } => similarity(value).replacen("0.", ".", 1),
        }
    }
}

/// A number for each pair.
#[derive(Debug, PartialEq)]
pub struct Square {
    /// What stands along both axes.
    pub labels: Vec<String>,
    /// Row-major.
    pub weights: Vec<f32>,
    /// Is what comes after a row's own column masked?
    pub is_causal: bool,
    pub scale: Scale,
}

/// A map of cosines begins its colours at a multiple of this, so that they do not change with every letter.
const LOW_STEP: f32 = 0.2;

impl Square {
    /// How much each token attends to each, `[tokens, tokens]`; a decoder's is causal.
    pub fn of_attention(labels: Vec<String>, weights: Vec<f32>, is_causal: bool) -> Self {
        Self { labels, weights, is_causal, scale: Scale::Share }
    }

    /// How similar each is to each, `[n, n]`.
    pub fn of_similarities(labels: Vec<String>, weights: Vec<f32>) -> Self {
        let smallest = weights.iter().copied().fold(1.0, f32::min);
        let low = ((smallest / LOW_STEP).floor() * LOW_STEP).clamp(-1.0, 1.0 - LOW_STEP);
        Self { labels, weights, is_causal: false, scale: Scale::Similarity { low } }
    }

    /// How much the token `row` attends to the token `column`, or how similar they are.
    pub fn weight(&self, row: usize, column: usize) -> f32 {
        self.weights.get(row * self.labels.len() + column).copied().unwrap_or_default()
    }

    /// How many columns of a row are not masked.
    pub fn columns(&self, row: usize) -> usize {
        if self.is_causal { row + 1 } else { self.labels.len() }
    }
}
