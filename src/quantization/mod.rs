//! Quantization of weights to int8, int4 and similar types, and dequantization. Pure functions, without a device.
//!
//! A weight matrix has a row for each output and a column for each input. Every scheme maps a group of values of one
//! row (or the row, or the whole tensor) linearly onto a few integers:
//!
//! ```text
//! stored integer   n = round((x − minimum) / scale) + zero point
//! dequantized      x' = (n − zero point) · scale + minimum
//! ```
//!
//! with rounding half to even in 64-bit floats (GGUF's blocks: as ggml computes them). The lecture's own
//! example is [`Scheme::Int8MinMax`].
//!
//! Values must be finite: readers of files refuse others. A group of zeros has the scale 0 and is dequantized exactly;
//! so is a group of equal values if the scheme has minimums. A group's scale that is too small for its precision is 0,
//! and so are the dequantized values; one that is too large is reported by [`PackedMatrix::overflow`].

mod allocation;
mod errors;
mod fit;
mod grid;
mod group;
mod packing;
mod q6_k;
mod rows;
mod scheme;
mod share;
mod size;

pub use allocation::{AllocationError, try_with_capacity};
pub use errors::{ErrorFigures, ErrorSum, Histogram};
pub use fit::Fit;
pub use grid::Grid;
pub use packing::{BLOCK, PackedMatrix, PackedRows};
pub use scheme::{Scheme, UnknownScheme};
pub use share::largest_share;
pub use size::{BitBudget, CacheShape};
