//! Checks of every kernel against a reference in 64-bit floats, over edge cases of shapes: one row, odd sizes, sizes
//! that are not multiples of the tile, group tails, long contexts. The native tests run the list on each device, and a
//! page runs it in a real browser.

mod attention;
mod linear;
mod reference;
mod sequences;

use burn::tensor::{Device, Tensor};

use crate::quantization::Scheme;

/// The outcome of a check: its name, and the mismatch if it failed.
pub type Outcome = (String, Result<(), String>);

/// Runs every check on a device, and calls `report` after each.
pub async fn run(device: &Device, mut report: impl FnMut(&Outcome)) {
    for scheme in linear::SCHEMES {
        for shape in linear::SHAPES {
            report(&linear::check_linear(device, scheme, shape).await);
        }
        report(&linear::check_embedding(device, scheme).await);
        report(&sequences::check_embedding(device, scheme).await);
    }
    for (scheme, shape) in linear::LONGEST {
        report(&linear::check_linear(device, scheme, shape).await);
    }
    let scheme = Some(Scheme::Q6_K);
    for shape in linear::BLOCK_SHAPES {
        report(&linear::check_linear(device, scheme, shape).await);
    }
    report(&linear::check_embedding(device, scheme).await);
    report(&sequences::check_embedding(device, scheme).await);
    for activation in linear::ACTIVATIONS {
        report(&linear::check_activation(device, activation).await);
    }
    for [rows, columns] in [[1, 1], [1, 768], [3, 65], [7, 1600]] {
        report(&linear::check_layer_norm(device, rows, columns).await);
    }
    for case in attention::CASES {
        report(&attention::check_attention(device, case).await);
    }
    for case in sequences::CASES {
        report(&sequences::check_attention(device, case).await);
    }
}

/// Reads a tensor's values.
async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, String> {
    let data = tensor.into_data_async().await.map_err(|error| format!("{error:?}"))?;
    data.try_to_vec::<f32>().map_err(|error| format!("{error:?}"))
}

/// Compares with the reference. A difference above `tolerance` times the largest expected magnitude (at least 1)
/// is an error with its index.
fn compare(found: &[f32], expected: &[f64], tolerance: f64) -> Result<(), String> {
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
