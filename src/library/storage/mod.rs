//! Models kept in the browser: the origin's private file system (OPFS), a directory a model.
//!
//! Files of a model that are read from the network are written there on their way, so that an interrupted download
//! resumes, even days later, and a model that was loaded once needs no network again. The record beside the files has
//! their addresses and SHA-256 sums; a writer to a directory locks its record, so that two tabs never write to one.

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
