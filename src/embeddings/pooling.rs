//! Pooling: the vectors of a text's tokens to one.

use crate::protocol::{Pooling, PoolingMode};

/// Pools a text's tokens `[tokens, size]` to a vector `[modes · size]`; zeros for no tokens. `before` is the number of
/// tokens of the text before these, for the positions of the weighted mean.
///
/// # Panics
/// If `size` is 0.
pub fn pool(rows: &[f32], size: usize, pooling: &Pooling, before: usize) -> Vec<f32> {
    let modes = pooling.modes().iter();
    modes.flat_map(|mode| pool_by_mode(rows, size, *mode, before)).collect()
}

fn pool_by_mode(rows: &[f32], size: usize, mode: PoolingMode, before: usize) -> Vec<f32> {
    let tokens = rows.len() / size;
    if tokens == 0 {
        return vec![0.0; size];
    }
    let sum = |weight: &dyn Fn(usize) -> f64, divisor: f64| -> Vec<f32> {
        let mut sum = vec![0.0; size];
        for (token, row) in rows.chunks_exact(size).enumerate() {
            let weight = weight(token);
            sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += weight * f64::from(*x));
        }
        sum.into_iter().map(|sum: f64| (sum / divisor) as f32).collect()
    };
    let position = |token: usize| (before + token + 1) as f64;
    match mode {
        PoolingMode::Cls => rows[..size].to_vec(),
        PoolingMode::LastToken => rows[(tokens - 1) * size..tokens * size].to_vec(),
        PoolingMode::Max => {
            let largest = |column| {
                rows.iter().skip(column).step_by(size).copied().fold(f32::NEG_INFINITY, f32::max)
            };
            (0..size).map(largest).collect()
        }
        PoolingMode::Mean => sum(&|_| 1.0, tokens as f64),
        PoolingMode::MeanSqrtLength => sum(&|_| 1.0, (tokens as f64).sqrt()),
        PoolingMode::WeightedMean => sum(&position, (0..tokens).map(position).sum()),
    }
}

/// Divides a vector by its length; a zero vector stays unchanged.
pub fn normalize(vector: &mut [f32]) {
    let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x = (f64::from(*x) / length) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [f32; 6] = [1.0, -4.0, 3.0, -2.0, 5.0, -9.0];

    #[test]
    fn every_mode_gives_its_vector() {
        let pooled = |mode: PoolingMode| pool(&ROWS, 2, &mode.into(), 0);
        assert_eq!(pooled(PoolingMode::Cls), [1.0, -4.0]);
        assert_eq!(pooled(PoolingMode::Max), [5.0, -2.0]);
        assert_eq!(pooled(PoolingMode::Mean), [3.0, -5.0]);
        let root = 3f64.sqrt();
        let expected = [(9.0 / root) as f32, (-15.0 / root) as f32];
        assert_eq!(pooled(PoolingMode::MeanSqrtLength), expected);
        assert_eq!(pooled(PoolingMode::WeightedMean), [22.0 / 6.0, -35.0 / 6.0]);
        assert_eq!(pooled(PoolingMode::LastToken), [5.0, -9.0]);
        for mode in PoolingMode::ALL {
            assert_eq!(pool(&[], 2, &mode.into(), 0), [0.0, 0.0]);
        }
    }

    #[test]
    fn several_modes_are_concatenated() {
        let modes = vec![PoolingMode::LastToken, PoolingMode::Mean];
        let both = Pooling::new(modes).unwrap();
        assert_eq!(pool(&ROWS, 2, &both, 0), [5.0, -9.0, 3.0, -5.0]);
    }

    #[test]
    fn a_weighted_mean_counts_the_tokens_before() {
        // The tokens are the fifth, the sixth and the seventh of their text.
        let weighted = pool(&ROWS, 2, &PoolingMode::WeightedMean.into(), 4);
        assert_eq!(weighted, [58.0 / 18.0, -95.0 / 18.0]);
    }

    #[test]
    fn a_vector_of_zeros_has_no_direction() {
        let mut zeros = [0.0; 3];
        normalize(&mut zeros);
        assert_eq!(zeros, [0.0; 3]);
        let mut vector = [3.0, 4.0];
        normalize(&mut vector);
        assert_eq!(vector, [0.6, 0.8]);
    }
}
