//! The page of a layer of a real model.

use super::super::numbers::bytes;

pub const MATRIX: &str = "One matrix, before and after";
pub const TENSOR: &str = "Matrix";
pub const SCHEME: &str = "Scheme";
pub const FIT: &str = "Scales";
pub const FITS: [&str; 2] = ["by range", "by least squares"];
pub const BEFORE: &str = "before";
pub const AFTER: &str = "after: only these values are left";
pub const HISTOGRAM: &str =
    "Histogram of the weights before quantization, and of what they come back as";
pub const MAP: &str = "Where the errors are";
pub const MAP_HINT: &str = "Click a place to see its numbers.";
pub const MAP_LABEL: &str =
    "The largest error in each part of the matrix; rows are outputs, columns inputs";
pub const ZOOM: &str = "Number by number";
pub const ZOOM_HINT: &str =
    "Each weight, its integer, and what comes back; the more colour, the larger the error.";
pub const ROW: &str = "row";
pub const RANKED: &str = "All matrices, the most damaged first";
pub const RANKED_HINT: &str =
    "Signal to noise: the more decibels, the less is lost. A click shows the matrix.";
pub const RANK: &str = "Rank all matrices";
pub const MAXIMUM: &str = "Largest error";
pub const MEAN: &str = "Mean error";
pub const RMS: &str = "RMS error";
pub const SNR: &str = "Signal to noise";
pub const SIZE: &str = "Size";

pub fn size(before: u64, after: u64) -> String {
    format!("{} → {}", bytes(before), bytes(after))
}

pub fn decibels(snr: Option<f64>) -> String {
    snr.map_or("nothing is lost".into(), |snr| format!("{snr:.1}\u{a0}dB"))
}

/// An error, which is a small number.
pub fn error(error: f64) -> String {
    match error {
        0.0 => "0".into(),
        error if error < 1e-4 => format!("{error:.2e}").replace('-', "\u{2212}"),
        error => format!("{error:.5}"),
    }
}

/// A weight, with a true minus sign.
pub fn weight(weight: f32) -> String {
    format!("{weight:+.3}").replace('-', "\u{2212}")
}

pub fn shape(rows: usize, columns: usize) -> String {
    format!("{rows} × {columns}")
}

pub fn already(scheme: &str) -> String {
    format!(
        "This matrix is kept as {scheme} already: what is lost now is lost on top of that. Load the model as f32 to see the whole."
    )
}

pub fn ranking(done: usize, total: usize) -> String {
    format!("{done} of {total} matrices")
}

pub fn cell(row: usize, column: usize, error: f32) -> String {
    format!("Around row {row}, column {column}: largest error {}", self::error(error.into()))
}
