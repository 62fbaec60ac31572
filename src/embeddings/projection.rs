//! The 2D projection of vectors: principal component analysis.

use nalgebra::{DMatrix, SymmetricEigen};

/// Projects vectors `[n, size]` on the two directions of largest variance (Pearson 1901). A component's sign is
/// arbitrary: its largest coordinate is made positive, so that the map does not flip while vectors are added.
///
/// The eigenvectors are those of the n × n Gram matrix, which is small for long vectors.
///
/// # Panics
/// If `size` is 0.
pub fn principal_components(vectors: &[f32], size: usize) -> Vec<[f32; 2]> {
    let n = vectors.len() / size;
    if n == 0 {
        return Vec::new();
    }
    let mut centred = DMatrix::from_row_iterator(n, size, vectors.iter().map(|x| f64::from(*x)));
    let mean = centred.row_mean();
    for mut row in centred.row_iter_mut() {
        row -= &mean;
    }
    let eigen = SymmetricEigen::new(&centred * centred.transpose());
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let mut points = vec![[0.0; 2]; n];
    for (axis, component) in order.into_iter().take(2).enumerate() {
        let vector = eigen.eigenvectors.column(component);
        let scale = eigen.eigenvalues[component].max(0.0).sqrt();
        let sign = if vector[vector.iamax()] < 0.0 { -1.0 } else { 1.0 };
        for (point, coordinate) in points.iter_mut().zip(vector.iter()) {
            point[axis] = (sign * scale * coordinate) as f32;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_in_a_plane_are_kept() {
        // Four points of a plane in three dimensions, twice as wide as high.
        let vectors =
            [2.0, 0.0, 1.0, -2.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, -1.0, 1.0].map(|x: f32| x + 5.0);
        let points = principal_components(&vectors, 3);
        let distance = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
        assert!((distance(points[0], points[1]) - 4.0).abs() < 1e-5);
        assert!((distance(points[2], points[3]) - 2.0).abs() < 1e-5);
        assert!((distance(points[0], points[2]) - 5f32.sqrt()).abs() < 1e-5);
        assert!(points[0][1].abs() < 1e-5, "the widest direction is the first axis");
    }

    #[test]
    fn few_and_equal_vectors_are_projected_too() {
        assert!(principal_components(&[], 3).is_empty());
        assert_eq!(principal_components(&[1.0, 2.0, 3.0], 3), [[0.0; 2]]);
        let same = principal_components(&[1.0, 2.0, 1.0, 2.0, 1.0, 2.0], 2);
        assert!(same.iter().flatten().all(|x| x.abs() < 1e-6));
    }
}
