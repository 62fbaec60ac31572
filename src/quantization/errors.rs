//! How far what comes back is from what was there.

use serde::{Deserialize, Serialize};

/// The errors of a tensor that went to integers and back.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ErrorFigures {
    /// The largest |x − x'|.
    pub maximum: f64,
    /// The mean |x − x'|.
    pub mean: f64,
    /// The root of the mean of (x − x')².
    pub rms: f64,
    /// Signal to quantization noise, `10 · log₁₀(Σ x² / Σ (x − x')²)`, in decibels; none where nothing was
    /// lost, or nothing was there.
    pub snr: Option<f64>,
}

/// Adds up the errors of a tensor that comes piece by piece.
#[derive(Debug, Clone, Copy, Default)]
pub struct ErrorSum {
    count: usize,
    maximum: f64,
    absolute: f64,
    squares: f64,
    signal: f64,
}

impl ErrorSum {
    /// Add numbers, and what they came back as.
    pub fn add(&mut self, values: &[f32], back: &[f32]) {
        for (&x, &back) in values.iter().zip(back) {
            let error = f64::from(x) - f64::from(back);
            self.maximum = self.maximum.max(error.abs());
            self.absolute += error.abs();
            self.squares += error * error;
            self.signal += f64::from(x) * f64::from(x);
        }
        self.count += values.len();
    }

    /// The figures of all that was added; zeros of nothing.
    pub fn figures(&self) -> ErrorFigures {
        let count = self.count.max(1) as f64;
        let has_both = self.squares > 0.0 && self.signal > 0.0;
        ErrorFigures {
            maximum: self.maximum,
            mean: self.absolute / count,
            rms: (self.squares / count).sqrt(),
            snr: has_both.then(|| 10.0 * (self.signal / self.squares).log10()),
        }
    }
}

impl ErrorFigures {
    /// Of numbers, and what they came back as.
    pub fn between(values: &[f32], back: &[f32]) -> Self {
        let mut sum = ErrorSum::default();
        sum.add(values, back);
        sum.figures()
    }
}

/// How many numbers fall where: bars of equal width over a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Histogram {
    /// Where the first bar begins.
    pub minimum: f64,
    /// Where the last one ends.
    pub maximum: f64,
    /// Numbers in each bar; those beyond the range are in the outermost ones.
    pub counts: Vec<u32>,
}

impl Histogram {
    /// Count numbers into so many bars between two ends. Where the ends are the same, all are in the middle.
    pub fn of(
        values: impl IntoIterator<Item = f32>,
        minimum: f64,
        maximum: f64,
        bars: usize,
    ) -> Self {
        let mut counts = vec![0; bars.max(1)];
        let last = counts.len() - 1;
        let width = (maximum - minimum) / counts.len() as f64;
        for value in values {
            let bar = match width > 0.0 {
                true => {
                    ((f64::from(value) - minimum) / width).floor().clamp(0.0, last as f64) as usize
                }
                false => last / 2,
            };
            counts[bar] += 1;
        }
        Self { minimum, maximum, counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_small_example() {
        let figures = ErrorFigures::between(&[1.0, -2.0, 2.0, 0.0], &[1.5, -2.0, 1.5, 0.0]);
        assert_eq!((figures.maximum, figures.mean), (0.5, 0.25));
        assert!((figures.rms - 0.125f64.sqrt()).abs() < 1e-12);
        assert!((figures.snr.unwrap() - 10.0 * 18f64.log10()).abs() < 1e-12);
        assert_eq!(ErrorFigures::between(&[], &[]), ErrorFigures::default());
        assert_eq!(ErrorFigures::between(&[3.0], &[3.0]).snr, None);
    }

    #[test]
    fn every_number_is_in_a_bar() {
        let histogram = Histogram::of([-1.0, -0.99, 0.0, 0.49, 0.5, 1.0, 9.0], -1.0, 1.0, 4);
        assert_eq!(histogram.counts, [2, 0, 2, 3]);
        assert_eq!(Histogram::of([5.0; 3], 5.0, 5.0, 3).counts, [0, 3, 0]);
    }
}
