//! Products with int8 and int4 weights, in integers.
//!
//! The input is quantized on the fly to 16 bits, a scale for each block of 32 values (of 16, where the weights'
//! groups are so small): its error is at most
//! 2⁻¹⁶ of the block's largest value, some 250 times below what 8-bit inputs would cost, and no slower:
//! simd128 has a dot product of 16-bit pairs (`i32x4.dot_i16x8_s`) and none of 8-bit ones, so 8-bit values
//! would have to be widened anyway.
//!
//! With weights (n − z)·s + m and inputs a·q, a block's share of an output is
//! `s·a·Σ n·q + (m − s·z)·a·Σ q`: the first sum is the dot product, the second one belongs to the input alone.
//! Largest lane sum of a block: 8 · 32767 · 128 < 2³¹.
//!
//! One token reads the weights once: memory-bound, about 10 instructions for 16 bytes of int8, 19 for 16
//! bytes of int4. Several tokens unpack 4 rows into a scratch and reuse it: bound by arithmetic.

use std::slice;

use bytemuck::{Pod, Zeroable, cast, cast_slice, cast_slice_mut};
use wide::{f32x4, i16x8};

use super::floats;
use crate::{kernels::weight::WeightLayout, quantization::BLOCK};

/// Rows worked on together, sharing the loads of the input.
const ROWS: usize = 4;

/// The unpacking of a block. Each vector takes one field of every 16-bit lane, so that
/// unpacking is shifts and masks; the input is put into the same order beforehand.
pub(super) trait Field {
    /// Values in a block. No group of weights is smaller.
    const SIZE: usize;
    /// The words of a block.
    type Block: Pod;
    /// A block in 16 bits, in the order of [`Field::order`].
    type Lanes: Pod;
    /// The values of a block.
    fn unpack(block: Self::Block) -> Self::Lanes;
    /// The index in the block of the value at `index` of the unpacked vectors.
    fn order(index: usize) -> usize;
    /// The products of two blocks, in four sums.
    fn dot(weights: &Self::Lanes, input: &Self::Lanes) -> f32x4;
}

/// Four-bit unsigned integers.
pub(super) struct Four;

impl Field for Four {
    const SIZE: usize = BLOCK;
    type Block = [u32; 4];
    type Lanes = [i16x8; 4];

    #[inline(always)]
    fn unpack(block: [u32; 4]) -> [i16x8; 4] {
        let lanes: i16x8 = cast(block);
        let mask = i16x8::splat(15);
        [lanes & mask, (lanes >> 4) & mask, (lanes >> 8) & mask, (lanes >> 12) & mask]
    }

    fn order(index: usize) -> usize {
        4 * (index % 8) + index / 8
    }

    #[inline(always)]
    fn dot(weights: &[i16x8; 4], input: &[i16x8; 4]) -> f32x4 {
        dot(weights, input)
    }
}

/// Eight-bit integers in two's complement.
pub(super) struct Eight;

impl Field for Eight {
    const SIZE: usize = BLOCK;
    type Block = [u32; 8];
    type Lanes = [i16x8; 4];

    #[inline(always)]
    fn unpack(block: [u32; 8]) -> [i16x8; 4] {
        let [low, high]: [i16x8; 2] = cast(block);
        [(low << 8) >> 8, low >> 8, (high << 8) >> 8, high >> 8]
    }

    fn order(index: usize) -> usize {
        16 * (index / 16) + 2 * (index % 8) + (index / 8) % 2
    }

    #[inline(always)]
    fn dot(weights: &[i16x8; 4], input: &[i16x8; 4]) -> f32x4 {
        dot(weights, input)
    }
}

/// Eight-bit integers with a scale for every 16 of them: half the block.
pub(super) struct EightBySixteen;

impl Field for EightBySixteen {
    const SIZE: usize = 16;
    type Block = [u32; 4];
    type Lanes = [i16x8; 2];

    #[inline(always)]
    fn unpack(block: [u32; 4]) -> [i16x8; 2] {
        let lanes: i16x8 = cast(block);
        [(lanes << 8) >> 8, lanes >> 8]
    }

    fn order(index: usize) -> usize {
        2 * (index % 8) + index / 8
    }

    #[inline(always)]
    fn dot(weights: &[i16x8; 2], input: &[i16x8; 2]) -> f32x4 {
        f32x4::from_i32x4(weights[0].dot(input[0]) + weights[1].dot(input[1]))
    }
}

#[inline(always)]
fn dot(weights: &[i16x8; 4], input: &[i16x8; 4]) -> f32x4 {
    let [a, b, c, d] = [0, 1, 2, 3].map(|i| weights[i].dot(input[i]));
    f32x4::from_i32x4((a + b) + (c + d))
}

/// The scales of a matrix, and the terms of its zero points and minimums.
pub(super) struct Grouped<'a> {
    layout: WeightLayout,
    scales: &'a [f32],
    minimums: &'a [f32],
}

impl<'a> Grouped<'a> {
    pub(super) fn new(layout: WeightLayout, scales: &'a [f32], minimums: &'a [f32]) -> Self {
        Self { layout, scales, minimums }
    }

    fn blocks_per_group<F: Field>(&self) -> usize {
        self.layout.group_size() / F::SIZE
    }

    /// The scale of each block of `R` rows from `first` on. Where a row has one scale it waits until the
    /// row's end ([`Grouped::row_scale`]), and these are ones; groups of more than a block are spread out.
    fn block_scales<'s, F: Field, const R: usize>(
        &'s self,
        first: usize,
        blocks: usize,
        scratch: &'s mut [f32],
    ) -> [&'s [f32]; R] {
        let groups = self.layout.groups();
        if groups == blocks && groups > 1 {
            return std::array::from_fn(|r| &self.scales[(first + r) * groups..][..blocks]);
        }
        if groups > 1 {
            let scales = self.scales[first * groups..].chunks_exact(groups);
            for (spread, scales) in scratch.chunks_exact_mut(blocks).zip(scales) {
                let spread = spread.chunks_mut(self.blocks_per_group::<F>()).zip(scales);
                spread.for_each(|(blocks, scale)| blocks.fill(*scale));
            }
        }
        let scratch = &*scratch;
        std::array::from_fn(|r| &scratch[r * blocks..][..blocks])
    }

    /// The factor of a row's sum.
    fn row_scale(&self, row: usize) -> f32 {
        if self.layout.groups() == 1 { self.scales[row] } else { 1.0 }
    }

    /// The term of the zero points and minimums of a row's groups, given the inputs' sums by group.
    fn offset(&self, row: usize, sums: &[f32]) -> f32 {
        let row = row * sums.len()..(row + 1) * sums.len();
        let zero_point = self.layout.zero_point() as f32;
        let mut offset = 0.0;
        if zero_point != 0.0 {
            offset -= zero_point * floats::dot(&self.scales[row.clone()], sums);
        }
        if !self.minimums.is_empty() {
            offset += floats::dot(&self.minimums[row], sums);
        }
        offset
    }
}

/// The input in 16 bits.
struct Input<F: Field> {
    /// `[tokens, blocks]`, each block in the order of the weights' unpacked vectors.
    integers: Vec<F::Lanes>,
    /// `[tokens, blocks]`
    scales: Vec<f32>,
    /// `[tokens, groups]`: the sum of the dequantized inputs of a group of weights.
    sums: Vec<f32>,
    blocks: usize,
}

impl<F: Field> Input<F> {
    fn quantize(input: &[f32], columns: usize, blocks_per_group: usize) -> Self {
        let blocks = columns.div_ceil(F::SIZE);
        let count = input.len() / columns.max(1) * blocks;
        let mut quantized = Self {
            integers: Vec::with_capacity(count),
            scales: Vec::with_capacity(count),
            sums: Vec::with_capacity(count),
            blocks,
        };
        for row in input.chunks_exact(columns) {
            for (index, block) in row.chunks(F::SIZE).enumerate() {
                let largest = block.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
                let scale = largest / 32767.0;
                let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
                let mut lanes = F::Lanes::zeroed();
                let mut sum = 0i32;
                let integers: &mut [i16] = cast_slice_mut(slice::from_mut(&mut lanes));
                for (within, integer) in integers.iter_mut().enumerate() {
                    if let Some(x) = block.get(F::order(within)) {
                        // The cast saturates, so 32767 times a rounded inverse cannot wrap around.
                        *integer = (x * inverse).round_ties_even() as i16;
                        sum += i32::from(*integer);
                    }
                }
                quantized.integers.push(lanes);
                quantized.scales.push(scale);
                let sum = sum as f32 * scale;
                match quantized.sums.last_mut() {
                    Some(group) if index % blocks_per_group != 0 => *group += sum,
                    _ => quantized.sums.push(sum),
                }
            }
        }
        quantized
    }
}

/// `output[token, row] = Σ weight[row] · input[token]`.
pub(super) fn multiply<F: Field>(
    input: &[f32],
    words: &[u32],
    grouped: &Grouped<'_>,
    output: &mut [f32],
) {
    let WeightLayout { rows, columns, .. } = grouped.layout;
    let input = Input::<F>::quantize(input, columns, grouped.blocks_per_group::<F>());
    let mut first = 0;
    let mut scratch = vec![1.0; ROWS * input.blocks];
    while first + ROWS <= rows {
        multiply_rows::<F, ROWS>(&input, words, grouped, first, &mut scratch, output);
        first += ROWS;
    }
    for row in first..rows {
        multiply_rows::<F, 1>(&input, words, grouped, row, &mut scratch, output);
    }
}

/// `R` rows from `first` on, times every token.
fn multiply_rows<F: Field, const R: usize>(
    input: &Input<F>,
    words: &[u32],
    grouped: &Grouped<'_>,
    first: usize,
    scratch: &mut [f32],
    output: &mut [f32],
) {
    let count = input.blocks;
    let all: &[F::Block] = cast_slice(words);
    let rows: [&[F::Block]; R] = std::array::from_fn(|r| &all[(first + r) * count..][..count]);
    let tokens = input.scales.len() / input.blocks.max(1);
    let scales: [&[f32]; R] = grouped.block_scales::<F, R>(first, count, scratch);
    let groups = grouped.layout.groups();
    let mut finish = |token: usize, totals: [f32x4; R]| {
        let sums = &input.sums[token * groups..][..groups];
        for (r, total) in totals.into_iter().enumerate() {
            let row = first + r;
            output[token * grouped.layout.rows + row] =
                total.reduce_add() * grouped.row_scale(row) + grouped.offset(row, sums);
        }
    };
    if tokens == 1 {
        let mut totals = [f32x4::ZERO; R];
        // Slices of one length, known to the compiler: no bounds are checked in the loop.
        let (integers, input_scales) = (&input.integers[..count], &input.scales[..count]);
        for block in 0..count {
            for r in 0..R {
                let weights = F::unpack(rows[r][block]);
                let scale = f32x4::splat(input_scales[block] * scales[r][block]);
                totals[r] += F::dot(&weights, &integers[block]) * scale;
            }
        }
        return finish(0, totals);
    }
    let unpack = |block| rows.map(|row| F::unpack(row[block]));
    let weights: Vec<[F::Lanes; R]> = (0..count).map(unpack).collect();
    for token in 0..tokens {
        let range = token * count..(token + 1) * count;
        let (integers, input_scales) = (&input.integers[range.clone()], &input.scales[range]);
        let weights = &weights[..count];
        let mut totals = [f32x4::ZERO; R];
        for block in 0..count {
            for r in 0..R {
                let scale = f32x4::splat(input_scales[block] * scales[r][block]);
                totals[r] += F::dot(&weights[block][r], &integers[block]) * scale;
            }
        }
        finish(token, totals);
    }
}
