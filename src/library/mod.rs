//! Sources of models: servers, the reader's files, the Hugging Face Hub, memory.
//!
//! Each is a [`Folder`], from which the module `checkpoint` reads a model.

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
