//! What the browser tells, keeps and hands over: the page's address, `<html>`, its storage, files.

mod appearance;
pub mod dropped;
pub mod kept;
pub mod query;
pub mod root;

pub use appearance::{Appearance, Theme};
