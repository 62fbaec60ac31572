//! Models kept in the browser: the origin's private file system (OPFS), a directory a model.
//!
//! What is read of a model from the network is written there on its way, so that a download that was cut goes on where
//! it was, even days later, and a model that was loaded once needs no network again. The record beside the files says
//! where they are from and what their SHA-256 is; whoever writes to a directory holds its record, so that two tabs
//! never write to one.

#[cfg(target_arch = "wasm32")]
mod keeping;
#[cfg(target_arch = "wasm32")]
mod opfs;
mod record;
mod turn;
#[cfg(target_arch = "wasm32")]
mod verify;

#[cfg(target_arch = "wasm32")]
pub use keeping::{Opened, When, open};
#[cfg(target_arch = "wasm32")]
pub use opfs::{ModelDirectory, space};
#[cfg(target_arch = "wasm32")]
pub use verify::{list, verify};
