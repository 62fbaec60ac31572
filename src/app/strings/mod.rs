//! Sentences that have to be chosen or put together, a file a page. All others stand in locales/ and are asked for where they
//! are said, by [`crate::app::language::t`].

pub mod common;
pub mod compare;
pub mod examples;
pub mod generate;
pub mod layer;
pub mod mask;
pub mod model;
pub mod models;
pub mod next;
pub mod number;
pub mod sentences;
pub mod shell;
pub mod size;
pub mod slides;
pub mod squeezed;
pub mod words;
