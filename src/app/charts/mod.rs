//! Charts: pure functions of data, in the theme's colours.

mod bars;
mod curves;
mod error_map;
mod heat_map;
mod histogram;
mod lines;
mod painting;
mod scatter;
mod size;

pub use bars::Bars;
pub use curves::{Curves, Series};
pub use error_map::{Cells, ErrorMap};
pub use heat_map::HeatMap;
pub use histogram::Histograms;
pub use lines::{Kind, Line, Lines};
pub use scatter::{Point, Scatter};
pub use size::observed_width;
