//! Cancellation and progress of long work.

mod cancel;
mod transfer;

pub use cancel::CancelToken;
pub use transfer::{ProgressReport, Transfer, TransferPhase};
