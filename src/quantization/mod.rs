//! Numbers to int8 and int4 and back. Pure functions, no device.
//!
//! A weight matrix has a row for each output; along a row lie the inputs. Every scheme maps a group of
//! numbers of one row (or the row, or the whole tensor) linearly onto a few integers:
//!
//! ```text
//! stored integer   n = round((x − minimum) / scale) + zero point
//! what comes back  x' = (n − zero point) · scale + minimum
//! ```
//!
//! with rounding half to even in 64-bit floats. The lecture's own example is [`Scheme::Int8MinMax`].

mod packing;
mod scheme;

pub use packing::{BLOCK, PackedMatrix, PackedRows};
pub use scheme::Scheme;
