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
//! with rounding half to even in 64-bit floats (GGUF's blocks: as ggml computes them). The lecture's own
//! example is [`Scheme::Int8MinMax`].
//!
//! Numbers must be finite: who reads a file looks for those that are not, and refuses them. A group of zeros
//! has the scale 0 and comes back exactly; so does a group of equal numbers where the scheme has minimums.
//! Where a group's scale is too small for a float of its precision it is 0, and so are the numbers that come
//! back; where it is too large, [`PackedMatrix::overflow`] says so.

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
