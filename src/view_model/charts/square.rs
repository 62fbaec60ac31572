//! Values for all pairs: the data of a heat map.

use crate::view_model::NumberFormat;

/// Scale of a map's values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Shares of a whole, most of them small: the square root spreads those apart.
    Share,
    /// Cosines, from `low` to 1.
    Similarity {
        /// Lower end of the colour scale.
        low: f32,
    },
}

impl Scale {
    /// Returns the position of a value on the colour scale, 0 to 1.
    pub fn fraction(self, value: f32) -> f32 {
        match self {
            Self::Share => value.clamp(0.0, 1.0).sqrt(),
            Self::Similarity { low } => ((value - low) / (1.0 - low)).clamp(0.0, 1.0),
        }
    }

    /// Formats a value short enough for a cell of the map.
    pub fn short(self, value: f32, format: NumberFormat) -> String {
        match self {
            Self::Share => format!("{:.0}", value * 100.0),
            // The convention of statistics: .72
            Self::Similarity { .. } => format.similarity(value).replacen("0.", ".", 1),
        }
    }
}

/// A value for each pair.
#[derive(Debug, PartialEq)]
pub struct Square {
    /// Labels of both axes.
    pub labels: Vec<String>,
    /// Values, row-major `[n, n]`.
    pub weights: Vec<f32>,
    /// Whether columns after a row's own are masked.
    pub is_causal: bool,
    /// Scale of the values.
    pub scale: Scale,
}

/// A map of cosines begins its colours at a multiple of this, so that they do not change with every keystroke.
const LOW_STEP: f32 = 0.2;

impl Square {
    /// Returns the map of attention weights `[tokens, tokens]`; a decoder's is causal.
    pub fn of_attention(labels: Vec<String>, weights: Vec<f32>, is_causal: bool) -> Self {
        Self { labels, weights, is_causal, scale: Scale::Share }
    }

    /// Returns the part of the map for the first labels.
    pub fn first(mut self, count: usize) -> Self {
        let all = self.labels.len();
        self.labels.truncate(count);
        let rows = self.weights.chunks_exact(all.max(1)).take(count);
        self.weights = rows.flat_map(|row| row[..count.min(all)].iter().copied()).collect();
        self
    }

    /// Returns the map of similarities `[n, n]`.
    pub fn of_similarities(labels: Vec<String>, weights: Vec<f32>) -> Self {
        let smallest = weights.iter().copied().fold(1.0, f32::min);
        let low = ((smallest / LOW_STEP).floor() * LOW_STEP).clamp(-1.0, 1.0 - LOW_STEP);
        Self { labels, weights, is_causal: false, scale: Scale::Similarity { low } }
    }

    /// Returns the value at `row` and `column`.
    pub fn weight(&self, row: usize, column: usize) -> f32 {
        self.weights.get(row * self.labels.len() + column).copied().unwrap_or_default()
    }

    /// Returns the number of unmasked columns of a row.
    pub fn columns(&self, row: usize) -> usize {
        if self.is_causal { row + 1 } else { self.labels.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Language;

    fn labels(count: usize) -> Vec<String> {
        (0..count).map(|label| label.to_string()).collect()
    }

    #[test]
    fn cosines_begin_their_colours_at_a_fifth_below_the_smallest() {
        for (smallest, low) in [
            (0.55, 0.4),
            (0.41, 0.4),
            (0.39, 0.2),
            (-0.05, -0.2),
            (-1.0, -1.0),
            // Identical texts still have a scale.
            (1.0, 0.8),
        ] {
            let map = Square::of_similarities(labels(2), vec![1.0, smallest, smallest, 1.0]);
            let Scale::Similarity { low: found } = map.scale else { panic!("{:?}", map.scale) };
            assert!((found - low).abs() < 1e-6, "{smallest}: {found}");
            assert_eq!(map.scale.fraction(1.0), 1.0);
            assert!((0.0..=1.0).contains(&map.scale.fraction(smallest)), "{smallest}");
        }
    }

    #[test]
    fn shares_are_spread_by_their_root_and_kept_within_the_colours() {
        for (share, fraction) in [(0.0, 0.0), (0.25, 0.5), (1.0, 1.0), (1.000_1, 1.0), (-1e-6, 0.0)]
        {
            assert_eq!(Scale::Share.fraction(share), fraction, "{share}");
        }
    }

    #[test]
    fn values_in_cells_are_as_short_as_statistics_write_them() {
        let english = NumberFormat(Language::En);
        let cosine = Scale::Similarity { low: 0.0 };
        for (scale, value, text) in [
            (Scale::Share, 0.126, "13"),
            (Scale::Share, 1.0, "100"),
            (cosine, 0.724, ".72"),
            (cosine, -0.05, "\u{2212}.05"),
            (cosine, 1.0, "1.00"),
        ] {
            assert_eq!(scale.short(value, english), text);
        }
        assert_eq!(cosine.short(0.724, NumberFormat(Language::Ru)), "0,72");
    }

    #[test]
    fn a_decoder_sees_what_came_before_and_a_missing_weight_is_none() {
        let map = Square::of_attention(labels(3), vec![1.0, 0.0, 0.0, 0.4, 0.6], true);
        assert_eq!([map.columns(0), map.columns(2)], [1, 3]);
        assert_eq!([map.weight(1, 0), map.weight(1, 1), map.weight(2, 2)], [0.4, 0.6, 0.0]);
        assert_eq!(Square { is_causal: false, ..map }.columns(0), 3);
    }

    #[test]
    fn the_first_labels_have_the_corner_of_the_map() {
        let map = || Square::of_attention(labels(3), (1..=9).map(|it| it as f32).collect(), false);
        assert_eq!(map().first(2).weights, [1.0, 2.0, 4.0, 5.0]);
        assert_eq!(map().first(5), map());
        assert!(map().first(0).weights.is_empty());
    }
}
