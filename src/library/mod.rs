//! Getting models: from a server, from the reader's files, from the Hugging Face Hub, from memory.
//!
//! Each is a [`Folder`] of the checkpoint room, which knows how to read a model out of one.

mod address;
#[cfg(not(target_arch = "wasm32"))]
mod disk;
#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(target_arch = "wasm32")]
mod files;
mod hub;
mod memory;
#[cfg(any(target_arch = "wasm32", test))]
mod resume;
#[cfg(any(target_arch = "wasm32", test))]
mod selection;
#[cfg(any(target_arch = "wasm32", test))]
mod storage;
#[cfg(any(target_arch = "wasm32", test))]
mod substitute;

pub use address::{AddressFile, ModelAddress};
#[cfg(not(target_arch = "wasm32"))]
pub use disk::DiskFolder;
#[cfg(target_arch = "wasm32")]
pub use fetch::HttpFolder;
#[cfg(target_arch = "wasm32")]
pub use files::FileFolder;
pub use hub::HubModel;
pub use memory::MemoryFolder;
#[cfg(target_arch = "wasm32")]
pub use storage::{ModelDirectory, Opened, When, list, open, space, verify};
