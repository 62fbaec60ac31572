//! The engine runs in a dedicated worker, so that the page never blocks. This module has both ends of the
//! connection; the messages are in [`crate::protocol`].

#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub mod client;
pub mod losses;
#[cfg(all(feature = "engine", target_arch = "wasm32"))]
pub mod server;
pub use crate::protocol;
#[cfg(all(feature = "engine", target_arch = "wasm32"))]
mod storage;
