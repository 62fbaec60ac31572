//! Charts: pure functions of data, in the theme's colours.

mod bars;
mod heat_map;
mod painting;
mod ramp;

pub use bars::{Bar, Bars};
pub use heat_map::{HeatMap, Scale, Square};
