//! The page of a layer of a real model.

use crate::app::language::{
    numbers::{self, bytes, decimal},
    t,
};

pub fn fits() -> [&'static str; 2] {
    [t!(layer.fits_1), t!(layer.fits_2)]
}

pub fn size(before: u64, after: u64) -> String {
    format!("{} → {}", bytes(before), bytes(after))
}

pub fn decibels(snr: Option<f64>) -> String {
    match snr {
        Some(snr) => t!(layer.decibels, value = decimal(snr, 1)),
        None => t!(layer.nothing_lost).into(),
    }
}

/// Formats an error, which is a small number.
pub fn error(error: f64) -> String {
    numbers::format().error(error)
}

/// Formats a weight with a true minus sign.
pub fn weight(weight: f32) -> String {
    numbers::format().signed(weight.into(), 3)
}

pub fn shape(rows: usize, columns: usize) -> String {
    format!("{rows} × {columns}")
}

pub fn cell(row: usize, column: usize, error: f32) -> String {
    t!(layer.cell, row = row, column = column, error = self::error(error.into()))
}
