//! Scales with the least squared error, instead of those of a group's range, which cover every value: a step that is a
//! little too small for the largest values is better for all others (the clipping of AWQ, Lin et al. 2023, section 3.2,
//! and the searches of ggml's quantizers).
//!
//! From every start (the range, shrunk at either end or both) the integers are chosen, then the factors that fit these
//! integers best, by linear regression of the values on their integers, and once more. The best of all is kept, the
//! range's own included: the squared error of a group never grows.

use serde::{Deserialize, Serialize};

use super::{Scheme, group::Factors};

/// The method that determines the factors of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Fit {
    /// The group's range: no value lies outside.
    #[default]
    Range,
    /// Least squares: a search for the smallest sum of a group's squared errors. Schemes with one scale per tensor use
    /// the range.
    LeastSquares,
}

/// Shares of the range at each end that the search starts from.
const SHARES: [f64; 7] = [1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.62];
/// Regressions from each start.
const ROUNDS: usize = 2;

/// Quantizes a group by least squares: appends its integers, and returns its factors as they are stored.
pub(super) fn quantize(scheme: Scheme, group: &[f32], integers: &mut Vec<i32>) -> Factors {
    let by_range = scheme.factors(group);
    let first = integers.len();
    integers.extend(group.iter().map(|&x| scheme.integer(x, by_range)));
    let mut best = by_range.kept(scheme);
    if best.scale == 0.0 || scheme == Scheme::F16 {
        return best;
    }
    let mut least = squared_error(scheme, group, &integers[first..], best);
    let mut tried = Vec::with_capacity(group.len());
    for start in starts(scheme, by_range) {
        let mut factors = start;
        for _ in 0..ROUNDS {
            tried.clear();
            tried.extend(group.iter().map(|&x| nearest(scheme, x, factors)));
            let Some(better) = regression(scheme, group, &tried) else { break };
            factors = better.kept(scheme);
            if factors.scale == 0.0 || !factors.scale.is_finite() {
                break;
            }
            let error = squared_error(scheme, group, &tried, factors);
            if error < least {
                (least, best) = (error, factors);
                integers.truncate(first);
                integers.extend_from_slice(&tried);
            }
        }
    }
    best
}

/// The factors that the search starts from.
fn starts(scheme: Scheme, range: Factors) -> Vec<Factors> {
    let Factors { scale, minimum } = range;
    if !scheme.has_minimum() {
        let shrunk =
            SHARES.map(|share| Factors { scale: (f64::from(scale) * share) as f32, minimum });
        return shrunk.into();
    }
    let (lowest, highest) = scheme.range();
    let width = f64::from(scale) * f64::from(highest - lowest);
    let mut starts = Vec::with_capacity(3 * SHARES.len());
    for share in SHARES {
        let cut = (1.0 - share) * width;
        for (low, high) in [(cut, 0.0), (0.0, cut), (cut / 2.0, cut / 2.0)] {
            starts.push(Factors {
                scale: ((width - low - high) / f64::from(highest - lowest)) as f32,
                minimum: (f64::from(minimum) + low) as f32,
            });
        }
    }
    starts
}

/// The integer whose dequantized value is nearest to `x`.
fn nearest(scheme: Scheme, x: f32, factors: Factors) -> i32 {
    let steps = (f64::from(x) - f64::from(factors.minimum)) / f64::from(factors.scale);
    let (lowest, highest) = scheme.range();
    let stored = steps.round_ties_even() + f64::from(scheme.zero_point());
    stored.clamp(f64::from(lowest), f64::from(highest)) as i32
}

/// The factors that dequantize these integers with the least squared error; `None` if all are the same.
fn regression(scheme: Scheme, group: &[f32], integers: &[i32]) -> Option<Factors> {
    let (mut n, mut nn, mut x, mut xn) = (0.0, 0.0, 0.0, 0.0);
    for (&value, &stored) in group.iter().zip(integers) {
        let (value, step) = (f64::from(value), f64::from(stored - scheme.zero_point()));
        (n, nn, x, xn) = (n + step, nn + step * step, x + value, xn + value * step);
    }
    if !scheme.has_minimum() {
        return (nn > 0.0).then(|| Factors { scale: (xn / nn) as f32, minimum: 0.0 });
    }
    let count = group.len() as f64;
    let spread = count * nn - n * n;
    (spread > 0.0).then(|| {
        let scale = (count * xn - n * x) / spread;
        Factors { scale: scale as f32, minimum: ((x - scale * n) / count) as f32 }
    })
}

fn squared_error(scheme: Scheme, group: &[f32], integers: &[i32], factors: Factors) -> f64 {
    let square = |(&x, &stored): (&f32, &i32)| {
        let dequantized = scheme.dequantize(stored, factors.scale, factors.minimum);
        (f64::from(x) - f64::from(dequantized)).powi(2)
    };
    group.iter().zip(integers).map(square).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantization::PackedMatrix;

    fn error(scheme: Scheme, values: &[f32], how: Fit) -> f64 {
        let packed = PackedMatrix::quantize_by(values, 2, values.len() / 2, scheme, how);
        let square = |(x, back): (&f32, f32)| (f64::from(*x) - f64::from(back)).powi(2);
        values.iter().zip(packed.dequantize()).map(square).sum()
    }

    #[test]
    fn a_search_never_makes_it_worse_and_mostly_better() {
        // A bell, roughly, as weights are.
        let bell =
            |i: usize| (0..6).map(|j| ((i * 131 + j * 7919) % 997) as f32 / 997.0 - 0.5).sum();
        let values: Vec<f32> = (0..600).map(bell).collect();
        for scheme in Scheme::ALL {
            let (range, searched) =
                (error(scheme, &values, Fit::Range), error(scheme, &values, Fit::LeastSquares));
            assert!(searched <= range, "{scheme}: {searched} above {range}");
            if scheme.bits() == 4 {
                assert!(searched < 0.97 * range, "{scheme}: {searched}, by range {range}");
            }
        }
    }

    #[test]
    fn zeros_and_constants_stay_exact() {
        for scheme in Scheme::ALL {
            assert_eq!(error(scheme, &[0.0; 80], Fit::LeastSquares), 0.0, "{scheme}");
        }
        let asymmetric = Scheme::Int4Asymmetric { group: 32 };
        assert_eq!(error(asymmetric, &[0.7; 80], Fit::LeastSquares), 0.0);
    }
}
