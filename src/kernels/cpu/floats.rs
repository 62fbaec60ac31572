//! Products with float weights. One token is bound by memory (4 bytes, or 2, a weight); several tokens share
//! the loads of four rows at a time and are bound by arithmetic.

use bytemuck::cast;
use wide::{f32x4, i32x4};

use crate::quantization::BLOCK;

/// Rows worked on together.
const ROWS: usize = 4;

/// `output[token, row] = Σ weight[row] · input[token]`; `weights` `[rows, columns]`.
pub(super) fn multiply(input: &[f32], weights: &[f32], columns: usize, output: &mut [f32]) {
    let tokens = input.len() / columns.max(1);
    let rows = weights.len() / columns.max(1);
    for first in (0..rows).step_by(ROWS) {
        let count = ROWS.min(rows - first);
        let weights = &weights[first * columns..][..count * columns];
        multiply_rows(input, weights, columns, first, rows, tokens, output);
    }
}

/// The same with float16 weights in words, each row padded to blocks of 32.
pub(super) fn multiply_halves(input: &[f32], words: &[u32], columns: usize, output: &mut [f32]) {
    let padded = columns.next_multiple_of(BLOCK);
    let tokens = input.len() / columns.max(1);
    let words_per_row = padded / 2;
    let rows = words.len() / words_per_row;
    let mut padded_input = vec![0.0; tokens * padded];
    for (row, from) in padded_input.chunks_exact_mut(padded).zip(input.chunks_exact(columns)) {
        for (index, x) in row.iter_mut().enumerate() {
            *x = from.get(f16_order(index)).copied().unwrap_or(0.0);
        }
    }
    let mut scratch = vec![0.0; ROWS * padded];
    for first in (0..rows).step_by(ROWS) {
        let count = ROWS.min(rows - first);
        let words = &words[first * words_per_row..][..count * words_per_row];
        for (halves, floats) in words.chunks_exact(4).zip(scratch.chunks_exact_mut(8)) {
            let [even, odd] = unpack_halves(cast([halves[0], halves[1], halves[2], halves[3]]));
            floats[..4].copy_from_slice(&even.to_array());
            floats[4..].copy_from_slice(&odd.to_array());
        }
        let weights = &scratch[..count * padded];
        multiply_rows(&padded_input, weights, padded, first, rows, tokens, output);
    }
}

/// The index in a row of the unpacked value at `index`: the even ones of four words, then the odd.
fn f16_order(index: usize) -> usize {
    8 * (index / 8) + 2 * (index % 4) + (index / 4) % 2
}

/// The low and the high halves of four words, as floats. Exact for every finite float16: the exponent is shifted, and
/// a multiplication by 2¹¹² corrects its bias, subnormals included.
#[inline(always)]
fn unpack_halves(words: i32x4) -> [f32x4; 2] {
    let bias = f32x4::splat(f32::from_bits((112 + 127) << 23));
    let magnitude = i32x4::splat(0x7fff);
    let sign = i32x4::splat(i32::MIN);
    let high = words >> 16;
    [(words & magnitude, (words << 16) & sign), (high & magnitude, words & sign)].map(
        |(magnitude, sign)| {
            let float: f32x4 = cast(magnitude << 13);
            cast(cast::<f32x4, i32x4>(float * bias) | sign)
        },
    )
}

fn multiply_rows(
    input: &[f32],
    weights: &[f32],
    columns: usize,
    first: usize,
    rows: usize,
    tokens: usize,
    output: &mut [f32],
) {
    let mut token = 0;
    if weights.len() == ROWS * columns {
        let rows_of_four: [&[f32]; ROWS] =
            std::array::from_fn(|row| &weights[row * columns..][..columns]);
        while token + 2 <= tokens {
            let pair = [0, 1].map(|i| &input[(token + i) * columns..][..columns]);
            for (i, sums) in dot_products::<2>(pair, rows_of_four).into_iter().enumerate() {
                output[(token + i) * rows + first..][..ROWS].copy_from_slice(&sums);
            }
            token += 2;
        }
        while token < tokens {
            let [sums] = dot_products::<1>([&input[token * columns..][..columns]], rows_of_four);
            output[token * rows + first..][..ROWS].copy_from_slice(&sums);
            token += 1;
        }
        return;
    }
    for token in 0..tokens {
        let x = &input[token * columns..][..columns];
        for (row, weights) in weights.chunks_exact(columns).enumerate() {
            output[token * rows + first + row] = dot(x, weights);
        }
    }
}

/// Dot products of `T` inputs with four rows.
#[inline(always)]
fn dot_products<const T: usize>(inputs: [&[f32]; T], rows: [&[f32]; ROWS]) -> [[f32; ROWS]; T] {
    // In fours of one known count, so that no bounds are checked in the loop.
    let columns = rows[0].len();
    let count = columns / 4;
    let input_fours = inputs.map(|input| &input.as_chunks::<4>().0[..count]);
    let row_fours = rows.map(|row| &row.as_chunks::<4>().0[..count]);
    let mut sums = [[f32x4::ZERO; ROWS]; T];
    for at in 0..count {
        let weights = row_fours.map(|row| f32x4::from(row[at]));
        for (sums, input) in sums.iter_mut().zip(input_fours) {
            let x = f32x4::from(input[at]);
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += weight * x;
            }
        }
    }
    std::array::from_fn(|t| {
        std::array::from_fn(|r| {
            let tail: f32 = (4 * count..columns).map(|c| inputs[t][c] * rows[r][c]).sum();
            sums[t][r].reduce_add() + tail
        })
    })
}

/// The dot product of two slices of one length.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut sum = f32x4::ZERO;
    for (a, b) in a.iter().zip(b) {
        sum += f32x4::from(*a) * f32x4::from(*b);
    }
    sum.reduce_add() + a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use half::f16;

    use super::*;

    #[test]
    fn every_finite_half_unpacks_exactly() {
        for bits in 0..=u16::MAX {
            let half = f16::from_bits(bits);
            if half.is_finite() {
                let word = u32::from(bits) | u32::from(bits) << 16;
                let [low, high] = unpack_halves(cast([word; 4]));
                assert_eq!(low.to_array()[0].to_bits(), half.to_f32().to_bits());
                assert_eq!(high.to_array()[0].to_bits(), half.to_f32().to_bits());
            }
        }
    }
}
