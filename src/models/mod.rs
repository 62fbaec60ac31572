//! The models, as Burn modules: one file a model, the layers they share in [`layers`]. Nothing here knows a
//! browser.

mod cache;
mod config;
mod gpt2;
mod gpt2_checkpoint;
pub mod layers;

pub use cache::Cache;
pub use config::Gpt2Config;
pub use gpt2::{Gpt2, Inside, Wanted};
pub use gpt2_checkpoint::{Gpt2Checkpoint, Precision};
