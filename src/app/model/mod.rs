//! The models of the app: slots that every demo shares, the pickers that fill them, and requests to the models
//! in them.

mod catalogue;
mod header;
mod notices;
mod picking;
mod question;
mod recording;
mod replay;
mod selection;
mod sibling;
mod slots;
mod state;
mod trained;
mod trainer;
mod training;

pub use catalogue::Catalogue;
pub use header::Header;
pub use notices::{CutShort, EnglishOnly, NoModel, facts};
pub use picking::{SlotPickers, SlotStatus, SourcePanel, share};
pub use question::{Question, when_exchanged, when_rested, when_unable};
pub use recording::RECORDED;
pub use selection::{Loaded, Progress, Selection};
pub use slots::Slots;
pub use state::Model;
pub use trained::files_of;
pub use trainer::Trainer;
pub use training::{State, Training};
