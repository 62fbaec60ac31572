//! The page of a layer of a real model.

use crate::app::language::numbers::{self, bytes, decimal};

sentences! {
    layer:
    matrix,
    tensor,
    scheme,
    fit,
    before,
    after,
    histogram,
    map,
    map_hint,
    map_label,
    zoom,
    zoom_hint,
    row,
    ranked,
    ranked_hint,
    rank,
    maximum,
    mean,
    rms,
    snr,
    size_label,
    nothing_lost,
}

pub fn fits() -> [&'static str; 2] {
    [sentence!(layer.fits_1), sentence!(layer.fits_2)]
}

pub fn size(before: u64, after: u64) -> String {
    format!("{} → {}", bytes(before), bytes(after))
}

pub fn decibels(snr: Option<f64>) -> String {
    match snr {
        Some(snr) => say!(layer.decibels, value = decimal(snr, 1)),
        None => nothing_lost().into(),
    }
}

/// An error, which is a small number.
pub fn error(error: f64) -> String {
    numbers::format().error(error)
}

/// A weight, with a true minus sign.
pub fn weight(weight: f32) -> String {
    numbers::format().signed(weight.into(), 3)
}

pub fn shape(rows: usize, columns: usize) -> String {
    format!("{rows} × {columns}")
}

pub fn already(scheme: &str) -> String {
    say!(layer.already, scheme = scheme)
}

pub fn ranking(done: usize, total: usize) -> String {
    say!(layer.ranking, done = done, total = total)
}

pub fn cell(row: usize, column: usize, error: f32) -> String {
    say!(layer.cell, row = row, column = column, error = self::error(error.into()))
}
