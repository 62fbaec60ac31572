//! BERT as an architecture: its modules, its configuration, the table of its tensors.

mod config;
mod gguf;
mod model;
pub(super) mod tensors;

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

pub use config::BertConfig;
pub use model::{
    Bert, BertInput, BertOutput, BertOutputOptions, BertRun, EncoderLayer, FullSelfAttention,
    MaskedHead,
};

impl Weights for Bert {
    fn tensors(&self) -> Vec<ModelTensor<'_>> {
        self.table.tensors(self, &self.config)
    }

    fn write_gguf(&self, metadata: &mut Metadata) -> Result<()> {
        self.config.to_gguf(metadata)
    }

    /// The table of a model without token types.
    fn constants(&self) -> usize {
        if self.config.has_types() { 0 } else { self.config.types() * self.config.hidden_size }
    }
}

impl Network for Bert {
    type Config = BertConfig;

    const KIND: Kind = Kind::Encoder;

    fn sizes(config: &BertConfig) -> Sizes {
        Sizes {
            architecture: config.model_type.clone(),
            layers: config.num_hidden_layers,
            heads: config.num_attention_heads,
            hidden_size: config.hidden_size,
            context: config.max_position_embeddings,
            vocabulary: config.vocab_size,
            cache_bytes_per_token: 0,
            unused_head: config.unused_head,
        }
    }

    fn build(config: BertConfig, arrived: &mut Arrived<Self, BertConfig>) -> Result<Self> {
        tensors::build(config, arrived)
    }

    fn into_transformer(self) -> Transformer {
        Transformer::Encoder(Box::new(self))
    }
}

impl BertConfig {
    /// The receiver of the tensors of such a model; its matrices are kept as `precision` says.
    pub fn checkpoint(self, precision: Precision, device: Device) -> ModelCheckpoint<Bert> {
        ModelCheckpoint::new(&tensors::TABLE, self, precision, device)
    }
}

/// BERT, and DistilBERT, which is a BERT of half the layers without token types and pooler.
pub(super) struct Architecture;

impl architecture::Architecture for Architecture {
    fn model_types(&self) -> &'static [&'static str] {
        &config::MODEL_TYPES
    }

    fn gguf_name(&self) -> Option<&'static str> {
        Some("bert")
    }

    fn read_config(&self, file: ConfigFile) -> Result<Box<dyn ModelConfig>> {
        Ok(Described::boxed(BertConfig::from_file(file)?, &tensors::TABLE))
    }

    fn read_gguf(&self, header: &GgufHeader) -> Result<Box<dyn ModelConfig>> {
        Ok(Described::boxed(BertConfig::from_gguf(header)?, &tensors::TABLE))
    }
}

#[cfg(test)]
mod tests;
