//! Charts: pure functions of data, in the theme's colours.

mod bars;
mod heat_map;
mod lines;
mod painting;
mod placing;
mod ramp;
mod scatter;
mod size;

pub use bars::{Bar, Bars};
pub use heat_map::{HeatMap, Scale, Square};
pub use lines::{Kind, Line, Lines};
pub use scatter::{Point, Scatter};
