//! Where the parts of charts lie, and in which colours.

mod bar;
mod geometry;
pub mod placing;
mod ramp;
mod square;

pub use bar::Bar;
pub use geometry::{Geometry, LABEL_GAP, LARGEST_LABEL};
pub use ramp::{Ramp, is_light};
pub use square::{Scale, Square};
