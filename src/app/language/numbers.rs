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
