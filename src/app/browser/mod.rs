//! The browser's interfaces: the page's address, `<html>`, storage, files.

mod appearance;
pub mod dropped;
pub mod fetching;
pub mod kept;
pub mod query;
pub mod root;

pub use appearance::{Appearance, Theme};
