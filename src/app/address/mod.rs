//! What stands in the address: which demo is open, and the state of its page. What is typed there is kept while another
//! one is open.

mod drafts;
mod route;
pub mod sharing;

pub use drafts::Drafts;
pub use route::Route;
