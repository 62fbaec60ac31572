//! Cosine similarity of vectors.

/// The cosine of the angle between two vectors; 0 if one of them is zero.
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let product = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let lengths = (product(a, a) * product(b, b)).sqrt();
    if lengths > 0.0 { (product(a, b) / lengths) as f32 } else { 0.0 }
}

/// All cosines between the rows of `vectors` `[n, size]`, row-major `[n, n]`.
///
/// # Panics
/// If `size` is 0.
pub fn similarities(vectors: &[f32], size: usize) -> Vec<f32> {
    let rows = || vectors.chunks_exact(size);
    rows().flat_map(|a| rows().map(move |b| cosine(a, b))).collect()
}

/// The pairs of a similarity matrix `[n, n]`, nearest first: `(first, second, similarity)` with first below
/// second.
pub fn nearest_pairs(matrix: &[f32], n: usize) -> Vec<(usize, usize, f32)> {
    let pairs = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
    let mut pairs: Vec<_> = pairs.map(|(a, b)| (a, b, matrix[a * n + b])).collect();
    pairs.sort_by(|a, b| b.2.total_cmp(&a.2));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_pair_comes_first() {
        let vectors = [1.0, 0.0, 0.0, 1.0, 3.0, 0.3, 0.0, 0.0];
        let matrix = similarities(&vectors, 2);
        assert_eq!(matrix[0], 1.0);
        assert_eq!(matrix[1], 0.0);
        assert_eq!(matrix[15], 0.0, "zero has no direction");
        let pairs = nearest_pairs(&matrix, 4);
        assert_eq!(pairs.len(), 6);
        assert_eq!((pairs[0].0, pairs[0].1), (0, 2));
    }
}
