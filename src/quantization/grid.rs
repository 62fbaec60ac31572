//! Quantization grids: evenly spaced values between two ends.

/// A grid of 2 to 8 bits. The integer n represents `(n − zero) · scale + offset`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    scale: f64,
    /// The value of `zero`.
    offset: f64,
    zero: i32,
    lowest: i32,
    highest: i32,
}

impl Grid {
    /// The lecture's grid: from minimum to maximum onto [−2ᵇ⁻¹, 2ᵇ⁻¹ − 1], [-128, 127] for 8 bits. If both ends
    /// are equal, the scale is 0 and every integer is dequantized to that value.
    ///
    /// `None` if an end is not finite, the ends are in the wrong order, or the bits are not 2 to 8.
    pub fn spread(bits: u32, minimum: f32, maximum: f32) -> Option<Self> {
        let is_sound = minimum.is_finite() && maximum.is_finite() && minimum <= maximum;
        let half = Self::half(bits).filter(|_| is_sound)?;
        let (minimum, maximum) = (f64::from(minimum), f64::from(maximum));
        // A scale has 32 bits, as in every file of weights.
        let scale = f64::from(((maximum - minimum) / f64::from(2 * half - 1)) as f32);
        let (zero, lowest, highest) = (-half, -half, half - 1);
        Some(Self { scale, offset: minimum, zero, lowest, highest })
    }

    /// A symmetric grid: `largest` onto 2ᵇ⁻¹ − 1, and 0 onto 0.
    ///
    /// `None` if `largest` is not finite, is below 0, or the bits are not 2 to 8.
    pub fn symmetric(bits: u32, largest: f32) -> Option<Self> {
        let half = Self::half(bits).filter(|_| largest.is_finite() && largest >= 0.0)?;
        let scale = f64::from((f64::from(largest) / f64::from(half - 1)) as f32);
        Some(Self { scale, offset: 0.0, zero: 0, lowest: 1 - half, highest: half - 1 })
    }

    fn half(bits: u32) -> Option<i32> {
        (2..=8).contains(&bits).then(|| 1 << (bits - 1))
    }

    /// The distance between two values.
    pub fn step(&self) -> f64 {
        self.scale
    }

    /// The integers in use, from lowest to highest.
    pub fn integers(&self) -> std::ops::RangeInclusive<i32> {
        self.lowest..=self.highest
    }

    /// The integer of a value, rounded half to even; values beyond the ends are clamped.
    pub fn quantize(&self, x: f32) -> i32 {
        if self.scale == 0.0 {
            return self.zero;
        }
        let steps = ((f64::from(x) - self.offset) / self.scale).round_ties_even();
        (steps + f64::from(self.zero)).clamp(self.lowest.into(), self.highest.into()) as i32
    }

    /// The dequantized value of an integer.
    pub fn dequantize(&self, integer: i32) -> f32 {
        (f64::from(integer - self.zero) * self.scale + self.offset) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantization::{PackedMatrix, Scheme};

    #[test]
    fn eight_bits_are_the_schemes() {
        let values: Vec<f32> = (0..97).map(|i| ((i * 7919) % 1000) as f32 / 400.0 - 1.1).collect();
        let minimum = values.iter().copied().fold(f32::INFINITY, f32::min);
        let maximum = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let spread = Grid::spread(8, minimum, maximum).unwrap();
        let symmetric = Grid::symmetric(8, maximum.max(-minimum)).unwrap();
        for (grid, scheme) in [(spread, Scheme::Int8MinMax), (symmetric, Scheme::Int8Tensor)] {
            let packed = PackedMatrix::quantize(&values, 1, values.len(), scheme);
            for (index, (&x, dequantized)) in values.iter().zip(packed.dequantize()).enumerate() {
                assert_eq!(grid.quantize(x), packed.stored(0, index), "{scheme} {x}");
                assert_eq!(grid.dequantize(grid.quantize(x)), dequantized, "{scheme} {x}");
            }
        }
    }

    #[test]
    fn values_within_the_ends_are_kept_within_half_a_step() {
        for bits in 2..=8 {
            let grids = [Grid::spread(bits, -0.7, 1.3), Grid::symmetric(bits, 1.3)];
            for grid in grids.into_iter().flatten() {
                for i in 0..=200 {
                    let x = -0.7 + 2.0 * i as f32 / 200.0;
                    let integer = grid.quantize(x);
                    assert!(grid.integers().contains(&integer));
                    let error = f64::from((grid.dequantize(integer) - x).abs());
                    assert!(
                        error <= 0.5 * grid.step() + 1e-6,
                        "{bits} bits: {x} is off by {error}"
                    );
                }
                assert_eq!(grid.integers().count() + usize::from(grid.zero == 0), 1 << bits);
            }
        }
    }

    #[test]
    fn constants_are_kept_and_invalid_ends_refused() {
        let constant = Grid::spread(4, 0.3, 0.3).unwrap();
        assert_eq!(constant.dequantize(constant.quantize(0.3)), 0.3);
        let zeros = Grid::symmetric(4, 0.0).unwrap();
        assert_eq!(zeros.dequantize(zeros.quantize(0.0)), 0.0);
        assert_eq!(Grid::spread(8, 1.0, -1.0), None);
        assert_eq!(Grid::spread(1, -1.0, 1.0), None);
        assert_eq!(Grid::symmetric(9, 1.0), None);
        assert_eq!(Grid::spread(8, f32::NAN, 1.0), None);
        assert_eq!(Grid::symmetric(8, f32::INFINITY), None);
    }
}
