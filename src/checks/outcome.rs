//! The outcome of a check, and the comparison with its reference.

use burn::tensor::Tensor;

/// The outcome of a check: its name, and the mismatch if it failed.
pub type Outcome = (String, Result<(), String>);

/// Reads a tensor's values.
pub(super) async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, String> {
    let data = tensor.into_data_async().await.map_err(|error| format!("{error:?}"))?;
    data.try_to_vec::<f32>().map_err(|error| format!("{error:?}"))
}

/// Compares with the reference. A difference above `tolerance` times the largest expected magnitude (at least 1)
/// is an error with its index.
pub(super) fn compare(found: &[f32], expected: &[f64], tolerance: f64) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{} values, but {} are expected", found.len(), expected.len()));
    }
    let largest = expected.iter().fold(1.0f64, |largest, x| largest.max(x.abs()));
    let differences = found.iter().zip(expected).map(|(found, x)| (f64::from(*found) - x).abs());
    let worst = differences.enumerate().fold((0, 0.0f64), |worst, (index, difference)| {
        if difference > worst.1 || difference.is_nan() { (index, difference) } else { worst }
    });
    if worst.1 <= tolerance * largest {
        return Ok(());
    }
    Err(format!(
        "index {}: found {}, expected {}, difference {:e} above {tolerance:e} of {largest}",
        worst.0, found[worst.0], expected[worst.0], worst.1
    ))
}
