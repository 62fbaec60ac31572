//! The models, as Burn modules. A folder each has an architecture: its modules, configuration, and the table of its
//! tensors, from which loading, listing, counting and export derive. [`layers`] has what they share. Nothing here knows
//! a browser.

mod architecture;
mod arrived;
mod assembly;
mod bert;
mod cache;
mod checkpoint;
mod config_file;
mod elmo;
mod families;
mod footprint;
mod gguf_ends;
mod gguf_keys;
mod gpt2;
pub mod layers;
mod limits;
mod listing;
mod precision;
mod table;

pub use architecture::{Checkpoint, Kind, ModelConfig, Network, Sizes, Transformer, Weights};
pub use bert::{Bert, BertConfig, BertInput, BertOutput, BertOutputOptions, BertRun, MaskedHead};
pub use cache::Cache;
pub use checkpoint::ModelCheckpoint;
pub use config_file::ConfigFile;
pub use elmo::{
    CharCnnConfig, CharacterEncoder, Convolution, Elmo, ElmoConfig, ElmoOutput, LstmConfig,
    LstmLayer, Word, read as read_layers,
};
pub use families::{read_config, read_gguf_config};
pub use footprint::Footprint;
pub use gguf_keys::gguf_architecture;
#[cfg(feature = "train")]
pub use gpt2::TextRows;
pub use gpt2::{Gpt2, Gpt2Config, Gpt2Output, Gpt2OutputOptions, Gpt2PartialOutput, Gpt2Run};
pub use layers::{LayerSelection, Linear};
pub use listing::{ModelTensor, Values};
pub use precision::Precision;
