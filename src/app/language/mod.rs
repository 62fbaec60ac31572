//! The page's language, its sentences, and its format of numbers.

mod current;
mod locale;
pub mod numbers;

pub(crate) use current::t;
pub use current::{LANGUAGES, choose, current, followed, name, now, pick, start};
