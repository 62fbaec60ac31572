//! The models of the app: three slots that every demo shares, the pickers that fill them, and questions to
//! what is in them.

mod catalogue;
mod empty;
mod facts;
mod header;
mod language;
mod question;
mod selection;
mod sibling;
mod slot;
mod slots;
mod state;

pub use catalogue::Catalogue;
pub use empty::NoModel;
pub use facts::facts;
pub use header::Header;
pub use language::EnglishOnly;
pub use question::{Question, when_rested};
pub use selection::{Loaded, Progress, Selection};
pub use slot::{Need, Slot};
pub use slots::Slots;
pub use state::Model;
