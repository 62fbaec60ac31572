//! The models of the app: three slots that every demo shares, the pickers that fill them, and questions to
//! what is in them.

mod catalogue;
mod empty;
mod facts;
mod header;
mod kept;
mod language;
mod question;
mod selection;
mod sibling;
mod slots;
mod state;

pub use catalogue::Catalogue;
pub use empty::NoModel;
pub use facts::facts;
pub use header::Header;
pub use language::EnglishOnly;
pub use question::{Question, when_rested};
pub use selection::{Loaded, Progress, Selection};
pub use slots::{Need, Slot, Slots};
pub use state::Model;
