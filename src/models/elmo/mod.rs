//! ELMo as an architecture: its modules, its configuration, the table of its tensors.

mod characters;
mod config;
mod model;
mod tensors;

use burn::tensor::Device;

use super::{
    ConfigFile, ModelCheckpoint, ModelTensor, Precision,
    architecture::{self, Kind, ModelConfig, Network, Sizes, Transformer, Weights},
    arrived::Arrived,
    checkpoint::Described,
};
use crate::{
    checkpoint::Metadata,
    error::{BadRequestReason, LecternError, Result},
};

pub use characters::{CharacterEncoder, Convolution, Word};
pub use config::{CharCnnConfig, ElmoConfig, LstmConfig};
pub use model::{Elmo, ElmoOutput, LstmLayer, read};

/// Longest text in words: an LSTM has no table of positions, but what nobody reads in one go is a mistake.
const LONGEST_TEXT: usize = 512;

impl Weights for Elmo {
    fn tensors(&self) -> Vec<ModelTensor<'_>> {
        self.table.tensors(self, &self.config)
    }

    fn write_gguf(&self, _: &mut Metadata) -> Result<()> {
        let architecture = config::MODEL_TYPE.into();
        Err(LecternError::bad_request(BadRequestReason::ArchitectureNotInGguf { architecture }))
    }
}

impl Network for Elmo {
    type Config = ElmoConfig;

    const KIND: Kind = Kind::Readers;

    fn sizes(config: &ElmoConfig) -> Sizes {
        Sizes {
            architecture: config.model_type.clone(),
            layers: config.lstm.n_layers,
            heads: 0,
            hidden_size: 2 * config.lstm.projection_dim,
            context: LONGEST_TEXT,
            vocabulary: config.vocab_size,
            cache_bytes_per_token: 0,
            unused_head: None,
        }
    }

    fn build(config: ElmoConfig, arrived: &mut Arrived<Self, ElmoConfig>) -> Result<Self> {
        tensors::build(config, arrived)
    }

    fn into_transformer(self) -> Transformer {
        Transformer::Readers(Box::new(self))
    }
}

impl ElmoConfig {
    /// The receiver of the tensors of such a model; its matrices are kept as `precision` says.
    pub fn checkpoint(self, precision: Precision, device: Device) -> ModelCheckpoint<Elmo> {
        ModelCheckpoint::new(&tensors::TABLE, self, precision, device)
    }
}

/// ELMo.
pub(super) struct Architecture;

impl architecture::Architecture for Architecture {
    fn model_types(&self) -> &'static [&'static str] {
        &[config::MODEL_TYPE]
    }

    fn read_config(&self, file: ConfigFile) -> Result<Box<dyn ModelConfig>> {
        Ok(Described::boxed(ElmoConfig::from_file(file)?, &tensors::TABLE))
    }
}
