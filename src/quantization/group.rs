//! The arithmetic of one group: its factors, its integers.

use half::f16;

use super::Scheme;

/// The scale and minimum of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Factors {
    pub(super) scale: f32,
    /// 0 if the scheme has none.
    pub(super) minimum: f32,
}

impl Factors {
    /// The factors as a file of that scheme stores them.
    pub(super) fn kept(self, scheme: Scheme) -> Self {
        if !scheme.has_f16_factors() {
            return self;
        }
        let rounded = |x: f32| f16::from_f32(x).to_f32();
        Self { scale: rounded(self.scale), minimum: rounded(self.minimum) }
    }
}

/// Minimum and maximum; infinities of the other sign for no values.
fn extremes(group: &[f32]) -> (f32, f32) {
    let start = (f32::INFINITY, f32::NEG_INFINITY);
    group.iter().fold(start, |(minimum, maximum), &x| (minimum.min(x), maximum.max(x)))
}

impl Scheme {
    /// The factors of the range of a group of finite values. A group of equal values (without a minimum: of zeros) has
    /// the scale 0.
    pub(super) fn factors(self, group: &[f32]) -> Factors {
        let spread = |minimum: f32, maximum: f32, steps: f64| {
            let scale = ((f64::from(maximum) - f64::from(minimum)) / steps) as f32;
            Factors { scale, minimum }
        };
        let around_zero = |steps: f64| {
            let largest = group.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
            Factors { scale: (f64::from(largest) / steps) as f32, minimum: 0.0 }
        };
        if group.is_empty() {
            return Factors { scale: 0.0, minimum: 0.0 };
        }
        let (minimum, maximum) = extremes(group);
        match self {
            // No weight is quantized to `q6_k`.
            Self::F16 | Self::Q6_K => Factors { scale: 0.0, minimum: 0.0 },
            Self::Int8MinMax => spread(minimum, maximum, 255.0),
            Self::Int4Asymmetric { .. } => spread(minimum, maximum, 15.0),
            Self::Int8Affine => {
                let Factors { scale, minimum } = spread(minimum.min(0.0), maximum.max(0.0), 255.0);
                if scale == 0.0 {
                    return Factors { scale, minimum: 0.0 };
                }
                let zero_point = (-128.0 - f64::from(minimum) / f64::from(scale)).round_ties_even();
                Factors { scale, minimum: ((-128.0 - zero_point) * f64::from(scale)) as f32 }
            }
            Self::Int8Tensor | Self::Int8Channel => around_zero(127.0),
            Self::Int4Symmetric { .. } => around_zero(7.0),
            // As in ggml's quantizers, in 32-bit floats: both write the same.
            Self::Q8_0 => Factors { scale: minimum.abs().max(maximum.abs()) / 127.0, minimum: 0.0 },
            Self::Q4_0 => {
                let furthest =
                    group.iter().fold(0.0f32, |a, &b| if a.abs() < b.abs() { b } else { a });
                Factors { scale: furthest / -8.0, minimum: 0.0 }
            }
            Self::Q4_1 => Factors { scale: (maximum - minimum) / 15.0, minimum },
        }
    }

    /// The integer that is stored for `x`, given the factors before they were rounded for a file.
    pub(super) fn integer(self, x: f32, factors: Factors) -> i32 {
        let Factors { scale, minimum } = factors;
        let (lowest, highest) = self.range();
        if scale == 0.0 {
            return self.zero_point();
        }
        // ggml multiplies by the inverse and rounds halves away from zero.
        let inverse = 1.0 / scale;
        let rounded = match self {
            Self::Q8_0 => f64::from((x * inverse).round()),
            Self::Q4_0 => f64::from((x * inverse + 8.5).trunc()),
            Self::Q4_1 => f64::from(((x - minimum) * inverse + 0.5).trunc()),
            _ => {
                let steps = (f64::from(x) - f64::from(minimum)) / f64::from(scale);
                steps.round_ties_even() + f64::from(self.zero_point())
            }
        };
        rounded.clamp(f64::from(lowest), f64::from(highest)) as i32
    }
}
