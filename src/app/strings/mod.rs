//! Sentences that are chosen or composed, one file for each page. All others are in locales/ and are used directly
//! through [`crate::app::language::t`].

pub mod align;
pub mod common;
pub mod compare;
pub mod distil;
pub mod examples;
pub mod generate;
pub mod layer;
pub mod mask;
pub mod model;
pub mod models;
pub mod next;
pub mod number;
pub mod readers;
pub mod sentences;
pub mod shell;
pub mod size;
pub mod slides;
pub mod squeezed;
pub mod teach;
pub mod words;
