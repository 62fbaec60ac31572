//! Layout of a heat map.

/// Minimum width of a cell with a label, in CSS pixels.
const LABELLED_CELL: f64 = 13.0;
/// Maximum width of a cell: a short text need not fill the chart.
const LARGEST_CELL: f64 = 72.0;
/// Maximum width of a label; longer ones are compressed.
pub const LARGEST_LABEL: f64 = 120.0;
/// Distance between a label and the map.
pub const LABEL_GAP: f64 = 7.0;
/// Margin for token numbers, used instead of labels that do not fit.
const TICK_MARGIN: f64 = 44.0;

/// Layout of a heat map on its canvas, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geometry {
    /// Both margins: left of the map and above it.
    pub margin: f64,
    /// Side of a token's cell.
    pub cell: f64,
    /// Number of tokens.
    pub count: usize,
    /// Whether the upper triangle is masked.
    pub is_causal: bool,
    /// Font size of the labels.
    pub font: f64,
    /// Whether labels fit; otherwise only numbers are shown.
    pub is_labelled: bool,
}

impl Geometry {
    /// Returns the font size of the labels, as large as the cells allow: it cannot depend on the margin, which depends
    /// on the labels.
    pub fn font(width: f64, count: usize) -> f64 {
        (width / (count as f64 + 6.0) * 0.78).clamp(11.0, 18.0)
    }

    /// Returns the layout of a map of `count` tokens on a canvas of that width, given the width of the widest label.
    pub fn new(width: f64, count: usize, widest_label: f64, is_causal: bool) -> Self {
        let margin = widest_label.min(LARGEST_LABEL) + LABEL_GAP * 2.0;
        let is_labelled = (width - margin) / count as f64 >= LABELLED_CELL;
        let margin = if is_labelled { margin } else { TICK_MARGIN };
        let cell = ((width - margin - 1.0) / count as f64).min(LARGEST_CELL);
        let font = Self::font(width, count);
        Self { margin, cell, count, is_causal, font, is_labelled }
    }

    /// Returns row and column of the cell at a point, unless it is masked.
    pub fn at(&self, x: f64, y: f64) -> Option<(usize, usize)> {
        let (column, row) = ((x - self.margin) / self.cell, (y - self.margin) / self.cell);
        let is_inside = column >= 0.0
            && row >= 0.0
            && (row as usize) < self.count
            && (column as usize) < self.columns(row as usize);
        is_inside.then_some((row as usize, column as usize))
    }

    /// Returns the number of unmasked cells of a row.
    pub fn columns(&self, row: usize) -> usize {
        if self.is_causal { row + 1 } else { self.count }
    }

    /// Returns the side of the whole map.
    pub fn side(&self) -> f64 {
        self.cell * self.count as f64
    }

    /// Returns the box of cells of a row: left, top, width and height.
    pub fn boxed(&self, row: usize, column: usize, columns: usize) -> [f64; 4] {
        let Self { margin, cell, .. } = *self;
        [margin + column as f64 * cell, margin + row as f64 * cell, columns as f64 * cell, cell]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_lies_in_its_square_and_a_masked_square_in_none() {
        let both = Geometry::new(500.0, 4, 46.0, false);
        assert_eq!((both.margin, both.cell, both.is_labelled), (60.0, 72.0, true));
        let causal = Geometry { is_causal: true, ..both };
        for (x, y, of_both, of_causal) in [
            (60.0, 60.0, Some((0, 0)), Some((0, 0))),
            (131.9, 131.9, Some((0, 0)), Some((0, 0))),
            (132.0, 60.0, Some((0, 1)), None),
            (132.0, 132.0, Some((1, 1)), Some((1, 1))),
            (61.0, 347.0, Some((3, 0)), Some((3, 0))),
            (347.0, 61.0, Some((0, 3)), None),
            // Margins, and the space beside a map that does not fill its canvas.
            (59.9, 100.0, None, None),
            (100.0, 59.9, None, None),
            (348.0, 300.0, None, None),
            (300.0, 348.0, None, None),
            (f64::NAN, 100.0, None, None),
        ] {
            assert_eq!(both.at(x, y), of_both, "{x}, {y}");
            assert_eq!(causal.at(x, y), of_causal, "{x}, {y}");
        }
    }

    #[test]
    fn every_square_is_found_in_the_middle_of_its_box() {
        for count in [1, 7, 128] {
            let map = Geometry::new(420.0, count, 300.0, true);
            for (row, column) in (0..count).flat_map(|row| (0..=row).map(move |at| (row, at))) {
                let [left, top, width, height] = map.boxed(row, column, 1);
                assert_eq!(map.at(left + width / 2.0, top + height / 2.0), Some((row, column)));
                assert!(left + width <= 420.0 && top + height <= 420.0);
            }
        }
    }

    #[test]
    fn long_labels_leave_space_for_the_map_and_many_tokens_have_numbers() {
        // A label of 300 pixels is compressed to 120.
        assert_eq!(Geometry::new(500.0, 10, 300.0, false).margin, 134.0);
        let crowd = Geometry::new(500.0, 200, 40.0, false);
        assert_eq!((crowd.is_labelled, crowd.margin), (false, 44.0));
        assert!((crowd.side() - 455.0).abs() < 1e-9);
    }

    #[test]
    fn without_tokens_or_width_nothing_is_pointed_at() {
        for map in [Geometry::new(500.0, 0, 0.0, false), Geometry::new(0.0, 3, 40.0, true)] {
            assert_eq!(map.at(100.0, 100.0), None, "{map:?}");
        }
    }

    #[test]
    fn letters_have_a_size_that_can_be_read_and_no_more() {
        assert_eq!(Geometry::font(500.0, 1000), 11.0);
        assert_eq!(Geometry::font(500.0, 2), 18.0);
        let middling = Geometry::font(500.0, 20);
        assert!(middling > 14.0 && middling < 16.0, "{middling}");
    }
}
