//! The models, as Burn modules: one file a model, the layers they share in [`layers`]. Nothing here knows a
//! browser.

mod assembly;
mod bert;
mod bert_checkpoint;
mod bert_config;
mod cache;
mod config;
mod config_file;
mod finishing;
mod footprint;
mod gguf_config;
mod gguf_ends;
mod gpt2;
mod gpt2_checkpoint;
pub mod layers;
mod parts;
mod precision;

pub use bert::{Bert, Encoded, EncoderInput, EncoderRun, EncoderWanted, MaskedHead};
pub use bert_checkpoint::BertCheckpoint;
pub use bert_config::BertConfig;
pub use cache::Cache;
pub use config::Gpt2Config;
pub use config_file::ConfigFile;
pub use footprint::Footprint;
pub use gguf_config::gguf_architecture;
pub use gpt2::{Gpt2, Inside, Run, Stopped, Wanted};
pub use gpt2_checkpoint::Gpt2Checkpoint;
pub use parts::{Part, Values};
pub use precision::Precision;
