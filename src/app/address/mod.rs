//! The page's address: the open demo and the state of its page. Drafts are kept while another page is open.

mod drafts;
mod route;
pub mod sharing;

pub use drafts::Drafts;
pub use route::Route;
