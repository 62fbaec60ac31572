//! The errors of dequantized values, and histograms.

use serde::{Deserialize, Serialize};

/// The errors of a tensor's dequantized values x' against the original values x.
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
    /// Signal to quantization noise, `10 · log₁₀(Σ x² / Σ (x − x')²)`, in decibels; `None` if signal or noise is 0.
    pub snr: Option<f64>,
}

/// The accumulated errors of a tensor that arrives in chunks.
#[derive(Debug, Clone, Copy, Default)]
pub struct ErrorSum {
    count: usize,
    maximum: f64,
    absolute: f64,
    squares: f64,
    signal: f64,
}

impl ErrorSum {
    /// Adds values and their dequantized values.
    pub fn add(&mut self, values: &[f32], dequantized: &[f32]) {
        for (&x, &dequantized) in values.iter().zip(dequantized) {
            let error = f64::from(x) - f64::from(dequantized);
            self.maximum = self.maximum.max(error.abs());
            self.absolute += error.abs();
            self.squares += error * error;
            self.signal += f64::from(x) * f64::from(x);
        }
        self.count += values.len();
    }

    /// The figures of all added values; zeros for none.
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
    /// The figures of values and their dequantized values.
    pub fn between(values: &[f32], dequantized: &[f32]) -> Self {
        let mut sum = ErrorSum::default();
        sum.add(values, dequantized);
        sum.figures()
    }
}

/// A histogram with bars of equal width over a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Histogram {
    /// The start of the first bar.
    pub minimum: f64,
    /// The end of the last bar.
    pub maximum: f64,
    /// Values in each bar; those beyond the range are in the outermost ones.
    pub counts: Vec<u32>,
}

impl Histogram {
    /// Counts values into so many bars between two ends. If the ends are equal, all are in the middle bar.
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
    fn every_value_is_in_a_bar() {
        let histogram = Histogram::of([-1.0, -0.99, 0.0, 0.49, 0.5, 1.0, 9.0], -1.0, 1.0, 4);
        assert_eq!(histogram.counts, [2, 0, 2, 3]);
        assert_eq!(Histogram::of([5.0; 3], 5.0, 5.0, 3).counts, [0, 3, 0]);
    }
}
