//! Numbers in the page's language.

use super::current;
use crate::view_model::NumberFormat;

/// Returns the number format of the page's language.
pub fn format() -> NumberFormat {
    NumberFormat(current())
}

/// [`NumberFormat::decimal`].
pub fn decimal(value: f64, decimals: usize) -> String {
    format().decimal(value, decimals)
}

/// Without decimals.
pub fn whole(value: f64) -> String {
    decimal(value, 0)
}

/// With one decimal.
pub fn tenths(value: f64) -> String {
    decimal(value, 1)
}

/// With two decimals.
pub fn hundredths(value: f64) -> String {
    decimal(value, 2)
}

/// [`NumberFormat::percent`] without decimals.
pub fn whole_percent(share: f64) -> String {
    percent(share, 0)
}

/// [`NumberFormat::bytes`].
pub fn bytes(bytes: u64) -> String {
    format().bytes(bytes)
}

/// [`NumberFormat::percent`].
pub fn percent(share: f64, decimals: usize) -> String {
    format().percent(share, decimals)
}

/// [`NumberFormat::similarity`].
pub fn similarity(cosine: f32) -> String {
    format().similarity(cosine)
}

/// [`NumberFormat::duration`].
pub fn duration(seconds: f64) -> String {
    format().duration(seconds)
}
