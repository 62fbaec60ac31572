//! Layout and colours of charts.

mod bar;
mod geometry;
pub mod placement;
mod ramp;
mod square;

pub use bar::Bar;
pub use geometry::{Geometry, LABEL_GAP, LARGEST_LABEL};
pub use ramp::{Ramp, is_light};
pub use square::{Scale, Square};
