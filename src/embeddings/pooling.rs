//! The vectors of a text's tokens to one.

use crate::protocol::Pooling;

/// One vector `[size]` of a text's tokens `[tokens, size]`; zeros where there are none.
///
/// # Panics
/// If `size` is 0.
pub fn pool(rows: &[f32], size: usize, pooling: Pooling) -> Vec<f32> {
    let tokens = rows.len() / size;
    let column = |column: usize| rows.iter().skip(column).step_by(size).copied();
    match pooling {
        _ if tokens == 0 => vec![0.0; size],
        Pooling::Cls => rows[..size].to_vec(),
        Pooling::Mean => (0..size).map(|c| column(c).sum::<f32>() / tokens as f32).collect(),
        Pooling::Max => (0..size).map(|c| column(c).fold(f32::NEG_INFINITY, f32::max)).collect(),
    }
}

/// Divide a vector by its length; one of zeros stays as it is.
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
    fn three_ways_to_one_vector() {
        assert_eq!(pool(&ROWS, 2, Pooling::Mean), [3.0, -5.0]);
        assert_eq!(pool(&ROWS, 2, Pooling::Cls), [1.0, -4.0]);
        assert_eq!(pool(&ROWS, 2, Pooling::Max), [5.0, -2.0]);
        assert_eq!(pool(&[], 2, Pooling::Max), [0.0, 0.0]);
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
