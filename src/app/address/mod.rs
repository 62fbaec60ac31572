//! What stands in the address: which demo is open, and the state of its page. What is typed there is kept while another
//! one is open.

mod demo;
mod drafts;
mod route;
pub mod sharing;

pub use demo::{Demo, ModelParameters, Stop};
pub use drafts::Drafts;
pub use route::Route;
