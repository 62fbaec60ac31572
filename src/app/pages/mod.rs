//! Pages: one for each demo, and one for stored models.

mod align;
mod compare;
mod distil;
mod generate;
mod layer;
mod mask;
mod models;
mod next;
mod number;
mod readers;
mod sentences;
mod size;
mod squeezed;
mod teach;
mod words;

pub use align::Align;
pub use compare::Compare;
pub use distil::Distil;
pub use generate::Generate;
pub use layer::Layer;
pub use mask::Mask;
pub use models::Models;
pub use next::Next;
pub use number::Number;
pub use readers::Readers;
pub use sentences::Sentences;
pub use size::Size;
pub use squeezed::Squeezed;
pub use teach::Teach;
pub use words::Words;
