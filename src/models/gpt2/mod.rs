//! GPT-2 as an architecture: its modules, its configuration, the table of its tensors.

mod batch;
mod config;
mod gguf;
mod model;
#[cfg(feature = "train")]
mod rows;
mod tensors;

use burn::tensor::Device;

use super::{
    ConfigFile, ModelCheckpoint, ModelTensor, Precision,
    architecture::{self, Kind, ModelConfig, Network, Sizes, Transformer, Weights},
    arrived::Arrived,
    checkpoint::Described,
};
use crate::{
    checkpoint::{GgufHeader, Metadata},
    error::Result,
};

pub use config::Gpt2Config;
pub use model::{
    DecoderLayer, Gpt2, Gpt2Output, Gpt2OutputOptions, Gpt2PartialOutput, Gpt2Run, SelfAttention,
};
#[cfg(feature = "train")]
pub use rows::TextRows;

impl Weights for Gpt2 {
    fn tensors(&self) -> Vec<ModelTensor<'_>> {
        self.table.tensors(self, &self.config)
    }

    fn write_gguf(&self, metadata: &mut Metadata) -> Result<()> {
        self.config.to_gguf(metadata)
    }
}

impl Network for Gpt2 {
    type Config = Gpt2Config;

    const KIND: Kind = Kind::Decoder;

    fn sizes(config: &Gpt2Config) -> Sizes {
        Sizes {
            architecture: config.model_type.clone(),
            layers: config.n_layer,
            heads: config.n_head,
            hidden_size: config.n_embd,
            context: config.n_positions,
            vocabulary: config.vocab_size,
            cache_bytes_per_token: config.cache_bytes_per_token(),
            unused_head: config.unused_head,
        }
    }

    fn apply_generation_config(config: &mut Gpt2Config, json: &[u8]) -> Result<()> {
        config.apply_generation_config(json)
    }

    fn build(config: Gpt2Config, arrived: &mut Arrived<Self, Gpt2Config>) -> Result<Self> {
        tensors::build(config, arrived)
    }

    fn into_transformer(self) -> Transformer {
        Transformer::Decoder(Box::new(self))
    }
}

impl Gpt2Config {
    /// The receiver of the tensors of such a model; its matrices are kept as `precision` says.
    pub fn checkpoint(self, precision: Precision, device: Device) -> ModelCheckpoint<Gpt2> {
        ModelCheckpoint::new(&tensors::TABLE, self, precision, device)
    }
}

/// GPT-2, and the smaller and larger models of its shape.
pub(super) struct Architecture;

impl architecture::Architecture for Architecture {
    fn model_types(&self) -> &'static [&'static str] {
        &["gpt2"]
    }

    fn gguf_name(&self) -> Option<&'static str> {
        Some("gpt2")
    }

    fn read_config(&self, file: ConfigFile) -> Result<Box<dyn ModelConfig>> {
        Ok(Described::boxed(Gpt2Config::from_file(file)?, &tensors::TABLE))
    }

    fn read_gguf(&self, header: &GgufHeader) -> Result<Box<dyn ModelConfig>> {
        Ok(Described::boxed(Gpt2Config::from_gguf(header)?, &tensors::TABLE))
    }
}
