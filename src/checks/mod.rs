//! Checks of every kernel against a reference in 64-bit floats, over edge cases of shapes: one row, odd sizes, sizes
//! that are not multiples of the tile, group tails, long contexts. The native tests run the list on each device, and a
//! page runs it in a real browser. And what learns, against reference cases.

mod attention;
#[cfg(feature = "train")]
pub mod gradients;
mod linear;
mod lstm;
mod outcome;
mod reference;
#[cfg(feature = "train")]
pub mod references;
mod sequences;

use burn::tensor::Device;

use crate::quantization::Scheme;

pub use outcome::Outcome;

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
        for causal in sequences::CAUSAL {
            report(&sequences::check_attention(device, case, causal).await);
        }
    }
    for scheme in lstm::SCHEMES {
        for case in lstm::CASES {
            report(&lstm::check_lstm(device, scheme, case).await);
        }
    }
}
