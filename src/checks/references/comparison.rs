//! Assertions about numbers that are close to expected ones.

/// Asserts that the largest difference is at most `tolerance`, absolute, or relative to the largest expected magnitude
/// if that is above 1. Returns the difference.
///
/// # Panics
/// If it is more, with the index and both values.
pub fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) -> f32 {
    assert_eq!(found.len(), expected.len(), "{what}: number of values");
    let largest = expected.iter().fold(1.0f32, |largest, x| largest.max(x.abs()));
    let (mut worst, mut worst_index) = (0.0f32, 0);
    for (index, (a, b)) in found.iter().zip(expected).enumerate() {
        let difference = (a - b).abs();
        assert!(!difference.is_nan(), "{what}: index {index}: found {a}, expected {b}");
        if difference > worst {
            (worst, worst_index) = (difference, index);
        }
    }
    assert!(
        worst <= tolerance * largest,
        "{what}: index {worst_index}: found {}, expected {}, difference {worst:e}, allowed {:e}",
        found[worst_index],
        expected[worst_index],
        tolerance * largest
    );
    worst
}

/// [`assert_close`] relative to the largest expected magnitude, however small.
///
/// # Panics
/// As it does, and if all that is expected are zeros.
pub fn assert_like(what: &str, found: &[f32], expected: &[f32], tolerance: f32) -> f32 {
    let largest = expected.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
    assert!(largest > 0.0, "{what}: nothing but zeros to compare with");
    let relative = |numbers: &[f32]| numbers.iter().map(|x| x / largest).collect::<Vec<_>>();
    assert_close(what, &relative(found), &relative(expected), tolerance)
}

/// Asserts that a number differs from the expected one by at most `tolerance` of it.
///
/// # Panics
/// If it does.
pub fn assert_near(what: &str, found: f64, expected: f64, tolerance: f64) {
    let difference = (found - expected).abs();
    assert!(difference <= tolerance * expected.abs(), "{what}: {found}, expected {expected}");
}
