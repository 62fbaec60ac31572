//! Everything the app says, in English: a file a page. No other file holds a sentence.

pub mod common;
pub mod compare;
pub mod generate;
pub mod layer;
pub mod mask;
pub mod model;
pub mod next;
pub mod number;
pub mod sentences;
pub mod shell;
pub mod size;
pub mod squeezed;
pub mod words;
