//! Packing and unpacking of ggml's `q6_k` blocks: 256 values in 16 groups of 16.
//!
//! ```text
//! 128 bytes ql   lower 4 bits of q: for each half of the values 64 bytes, of which byte i holds those of values
//!                i and i + 64
//!  64 bytes qh   upper 2 bits: for each half 32 bytes, of which byte i holds those of values i, i + 32, i + 64 and
//!                i + 96, from its lowest bits on
//!  16 bytes      a factor for each group, in two's complement
//!   2 bytes      d, in half precision
//!
//! value = d · factor · (q − 32)
//! ```
//!
//! In memory `q − 32` is an integer of eight bits, and `d · factor` a 32-bit float: neither product is rounded. Packing
//! finds d and the factors from the groups' scales.

use half::f16;

use super::scheme::{Q6_K_BYTES, Q6_K_GROUP, SUPER_BLOCK};

const GROUPS: usize = SUPER_BLOCK / Q6_K_GROUP;
const WORDS: usize = SUPER_BLOCK / 4;
/// Offsets of the upper bits, the factors and the scale in a block.
const UPPER: usize = SUPER_BLOCK / 2;
const FACTORS: usize = UPPER + SUPER_BLOCK / 4;
const SCALE: usize = FACTORS + GROUPS;
/// The largest magnitude of a factor, which only a negative one has.
const LARGEST_FACTOR: u64 = 128;

/// The offsets and shifts of a value's bits in a block.
struct Bits {
    lower: usize,
    lower_shift: usize,
    upper: usize,
    upper_shift: usize,
}

impl Bits {
    fn of(index: usize) -> Self {
        let (half, within) = (index / 128, index % 128);
        let (quarter, byte) = (within / 32, within % 32);
        Self {
            lower: 64 * half + 32 * (quarter % 2) + byte,
            lower_shift: 4 * (quarter / 2),
            upper: UPPER + 32 * half + byte,
            upper_shift: 2 * quarter,
        }
    }
}

/// Unpacks whole blocks to words of four integers, and scales.
pub(super) fn unpack(blocks: &[u8], words: &mut Vec<u32>, scales: &mut Vec<f32>) {
    for block in blocks.chunks_exact(Q6_K_BYTES) {
        let scale = f16::from_le_bytes([block[SCALE], block[SCALE + 1]]).to_f32();
        let factors = block[FACTORS..SCALE].iter();
        scales.extend(factors.map(|&factor| scale * f32::from(factor.cast_signed())));
        let integer = |index: usize| {
            let at = Bits::of(index);
            let lower = block[at.lower] >> at.lower_shift & 15;
            let upper = block[at.upper] >> at.upper_shift & 3;
            (lower | upper << 4).wrapping_sub(32)
        };
        let word = |word: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| integer(4 * word + i)));
        words.extend((0..WORDS).map(word));
    }
}

/// Packs words and scales into blocks; `None` if no blocks represent them.
pub(super) fn pack(words: &[u32], scales: &[f32]) -> Option<Vec<u8>> {
    let mut blocks = Vec::with_capacity(scales.len() / GROUPS * Q6_K_BYTES);
    for (words, scales) in words.chunks_exact(WORDS).zip(scales.chunks_exact(GROUPS)) {
        let (scale, factors) = factors(scales)?;
        let mut block = [0; Q6_K_BYTES];
        for (index, byte) in words.iter().flat_map(|word| word.to_le_bytes()).enumerate() {
            let stored = byte.wrapping_add(32);
            if stored >= 64 {
                return None;
            }
            let at = Bits::of(index);
            block[at.lower] |= (stored & 15) << at.lower_shift;
            block[at.upper] |= stored >> 4 << at.upper_shift;
        }
        for (byte, factor) in block[FACTORS..SCALE].iter_mut().zip(factors) {
            *byte = factor.cast_unsigned();
        }
        block[SCALE..].copy_from_slice(&scale.to_le_bytes());
        blocks.extend(block);
    }
    Some(blocks)
}

/// A scale in half precision, and factors whose products are exactly these scales.
///
/// Any such pair represents the same values. Of several the one with the largest factors is chosen: ggml's quantizer
/// gives the group with the largest scale the factor −128, so that its blocks are reproduced.
fn factors(scales: &[f32]) -> Option<(f16, [i8; GROUPS])> {
    if scales.iter().all(|&scale| scale == 0.0) {
        return Some((f16::ZERO, [0; GROUPS]));
    }
    // Every scale is an integer times a common power of two, the smallest of all.
    let odd_and_exponent: Vec<(u64, i32)> =
        scales.iter().map(|&scale| odd_and_exponent(scale)).collect::<Option<_>>()?;
    let nonzero = || odd_and_exponent.iter().filter(|(integer, _)| *integer > 0);
    let exponent = nonzero().map(|(_, exponent)| *exponent).min()?;
    let integers: Vec<u64> = odd_and_exponent
        .iter()
        .map(|&(integer, own)| match integer {
            0 => Some(0),
            // Further apart than any factors can be.
            _ if own - exponent > 40 => None,
            integer => Some(integer << (own - exponent)),
        })
        .collect::<Option<_>>()?;
    let divisor = integers.iter().copied().fold(0, greatest_common_divisor);
    let largest = integers.iter().max()? / divisor;
    for multiple in (1..=LARGEST_FACTOR / largest).rev() {
        let exact = divisor as f64 / multiple as f64 * 2f64.powi(exponent);
        let scale = f16::from_f64(exact);
        if scale.to_f64() != exact {
            continue;
        }
        for scale in [scale, -scale] {
            let factor = |&group_scale: &f32| {
                let factor = f64::from(group_scale) / scale.to_f64();
                (factor as i8 as f64 == factor).then_some(factor as i8)
            };
            let all: Option<Vec<i8>> = scales.iter().map(factor).collect();
            if let Some(all) = all {
                return Some((scale, all.try_into().ok()?));
            }
        }
    }
    None
}

/// The magnitude of a finite number as an odd integer times a power of two; 0 for 0.
fn odd_and_exponent(number: f32) -> Option<(u64, i32)> {
    if !number.is_finite() {
        return None;
    }
    if number == 0.0 {
        return Some((0, 0));
    }
    let bits = number.abs().to_bits();
    let (exponent, fraction) = (bits >> 23, bits & 0x7f_ffff);
    let (integer, exponent) = match exponent {
        0 => (fraction, -149),
        exponent => (fraction | 0x80_0000, exponent.cast_signed() - 150),
    };
    let zeros = integer.trailing_zeros();
    Some((u64::from(integer >> zeros), exponent + zeros.cast_signed()))
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantization::{PackedMatrix, Scheme};

    /// A block of arbitrary bits, with these factors and scale.
    fn block(seed: usize, scale: f32, factor: impl Fn(usize) -> i8) -> Vec<u8> {
        let mut block: Vec<u8> = (0..FACTORS).map(|i| ((i + seed) * 7919 % 251) as u8).collect();
        block.extend((0..GROUPS).map(|group| factor(group).cast_unsigned()));
        block.extend(f16::from_f32(scale).to_le_bytes());
        block
    }

    fn matrix(blocks: &[u8], columns: usize) -> PackedMatrix {
        let mut matrix = PackedMatrix::with_capacity(0, columns, Scheme::Q6_K);
        matrix.push_blocks(blocks);
        matrix
    }

    /// ggml's `dequantize_row_q6_K`, as in its C code: two halves, four values at a time.
    fn as_ggml_does(block: &[u8]) -> Vec<f32> {
        let d = f16::from_le_bytes([block[208], block[209]]).to_f32();
        let mut y = vec![0.0; 256];
        for half in 0..2 {
            let (ql, qh) = (&block[64 * half..], &block[128 + 32 * half..]);
            let sc = &block[192 + 8 * half..];
            for l in 0..32 {
                let q = [
                    (ql[l] & 15) | ((qh[l] & 3) << 4),
                    (ql[l + 32] & 15) | (((qh[l] >> 2) & 3) << 4),
                    (ql[l] >> 4) | (((qh[l] >> 4) & 3) << 4),
                    (ql[l + 32] >> 4) | (((qh[l] >> 6) & 3) << 4),
                ];
                for (i, q) in q.into_iter().enumerate() {
                    let factor = f32::from(sc[l / 16 + 2 * i] as i8);
                    y[128 * half + l + 32 * i] = d * factor * f32::from(q as i8 - 32);
                }
            }
        }
        y
    }

    #[test]
    fn values_are_those_that_ggml_computes() {
        let scales = [1.0, -0.0312, 6.1e-5, 5.96e-8, 65504.0, 0.0];
        for (seed, scale) in scales.into_iter().enumerate() {
            let block = block(seed, scale, |group| ((group * 37 + seed) % 256) as u8 as i8);
            let found = matrix(&block, 256).dequantize();
            let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            let expected = as_ggml_does(&block);
            // A zero may have either sign.
            let plain = |values: &[f32]| bits(&values.iter().map(|x| x + 0.0).collect::<Vec<_>>());
            assert_eq!(plain(&found), plain(&expected), "scale {scale}");
        }
    }

    #[test]
    fn blocks_of_ggmls_quantizer_are_reproduced_bit_by_bit() {
        // Its group with the largest scale, of either sign, has the factor −128.
        for scale in [0.0123f32, -0.5, 1e-6, 300.0] {
            let some =
                block(
                    3,
                    scale,
                    |group| if group == 5 { -128 } else { (group as i32 * 11 - 90) as i8 },
                );
            let other = block(8, scale, |group| [-128, 127, 0, 64][group % 4]);
            let even = block(9, scale, |_| -128);
            for blocks in [some.clone(), [some, other].concat(), even] {
                let found = matrix(&blocks, blocks.len() / Q6_K_BYTES * 256).blocks();
                assert_eq!(found, Some(blocks), "scale {scale}");
            }
        }
    }

    #[test]
    fn other_blocks_are_repacked_with_the_same_values() {
        for (seed, largest) in [(1, 1), (2, 5), (3, 60), (4, 126), (5, 0)] {
            let factor = |group: usize| ((group as i32 % 5 - 2) * largest / 2) as i8;
            let blocks = block(seed, 0.01 * seed as f32, factor);
            let packed = matrix(&blocks, 256);
            let again = matrix(&packed.blocks().unwrap(), 256);
            assert_eq!((&again.words, again.dequantize()), (&packed.words, packed.dequantize()));
        }
    }

    #[test]
    fn words_and_scales_without_a_block_are_refused() {
        let sound = matrix(&block(1, 0.5, |group| group as i8), 256);
        let mut wide = sound.clone();
        wide.words[7] = 0x20;
        assert_eq!(wide.blocks(), None);
        for (group, scale) in [(3, 0.5 + 1e-7), (0, 1e-30), (0, 1e30), (5, f32::INFINITY)] {
            let mut odd = sound.clone();
            odd.scales[group] = scale;
            assert_eq!(odd.blocks(), None, "{scale}");
        }
    }
}
