//! Every kernel against a reference in 64-bit floats, over awkward shapes: one row, odd sizes, sizes that do
//! not divide the tile, group tails, long contexts. One list, run by the native tests on each device and by
//! a page in a real browser.

mod attention;
mod linear;
mod reference;
mod sequences;

use burn::tensor::{Device, Tensor};

use crate::quantization::Scheme;

/// A check: its name, and whether it passed or what was wrong.
pub type Outcome = (String, Result<(), String>);

/// Run every check on a device; `report` hears of each as it ends.
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

/// Read a tensor back.
async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, String> {
    let data = tensor.into_data_async().await.map_err(|error| format!("{error:?}"))?;
    data.try_to_vec::<f32>().map_err(|error| format!("{error:?}"))
}

/// Compare with the reference: a difference above `tolerance` times the largest expected number (at least 1)
/// fails, and says where.
fn compare(found: &[f32], expected: &[f64], tolerance: f64) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{} numbers where {} are expected", found.len(), expected.len()));
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
