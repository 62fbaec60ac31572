//! Long work: stopping it, and hearing how far it is.

mod cancel;
mod transfer;

pub use cancel::CancelToken;
pub use transfer::{ProgressReport, Transfer, TransferPhase};
