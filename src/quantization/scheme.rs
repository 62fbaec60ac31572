//! The schemes, and the arithmetic of one group.

use serde::{Deserialize, Serialize};

/// How numbers become integers. Group sizes are multiples of 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scheme {
    /// The lecture's: the tensor's minimum and maximum onto [-128, 127], one scale for all.
    Int8MinMax,
    /// `scale = max|x| / 127` a row (an output channel), integers in [-127, 127].
    Int8Channel,
    /// `scale = max|x| / 7` a group of a row, integers in [-7, 7].
    Int4Symmetric {
        /// Numbers in a group.
        group: usize,
    },
    /// Minimum and `scale = (max − min) / 15` a group of a row, integers in [0, 15].
    Int4Asymmetric {
        /// Numbers in a group.
        group: usize,
    },
    /// No integers: IEEE 754 half precision, rounded to nearest even.
    Half,
}

impl Scheme {
    /// Bits of a stored number, its share of scales and minimums not counted.
    pub const fn bits(self) -> usize {
        match self {
            Self::Int8MinMax | Self::Int8Channel => 8,
            Self::Int4Symmetric { .. } | Self::Int4Asymmetric { .. } => 4,
            Self::Half => 16,
        }
    }

    /// Numbers that share a scale in a row of `columns`; the last group of a row may be shorter.
    pub fn group_size(self, columns: usize) -> usize {
        match self {
            Self::Int8MinMax | Self::Int8Channel | Self::Half => columns.max(1),
            Self::Int4Symmetric { group } | Self::Int4Asymmetric { group } => group,
        }
    }

    /// Groups in a row of `columns` numbers; 0 where there are no scales.
    pub fn groups(self, columns: usize) -> usize {
        match self {
            Self::Half => 0,
            _ => columns.div_ceil(self.group_size(columns)),
        }
    }

    /// Does a group have a minimum beside its scale?
    pub const fn has_minimum(self) -> bool {
        matches!(self, Self::Int8MinMax | Self::Int4Asymmetric { .. })
    }

    /// The stored integer that stands for `minimum` (for 0 where there is none).
    pub const fn zero_point(self) -> i32 {
        match self {
            Self::Int8MinMax => -128,
            Self::Int4Symmetric { .. } => 8,
            Self::Int8Channel | Self::Int4Asymmetric { .. } | Self::Half => 0,
        }
    }

    /// Scale and minimum of a group of finite numbers. A group of equal numbers has the scale 0.
    pub(super) fn parameters(self, group: &[f32]) -> (f32, f32) {
        let steps = match self {
            Self::Int8MinMax => 255.0,
            Self::Int8Channel => 127.0,
            Self::Int4Symmetric { .. } => 7.0,
            Self::Int4Asymmetric { .. } => 15.0,
            Self::Half => return (0.0, 0.0),
        };
        if self.has_minimum() {
            let minimum = group.iter().copied().fold(f32::INFINITY, f32::min);
            let maximum = group.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            (((f64::from(maximum) - f64::from(minimum)) / steps) as f32, minimum)
        } else {
            let largest = group.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
            ((f64::from(largest) / steps) as f32, 0.0)
        }
    }

    /// The integer that is stored for `x`.
    pub(super) fn quantize(self, x: f32, scale: f32, minimum: f32) -> i32 {
        let (lowest, highest) = match self {
            Self::Int8MinMax => (-128.0, 127.0),
            Self::Int8Channel => (-127.0, 127.0),
            Self::Int4Symmetric { .. } => (1.0, 15.0),
            Self::Int4Asymmetric { .. } | Self::Half => (0.0, 15.0),
        };
        let zero_point = f64::from(self.zero_point());
        if scale == 0.0 {
            return zero_point as i32;
        }
        let step = ((f64::from(x) - f64::from(minimum)) / f64::from(scale)).round_ties_even();
        (step + zero_point).clamp(lowest, highest) as i32
    }

    /// What a stored integer comes back as.
    pub fn dequantize(self, stored: i32, scale: f32, minimum: f32) -> f32 {
        let steps = f64::from(stored - self.zero_point());
        (steps * f64::from(scale) + f64::from(minimum)) as f32
    }
}
