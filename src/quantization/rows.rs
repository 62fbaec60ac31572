//! The rows of a quantized matrix in files: without padding, or in GGUF's blocks.

use std::ops::Range;

use half::f16;

use super::{
    AllocationError, PackedMatrix, Scheme,
    packing::{row_bytes, words_per_row},
    q6_k, try_with_capacity,
};

impl PackedMatrix {
    /// An empty matrix of that width, with capacity for so many rows.
    ///
    /// # Panics
    /// If there is no memory for them; [`PackedMatrix::try_with_capacity`] returns an error instead.
    pub fn with_capacity(rows: usize, columns: usize, scheme: Scheme) -> Self {
        Self::try_with_capacity(rows, columns, scheme).expect("memory for some rows")
    }

    /// An empty matrix of that width, with capacity for so many rows, which may be any claimed number.
    ///
    /// # Errors
    /// [`AllocationError`] where there is no memory for them.
    pub fn try_with_capacity(
        rows: usize,
        columns: usize,
        scheme: Scheme,
    ) -> Result<Self, AllocationError> {
        let of_rows = |a_row: usize| (rows as u64).saturating_mul(a_row as u64);
        let groups = of_rows(scheme.groups(columns));
        Ok(Self {
            scheme,
            rows: 0,
            columns,
            words: try_with_capacity(of_rows(words_per_row(columns, scheme)))?,
            scales: try_with_capacity(groups)?,
            minimums: try_with_capacity(if scheme.has_minimum() { groups } else { 0 })?,
        })
    }

    /// Appends the rows of another matrix.
    ///
    /// # Panics
    /// If their widths or schemes differ.
    pub fn append(&mut self, next: &Self) {
        assert_eq!((self.scheme, self.columns), (next.scheme, next.columns));
        self.words.extend_from_slice(&next.words);
        self.scales.extend_from_slice(&next.scales);
        self.minimums.extend_from_slice(&next.minimums);
        self.rows += next.rows;
    }

    /// A range of rows.
    ///
    /// # Panics
    /// If the range exceeds the rows.
    pub fn slice(&self, rows: Range<usize>) -> Self {
        let range = |per_row: usize| rows.start * per_row..rows.end * per_row;
        let groups = range(self.scheme.groups(self.columns));
        let minimums = if self.scheme.has_minimum() { groups.clone() } else { 0..0 };
        Self {
            scheme: self.scheme,
            rows: rows.len(),
            columns: self.columns,
            words: self.words[range(self.words_per_row())].to_vec(),
            scales: self.scales[groups].to_vec(),
            minimums: self.minimums[minimums].to_vec(),
        }
    }

    /// The stored integers without padding: a byte each, two a byte (the first in the lower half) or, for
    /// [`Scheme::F16`], two bytes each. Every row begins at a byte boundary.
    pub fn integer_bytes(&self) -> Vec<u8> {
        let length = row_bytes(self.columns, self.scheme);
        let mut bytes = Vec::with_capacity(self.rows * length);
        for row in self.words.chunks_exact(self.words_per_row().max(1)) {
            bytes.extend(row.iter().flat_map(|word| word.to_le_bytes()).take(length));
        }
        bytes
    }

    /// The scales, and the minimums if there are any, as bytes in the precision of the scheme; for a scheme with one of
    /// each per tensor, the first row's.
    pub fn factor_bytes(&self) -> Vec<Vec<u8>> {
        let is_f16 = self.scheme.has_f16_factors();
        let whole = self.scheme.is_whole_tensor();
        let bytes = |factors: &Vec<f32>| {
            let factors = &factors[..if whole { factors.len().min(1) } else { factors.len() }];
            match is_f16 {
                true => factors.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect(),
                false => factors.iter().flat_map(|x| x.to_le_bytes()).collect(),
            }
        };
        let factors = [&self.scales, &self.minimums].into_iter();
        factors.filter(|factors| !factors.is_empty()).map(bytes).collect()
    }

    /// Appends a row of [`PackedMatrix::integer_bytes`], with its factors.
    ///
    /// # Panics
    /// If the row's length is not that of the scheme.
    pub fn push_row(&mut self, bytes: &[u8], scales: &[f32], minimums: &[f32]) {
        assert_eq!(bytes.len(), row_bytes(self.columns, self.scheme));
        let zero_point = self.scheme.zero_point() as u8;
        let padding =
            if self.scheme.bits() == 4 { zero_point << 4 | zero_point } else { zero_point };
        let mut chunks = bytes.chunks_exact(4);
        self.words.extend(
            chunks
                .by_ref()
                .map(|word| word.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte))),
        );
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let mut word = [padding; 4];
            word[..rest.len()].copy_from_slice(rest);
            self.words.push(u32::from_le_bytes(word));
        }
        self.rows += 1;
        let words = self.rows * words_per_row(self.columns, self.scheme);
        self.words.resize(words, u32::from_le_bytes([padding; 4]));
        self.scales.extend_from_slice(scales);
        self.minimums.extend_from_slice(minimums);
    }

    /// The rows in GGUF's blocks; `None` if the scheme has none, or rows are not whole blocks. A matrix from `q6_k`
    /// blocks gives blocks of the same values, and reproduces those of ggml's quantizer bit by bit; for integers and
    /// scales of another origin there may be no such blocks.
    ///
    /// ```text
    /// q8_0   f16 scale, 32 bytes: the integers
    /// q4_0   f16 scale, 16 bytes: byte i holds integer i in its lower half, integer i + 16 in its upper
    /// q4_1   f16 scale, f16 minimum, 16 bytes likewise
    /// q6_k   see the module of that name
    /// ```
    pub fn blocks(&self) -> Option<Vec<u8>> {
        let (block_bytes, block_size) = (self.scheme.block_bytes()?, self.scheme.block_size()?);
        if !self.columns.is_multiple_of(block_size) {
            return None;
        }
        if self.scheme == Scheme::Q6_K {
            return q6_k::pack(&self.words, &self.scales);
        }
        let mut bytes = Vec::with_capacity(self.scales.len() * block_bytes);
        let blocks = self.words.chunks_exact(self.scheme.bits());
        for (index, (words, scale)) in blocks.zip(&self.scales).enumerate() {
            bytes.extend(f16::from_f32(*scale).to_le_bytes());
            if let Some(minimum) = self.minimums.get(index) {
                bytes.extend(f16::from_f32(*minimum).to_le_bytes());
            }
            match words {
                &[a, b, c, d] => {
                    // A word holds 8 integers, from its lowest bits upwards.
                    let numbers =
                        [d, c, b, a].iter().fold(0u128, |all, &word| all << 32 | u128::from(word));
                    let nibble = |i: usize| (numbers >> (4 * i)) as u8 & 15;
                    bytes.extend((0..16).map(|i| nibble(i) | nibble(i + 16) << 4));
                }
                words => bytes.extend(words.iter().flat_map(|word| word.to_le_bytes())),
            }
        }
        Some(bytes)
    }

    /// Appends rows in GGUF's blocks.
    ///
    /// # Panics
    /// If the scheme has no blocks, or the bytes are not whole rows.
    pub fn push_blocks(&mut self, bytes: &[u8]) {
        let block_bytes = self.scheme.block_bytes().expect("a scheme with blocks");
        let block_size = self.scheme.block_size().expect("a scheme with blocks");
        let row_bytes = self.columns / block_size * block_bytes;
        assert!(self.columns.is_multiple_of(block_size));
        assert!(bytes.len().is_multiple_of(row_bytes.max(1)));
        self.rows += bytes.len() / row_bytes.max(1);
        if self.scheme == Scheme::Q6_K {
            return q6_k::unpack(bytes, &mut self.words, &mut self.scales);
        }
        for block in bytes.chunks_exact(block_bytes) {
            let factor = |at: usize| f16::from_le_bytes([block[at], block[at + 1]]).to_f32();
            self.scales.push(factor(0));
            if self.scheme.has_minimum() {
                self.minimums.push(factor(2));
            }
            let integers = &block[block_bytes - 4 * self.scheme.bits()..];
            if self.scheme.bits() == 4 {
                for half in [0, 4] {
                    for eight in integers.chunks_exact(8) {
                        let nibbles = eight.iter().rev();
                        self.words.push(
                            nibbles.fold(0, |word, byte| word << 4 | u32::from(byte >> half & 15)),
                        );
                    }
                }
            } else {
                let words = integers.as_chunks().0.iter();
                self.words.extend(words.map(|word| u32::from_le_bytes(*word)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(count: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919) % 1000) as f32 / 500.0 - 0.9).collect()
    }

    fn empty(like: &PackedMatrix) -> PackedMatrix {
        PackedMatrix::with_capacity(like.rows, like.columns, like.scheme)
    }

    #[test]
    fn rows_are_restored_from_their_bytes_bit_by_bit() {
        for scheme in Scheme::ALL {
            for columns in (2..=300).step_by(2).chain([1, 33]) {
                if scheme.bits() == 4 && columns % 2 == 1 {
                    continue;
                }
                let packed = PackedMatrix::quantize(&ramp(3 * columns), 3, columns, scheme);
                let bytes = packed.integer_bytes();
                assert_eq!(bytes.len(), 3 * (columns * scheme.bits() / 8));
                let mut rebuilt = empty(&packed);
                let groups = scheme.groups(columns);
                for (row, bytes) in bytes.chunks_exact(bytes.len() / 3).enumerate() {
                    let minimums = packed.minimums.get(row * groups..(row + 1) * groups);
                    let scales = &packed.scales[row * groups..(row + 1) * groups];
                    rebuilt.push_row(bytes, scales, minimums.unwrap_or_default());
                }
                assert_eq!(rebuilt, packed, "{scheme} {columns}");
            }
        }
    }

    #[test]
    fn rows_are_restored_from_their_blocks_bit_by_bit() {
        for scheme in [Scheme::Q8_0, Scheme::Q4_0, Scheme::Q4_1] {
            for columns in [32, 64, 320] {
                let packed = PackedMatrix::quantize(&ramp(3 * columns), 3, columns, scheme);
                let blocks = packed.blocks().unwrap();
                assert_eq!(blocks.len(), scheme.file_bytes(3, columns));
                let mut rebuilt = empty(&packed);
                rebuilt.push_blocks(&blocks);
                assert_eq!(rebuilt, packed, "{scheme} {columns}");
            }
            assert_eq!(PackedMatrix::quantize(&ramp(33), 1, 33, scheme).blocks(), None);
        }
        let other = PackedMatrix::quantize(&ramp(32), 1, 32, Scheme::Int8Channel);
        assert_eq!(other.blocks(), None);
    }

    #[test]
    fn blocks_have_the_layout_of_ggml() {
        // ggml's own formulas: q4_0 stores integer i beside integer i + 16, both plus 8.
        let values: Vec<f32> = (0..32).map(|i| (i % 16) as f32 - 8.0).collect();
        let packed = PackedMatrix::quantize(&values, 1, 32, Scheme::Q4_0);
        let expected: Vec<u8> = (0..16).map(|i| i | i << 4).collect();
        assert_eq!(packed.blocks().unwrap(), [&[0x00, 0x3c], &expected[..]].concat());

        let values: Vec<f32> = (0..32).map(|i| 127.0 - i as f32).collect();
        let packed = PackedMatrix::quantize(&values, 1, 32, Scheme::Q8_0);
        let expected: Vec<u8> = (0..32).map(|i| 127 - i).collect();
        assert_eq!(packed.blocks().unwrap(), [&[0x00, 0x3c], &expected[..]].concat());

        let values: Vec<f32> =
            (0..32).map(|i| if i < 16 { i as f32 } else { 31.0 - i as f32 }).collect();
        let packed = PackedMatrix::quantize(&values, 1, 32, Scheme::Q4_1);
        let expected: Vec<u8> = (0..16).map(|i| i | (15 - i) << 4).collect();
        assert_eq!(packed.blocks().unwrap(), [&[0x00, 0x3c, 0, 0], &expected[..]].concat());
    }

    #[test]
    fn slices_appended_make_the_whole() {
        for scheme in Scheme::ALL {
            let packed = PackedMatrix::quantize(&ramp(5 * 70), 5, 70, scheme);
            let mut rebuilt = packed.slice(0..2);
            rebuilt.append(&packed.slice(2..5));
            assert_eq!(rebuilt, packed);
            assert_eq!(packed.slice(1..1).rows, 0);
        }
    }
}
