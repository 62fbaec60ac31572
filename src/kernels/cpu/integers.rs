//! Products with int8 and int4 weights, in integers.
//!
//! The input is quantized on the fly to 16 bits, a scale for each block of 32 numbers: its error is at most
//! 2⁻¹⁶ of the block's largest number, some 250 times below what 8-bit inputs would cost, and no slower:
//! simd128 has a dot product of 16-bit pairs (`i32x4.dot_i16x8_s`) and none of 8-bit ones, so 8-bit numbers
//! would have to be widened anyway.
//!
//! With weights (n − z)·s + m and inputs a·q, a block's share of an output is
//! `s·a·Σ n·q + (m − s·z)·a·Σ q`: the first sum is the dot product, the second one belongs to the input alone.
//! Largest lane sum of a block: 8 · 32767 · 128 < 2³¹.
//!
//! One token reads the weights once: memory-bound, about 10 instructions for 16 bytes of int8, 19 for 16
//! bytes of int4. Several tokens unpack 4 rows into a scratch and reuse it: bound by arithmetic.

use bytemuck::cast;
use wide::{f32x4, i16x8};

use crate::{kernels::weight::WeightLayout, quantization::BLOCK};

/// Rows worked on together, sharing the loads of the input.
const ROWS: usize = 4;

/// How a block of 32 numbers is unpacked. Each vector takes one field of every 16-bit lane, so that
/// unpacking is shifts and masks; the input is put into the same order beforehand.
pub(super) trait Field {
    /// 32-bit words of a block.
    const WORDS: usize;
    /// The numbers of a block, in the order of [`Field::order`].
    fn unpack(words: &[u32]) -> [i16x8; 4];
    /// Which number of the block stands at a place of the unpacked vectors.
    fn order(place: usize) -> usize;
}

/// Four-bit unsigned integers.
pub(super) struct Four;

impl Field for Four {
    const WORDS: usize = 4;

    #[inline(always)]
    fn unpack(words: &[u32]) -> [i16x8; 4] {
        let words: [u32; 4] = words
            .try_into()
            .expect("a block of four-bit numbers is 4 words");
        let lanes: i16x8 = cast(words);
        let mask = i16x8::splat(15);
        [
            lanes & mask,
            (lanes >> 4) & mask,
            (lanes >> 8) & mask,
            (lanes >> 12) & mask,
        ]
    }

    fn order(place: usize) -> usize {
        4 * (place % 8) + place / 8
    }
}

/// Eight-bit integers in two's complement.
pub(super) struct Eight;

impl Field for Eight {
    const WORDS: usize = 8;

    #[inline(always)]
    fn unpack(words: &[u32]) -> [i16x8; 4] {
        let words: [u32; 8] = words
            .try_into()
            .expect("a block of eight-bit numbers is 8 words");
        let [low, high]: [i16x8; 2] = cast(words);
        [(low << 8) >> 8, low >> 8, (high << 8) >> 8, high >> 8]
    }

    fn order(place: usize) -> usize {
        16 * (place / 16) + 2 * (place % 8) + (place / 8) % 2
    }
}

/// The scales of a matrix, and what the zero points and minimums add.
pub(super) struct Grouped<'a> {
    layout: WeightLayout,
    scales: &'a [f32],
    minimums: &'a [f32],
    /// One scale a row: it can wait until the row's end.
    whole_rows: bool,
    blocks_per_group: usize,
}

impl<'a> Grouped<'a> {
    pub(super) fn new(layout: WeightLayout, scales: &'a [f32], minimums: &'a [f32]) -> Self {
        Self {
            layout,
            scales,
            minimums,
            whole_rows: layout.groups() == 1,
            blocks_per_group: layout.group_size() / BLOCK,
        }
    }

    /// What the zero point and the minimum of each group of a row add, given the inputs' sums by block.
    fn offset(&self, row: usize, sums: &[f32]) -> f32 {
        let zero_point = self.layout.zero_point() as f32;
        if zero_point == 0.0 && self.minimums.is_empty() {
            return 0.0;
        }
        let groups = self.layout.groups();
        let scales = &self.scales[row * groups..][..groups];
        let sums = sums
            .chunks(self.blocks_per_group)
            .map(|sums| sums.iter().sum::<f32>());
        if self.minimums.is_empty() {
            -zero_point
                * scales
                    .iter()
                    .zip(sums)
                    .map(|(scale, sum)| scale * sum)
                    .sum::<f32>()
        } else {
            let minimums = &self.minimums[row * groups..][..groups];
            let offsets = scales.iter().zip(minimums).map(|(s, m)| m - s * zero_point);
            offsets.zip(sums).map(|(offset, sum)| offset * sum).sum()
        }
    }
}

/// The input in 16 bits.
struct Input {
    /// `[tokens, blocks · 32]`, each block in the order of the weights' unpacked vectors.
    integers: Vec<[i16x8; 4]>,
    /// `[tokens, blocks]`
    scales: Vec<f32>,
    /// `[tokens, blocks]`: the sum of the block's numbers as they come back.
    sums: Vec<f32>,
    blocks: usize,
}

impl Input {
    fn quantize<F: Field>(input: &[f32], columns: usize) -> Self {
        let blocks = columns.div_ceil(BLOCK);
        let count = input.len() / columns.max(1) * blocks;
        let mut quantized = Self {
            integers: Vec::with_capacity(count),
            scales: Vec::with_capacity(count),
            sums: Vec::with_capacity(count),
            blocks,
        };
        for row in input.chunks_exact(columns) {
            for block in row.chunks(BLOCK) {
                let largest = block.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
                let scale = largest / 32767.0;
                let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
                let mut integers = [0i16; BLOCK];
                let mut sum = 0i32;
                for (place, integer) in integers.iter_mut().enumerate() {
                    if let Some(x) = block.get(F::order(place)) {
                        // The cast saturates, so 32767 times a rounded inverse cannot wrap around.
                        *integer = (x * inverse).round_ties_even() as i16;
                        sum += i32::from(*integer);
                    }
                }
                quantized.integers.push(cast(integers));
                quantized.scales.push(scale);
                quantized.sums.push(sum as f32 * scale);
            }
        }
        quantized
    }
}

#[inline(always)]
fn dot(weights: &[i16x8; 4], input: &[i16x8; 4]) -> f32x4 {
    let [a, b, c, d] = [0, 1, 2, 3].map(|i| weights[i].dot(input[i]));
    f32x4::from_i32x4((a + b) + (c + d))
}

/// `output[token, row] = Σ weight[row] · input[token]`.
pub(super) fn multiply<F: Field>(
    input: &[f32],
    words: &[u32],
    grouped: &Grouped<'_>,
    output: &mut [f32],
) {
    let WeightLayout { rows, columns, .. } = grouped.layout;
    let input = Input::quantize::<F>(input, columns);
    let tokens = input.scales.len() / input.blocks.max(1);
    for first in (0..rows).step_by(ROWS) {
        // The last rows are worked on again where there are fewer than four left.
        let first = if rows >= ROWS {
            first.min(rows - ROWS)
        } else {
            first
        };
        if rows < ROWS {
            multiply_rows::<F, 1>(&input, words, grouped, first, tokens, output);
            for row in first + 1..rows.min(first + ROWS) {
                multiply_rows::<F, 1>(&input, words, grouped, row, tokens, output);
            }
        } else {
            multiply_rows::<F, ROWS>(&input, words, grouped, first, tokens, output);
        }
    }
}

fn multiply_rows<F: Field, const R: usize>(
    input: &Input,
    words: &[u32],
    grouped: &Grouped<'_>,
    first: usize,
    tokens: usize,
    output: &mut [f32],
) {
    let rows = grouped.layout.rows;
    let blocks = input.blocks;
    let row_words: [&[u32]; R] =
        std::array::from_fn(|r| &words[(first + r) * blocks * F::WORDS..][..blocks * F::WORDS]);
    let sums = if tokens == 1 {
        let weights =
            |row: usize, block: usize| F::unpack(&row_words[row][block * F::WORDS..][..F::WORDS]);
        store(
            output,
            rows,
            0,
            first,
            row_sums::<R>(weights, input, 0, first, grouped),
        );
        return;
    } else {
        row_words.map(|words| {
            words
                .chunks_exact(F::WORDS)
                .map(F::unpack)
                .collect::<Vec<_>>()
        })
    };
    for token in 0..tokens {
        let weights = |row: usize, block: usize| sums[row][block];
        store(
            output,
            rows,
            token,
            first,
            row_sums::<R>(weights, input, token, first, grouped),
        );
    }
}

fn store<const R: usize>(
    output: &mut [f32],
    rows: usize,
    token: usize,
    first: usize,
    sums: [f32; R],
) {
    output[token * rows + first..][..R].copy_from_slice(&sums);
}

#[inline(always)]
fn row_sums<const R: usize>(
    weights: impl Fn(usize, usize) -> [i16x8; 4],
    input: &Input,
    token: usize,
    first: usize,
    grouped: &Grouped<'_>,
) -> [f32; R] {
    let blocks = input.blocks;
    let integers = &input.integers[token * blocks..][..blocks];
    let scales = &input.scales[token * blocks..][..blocks];
    let groups = grouped.layout.groups();
    let mut totals = [f32x4::ZERO; R];
    if grouped.whole_rows {
        for (block, (integers, scale)) in integers.iter().zip(scales).enumerate() {
            let scale = f32x4::splat(*scale);
            for (row, total) in totals.iter_mut().enumerate() {
                *total += dot(&weights(row, block), integers) * scale;
            }
        }
    } else {
        let row_scales: [&[f32]; R] =
            std::array::from_fn(|r| &grouped.scales[(first + r) * groups..][..groups]);
        let mut block = 0;
        for group in 0..groups {
            let end = (block + grouped.blocks_per_group).min(blocks);
            while block < end {
                for (row, total) in totals.iter_mut().enumerate() {
                    let scale = f32x4::splat(scales[block] * row_scales[row][group]);
                    *total += dot(&weights(row, block), &integers[block]) * scale;
                }
                block += 1;
            }
        }
    }
    let sums = &input.sums[token * blocks..][..blocks];
    std::array::from_fn(|r| {
        let row = first + r;
        let scale = if grouped.whole_rows {
            grouped.scales[row]
        } else {
            1.0
        };
        totals[r].reduce_add() * scale + grouped.offset(row, sums)
    })
}
