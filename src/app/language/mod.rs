//! The page's language: which it is, its sentences, and numbers in it.

mod current;
mod locale;
pub mod numbers;

pub(crate) use current::t;
pub use current::{LANGUAGES, choose, followed, name, now, of_errors, start};
