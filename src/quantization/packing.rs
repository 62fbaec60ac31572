//! Integers packed into 32-bit words, the layout that the GPU's and the CPU's kernels both read.
//!
//! A row is cut into blocks of 32 values, the last one padded with zero points; a word holds 8 four-bit,
//! 4 eight-bit or 2 float16 values, the first in its lowest bits. So a block is 4, 8 or 16 words
//! and every row begins at a multiple of 16 bytes. Eight-bit integers are in two's complement, four-bit
//! ones unsigned.

use half::f16;

use super::{AllocationError, Fit, Scheme, fit, group::Factors};

/// Values in a block: rows are padded to whole blocks.
pub const BLOCK: usize = 32;

/// A quantized matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedMatrix {
    /// The quantization scheme.
    pub scheme: Scheme,
    /// Outputs.
    pub rows: usize,
    /// Inputs, padding not counted.
    pub columns: usize,
    /// `[rows, words_per_row]`.
    pub words: Vec<u32>,
    /// `[rows, groups]`; empty for [`Scheme::F16`].
    pub scales: Vec<f32>,
    /// `[rows, groups]`; empty if the scheme has none.
    pub minimums: Vec<f32>,
}

impl PackedMatrix {
    /// Quantizes a row-major matrix of finite values, by their range.
    ///
    /// # Panics
    /// If `values` is not `rows` times `columns` long, or nothing can be quantized to the scheme.
    pub fn quantize(values: &[f32], rows: usize, columns: usize, scheme: Scheme) -> Self {
        Self::quantize_by(values, rows, columns, scheme, Fit::Range)
    }

    /// Quantizes a row-major matrix of finite values.
    ///
    /// # Panics
    /// If `values` is not `rows` times `columns` long, nothing can be quantized to the scheme, or there is no memory:
    /// [`PackedMatrix::try_quantize_by`] says so.
    pub fn quantize_by(
        values: &[f32],
        rows: usize,
        columns: usize,
        scheme: Scheme,
        how: Fit,
    ) -> Self {
        let packed = Self::try_quantize_by(values, rows, columns, scheme, how);
        packed.expect("memory for a matrix that is smaller than its values")
    }

    /// Quantizes a row-major matrix of finite values.
    ///
    /// # Errors
    /// [`AllocationError`] if there is no memory for it.
    ///
    /// # Panics
    /// If `values` is not `rows` times `columns` long, or nothing can be quantized to the scheme.
    pub fn try_quantize_by(
        values: &[f32],
        rows: usize,
        columns: usize,
        scheme: Scheme,
        how: Fit,
    ) -> Result<Self, AllocationError> {
        assert_eq!(values.len(), rows * columns, "a matrix of {rows} by {columns}");
        let mut packed = PackedRows::new(rows, columns, scheme, how)?;
        if scheme.is_whole_tensor() {
            packed.whole_tensor = Some(scheme.factors(values));
        }
        for row in values.chunks_exact(columns.max(1)).take(rows) {
            packed.push(row);
        }
        Ok(packed.finish())
    }

    /// Number of words in a row.
    pub fn words_per_row(&self) -> usize {
        words_per_row(self.columns, self.scheme)
    }

    /// The stored integer at a row and column (for [`Scheme::F16`]: its bits).
    pub fn stored(&self, row: usize, column: usize) -> i32 {
        let bits = self.scheme.bits();
        let per_word = 32 / bits;
        let word = self.words[row * self.words_per_row() + column / per_word];
        let field = word >> (bits * (column % per_word)) & ((1u64 << bits) - 1) as u32;
        if bits == 8 { i32::from(field as u8 as i8) } else { field as i32 }
    }

    /// The dequantized values of a row.
    pub fn dequantize_row(&self, row: usize) -> Vec<f32> {
        let groups = self.scheme.groups(self.columns);
        let group_size = self.scheme.group_size(self.columns);
        (0..self.columns)
            .map(|column| {
                let stored = self.stored(row, column);
                if self.scheme == Scheme::F16 {
                    return f16::from_bits(stored as u16).to_f32();
                }
                let group = row * groups + column / group_size;
                let minimum = self.minimums.get(group).copied().unwrap_or(0.0);
                self.scheme.dequantize(stored, self.scales[group], minimum)
            })
            .collect()
    }

    /// The dequantized matrix, row-major.
    pub fn dequantize(&self) -> Vec<f32> {
        (0..self.rows).flat_map(|row| self.dequantize_row(row)).collect()
    }

    /// The first row with a value, scale or minimum that was too large for float16.
    pub fn overflow(&self) -> Option<usize> {
        if self.scheme == Scheme::F16 {
            let is_infinite =
                |word: u32| [word, word >> 16].iter().any(|half| half & 0x7fff == 0x7c00);
            let word = self.words.iter().position(|&word| is_infinite(word))?;
            return Some(word / self.words_per_row());
        }
        let factors = [&self.scales, &self.minimums].into_iter();
        let first =
            factors.filter_map(|all| all.iter().position(|factor| !factor.is_finite())).min()?;
        Some(first / self.scheme.groups(self.columns))
    }

    /// Bytes of the words and factors.
    pub fn bytes(&self) -> usize {
        4 * (self.words.len() + self.scales.len() + self.minimums.len())
    }
}

/// Bytes of a row of `columns` values in a file, without padding.
pub(super) fn row_bytes(columns: usize, scheme: Scheme) -> usize {
    (columns * scheme.bits()).div_ceil(8)
}

/// Words of a row of `columns` values.
pub(super) fn words_per_row(columns: usize, scheme: Scheme) -> usize {
    columns.div_ceil(BLOCK) * scheme.bits()
}

/// A matrix that is quantized row by row, so that a large one is never complete as floats.
#[derive(Debug)]
pub struct PackedRows {
    matrix: PackedMatrix,
    how: Fit,
    whole_tensor: Option<Factors>,
    integers: Vec<i32>,
}

impl PackedRows {
    /// An empty matrix of that size; its memory is allocated now, and only once.
    ///
    /// # Panics
    /// If nothing can be quantized to the scheme ([`Scheme::can_quantize`]).
    ///
    /// # Errors
    /// [`AllocationError`] where there is no memory for it.
    pub fn new(
        rows: usize,
        columns: usize,
        scheme: Scheme,
        how: Fit,
    ) -> Result<Self, AllocationError> {
        assert!(scheme.can_quantize(), "{scheme} is only read");
        let empty = PackedMatrix::try_with_capacity(rows, columns, scheme)?;
        let matrix = PackedMatrix { rows, ..empty };
        Ok(Self { matrix, how, whole_tensor: None, integers: Vec::new() })
    }

    /// Appends the next row. (A scheme with one scale per tensor needs all of it, see [`PackedMatrix::quantize`]; here
    /// it takes the row for the tensor.)
    pub fn push(&mut self, row: &[f32]) {
        let scheme = self.matrix.scheme;
        let padded = row.len().next_multiple_of(BLOCK);
        self.integers.clear();
        if scheme == Scheme::F16 {
            let bits = row.iter().map(|&x| i32::from(f16::from_f32(x).to_bits()));
            self.integers.extend(bits);
            self.integers.resize(padded, 0);
        } else {
            for group in row.chunks(scheme.group_size(row.len())) {
                let Factors { scale, minimum } = match self.whole_tensor {
                    Some(factors) => {
                        let stored = group.iter().map(|&x| scheme.integer(x, factors));
                        self.integers.extend(stored);
                        factors
                    }
                    None => quantize_group(scheme, group, self.how, &mut self.integers),
                };
                self.matrix.scales.push(scale);
                if scheme.has_minimum() {
                    self.matrix.minimums.push(minimum);
                }
            }
            self.integers.resize(padded, scheme.zero_point());
        }
        let bits = scheme.bits();
        let mask = ((1u64 << bits) - 1) as u32;
        let words = self.integers.chunks_exact(32 / bits).map(|fields| {
            fields.iter().rev().fold(0u32, |word, &field| word << bits | field as u32 & mask)
        });
        self.matrix.words.extend(words);
    }

    /// The finished matrix.
    pub fn finish(self) -> PackedMatrix {
        self.matrix
    }
}

/// Quantizes a group: appends its integers, and returns its factors as they are stored.
fn quantize_group(scheme: Scheme, group: &[f32], how: Fit, integers: &mut Vec<i32>) -> Factors {
    if how == Fit::LeastSquares {
        return fit::quantize(scheme, group, integers);
    }
    let factors = scheme.factors(group);
    integers.extend(group.iter().map(|&x| scheme.integer(x, factors)));
    factors.kept(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(count: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919) % 1000) as f32 / 500.0 - 0.9).collect()
    }

    #[test]
    fn stored_integers_are_those_that_were_packed() {
        for scheme in Scheme::ALL.into_iter().filter(|&scheme| scheme != Scheme::F16) {
            for columns in 0..=300 {
                let values = ramp(2 * columns);
                let packed = PackedMatrix::quantize(&values, 2, columns, scheme);
                let whole = scheme.is_whole_tensor().then(|| scheme.factors(&values));
                for (row, values) in values.chunks_exact(columns.max(1)).enumerate() {
                    let mut integers = Vec::new();
                    for group in values.chunks(scheme.group_size(columns)) {
                        match whole {
                            Some(factors) => {
                                integers.extend(group.iter().map(|&x| scheme.integer(x, factors)));
                            }
                            None => {
                                quantize_group(scheme, group, Fit::Range, &mut integers);
                            }
                        }
                    }
                    let found: Vec<i32> = (0..columns).map(|c| packed.stored(row, c)).collect();
                    assert_eq!(found, integers, "{scheme} {columns}");
                }
            }
        }
    }

    #[test]
    fn what_is_too_large_for_half_precision_is_found() {
        let large =
            |scheme| PackedMatrix::quantize(&[0.0, 0.0, 1.0, 3e38], 2, 2, scheme).overflow();
        for scheme in Scheme::ALL {
            let is_f16 = scheme.has_f16_factors() || scheme == Scheme::F16;
            assert_eq!(large(scheme), is_f16.then_some(1), "{scheme}");
        }
    }

    #[test]
    fn denormals_and_the_smallest_scales_are_defined() {
        for scheme in Scheme::ALL {
            let values = [1e-45f32, -1e-40, 3e-39, 0.0];
            for x in PackedMatrix::quantize(&values, 1, 4, scheme).dequantize() {
                assert!(x.abs() <= 4e-39, "{scheme}: {x}");
            }
        }
    }

    #[test]
    fn the_lectures_64_is_not_quite_a_half() {
        let values: Vec<f32> = vec![-1.0, 0.5, 1.0];
        let packed = PackedMatrix::quantize(&values, 1, 3, Scheme::Int8MinMax);
        assert_eq!([0, 1, 2].map(|column| packed.stored(0, column)), [-128, 63, 127]);
        let dequantized = packed.dequantize();
        assert!((dequantized[1] - 0.5).abs() > 1e-3 && (dequantized[1] - 0.5).abs() < 4e-3);
    }

    #[test]
    fn halves_round_to_nearest_even() {
        let packed = PackedMatrix::quantize(&[1.0, 1.0 + 1.0 / 2048.0, -0.25], 1, 3, Scheme::F16);
        assert_eq!(packed.dequantize(), [1.0, 1.0, -0.25]);
        assert_eq!(packed.words.len(), 16);
    }

    #[test]
    fn zeros_and_constants_come_back_exactly() {
        for scheme in Scheme::ALL {
            let packed = PackedMatrix::quantize(&[0.0; 40], 1, 40, scheme);
            assert_eq!(packed.dequantize(), [0.0; 40], "{scheme:?}");
        }
        let constant =
            PackedMatrix::quantize(&[0.7; 40], 1, 40, Scheme::Int4Asymmetric { group: 32 });
        assert_eq!(constant.dequantize(), [0.7; 40]);
    }
}
