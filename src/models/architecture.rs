//! The architectures that can be run: each reads its configurations, and builds a decoder or an encoder from its
//! checkpoints.

use std::fmt::Debug;

use burn::tensor::Device;

use super::{
    Bert, ConfigFile, Elmo, Footprint, Gpt2, ModelTensor, Precision, Values, arrived::Arrived,
};
use crate::{
    checkpoint::{GgufHeader, Metadata, TensorHeader, TensorSink},
    error::{LecternError, Result, UnsupportedReason},
    kernels::Weight,
    protocol::UnusedHead,
};

/// A family of models that share names and options.
pub trait Architecture: Sync {
    /// `model_type` in the config.json of its models.
    fn model_types(&self) -> &'static [&'static str];

    /// `general.architecture` in their GGUF files; `None` where llama.cpp has none.
    fn gguf_name(&self) -> Option<&'static str> {
        None
    }

    /// Reads and checks a config.json of one of its model types.
    ///
    /// # Errors
    /// [`LecternError::BadFile`], [`LecternError::UnsupportedModel`]
    fn read_config(&self, file: ConfigFile) -> Result<Box<dyn ModelConfig>>;

    /// Reads and checks the metadata of a GGUF file, which names [`Architecture::gguf_name`].
    ///
    /// # Errors
    /// [`LecternError::BadFile`], [`LecternError::UnsupportedModel`]
    fn read_gguf(&self, header: &GgufHeader) -> Result<Box<dyn ModelConfig>> {
        Err(unknown(header.metadata.text("general.architecture")?.unwrap_or_default(), &[]))
    }
}

/// The error for an architecture that is not among those known.
pub(super) fn unknown(found: &str, known: &[&str]) -> LecternError {
    let known = known.iter().map(|name| (*name).to_owned()).collect();
    LecternError::unsupported(UnsupportedReason::Architecture { found: found.to_owned(), known })
}

/// A model's sizes, for its description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// `gpt2`, `bert`, `distilbert`…
    pub architecture: String,
    /// Number of layers.
    pub layers: usize,
    /// Attention heads of a layer.
    pub heads: usize,
    /// Size of a hidden state.
    pub hidden_size: usize,
    /// Longest text, in tokens.
    pub context: usize,
    /// Rows of the token embedding.
    pub vocabulary: usize,
    /// Bytes of key/value cache that a token takes; 0 for encoders.
    pub cache_bytes_per_token: u64,
    /// The head that the model was published with and that is not run.
    pub unused_head: Option<UnusedHead>,
}

/// The types of transformers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Continues texts.
    Decoder,
    /// Reads whole texts.
    Encoder,
    /// Two language models, which read a text from either end.
    Readers,
}

/// A model before its weights.
pub trait ModelConfig: Debug {
    /// Decoder or encoder.
    fn kind(&self) -> Kind;

    /// Its sizes.
    fn sizes(&self) -> Sizes;

    /// Overrides the configuration by a generation_config.json, as transformers' `generate` does.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if it is not one.
    fn apply_generation_config(&mut self, json: &[u8]) -> Result<()>;

    /// The receiver of its tensors; the matrices are kept as `precision` says.
    fn checkpoint(self: Box<Self>, precision: Precision, device: Device) -> Box<dyn Checkpoint>;
}

/// A model whose tensors arrive.
pub trait Checkpoint: TensorSink {
    /// Name and shape of every possible tensor, heads included.
    fn tensors(&self) -> Vec<(String, Vec<usize>)>;

    /// The memory that the model takes. `headers` are the known headers of its files, maybe none.
    fn footprint(&self, headers: &[TensorHeader]) -> Footprint;

    /// The complete model.
    ///
    /// # Errors
    /// [`LecternError::MissingTensor`]
    fn finish(self: Box<Self>) -> Result<Transformer>;
}

/// A transformer that can be run.
#[derive(Debug)]
pub enum Transformer {
    /// A model that continues texts.
    Decoder(Box<Gpt2>),
    /// A model that reads whole texts.
    Encoder(Box<Bert>),
    /// Two language models, which read a text from either end.
    Readers(Box<Elmo>),
}

/// A module that is built from a checkpoint and lists its tensors. Architectures that differ only in names and options
/// share one.
pub trait Network: Weights + Sized + 'static {
    /// Its sizes and options.
    type Config: Debug + 'static;

    /// Decoder or encoder.
    const KIND: Kind;

    /// The sizes in a configuration.
    fn sizes(config: &Self::Config) -> Sizes;

    /// Overrides the configuration by a generation_config.json; does nothing if the model does not generate.
    ///
    /// # Errors
    /// [`LecternError::BadFile`]
    fn apply_generation_config(_config: &mut Self::Config, _json: &[u8]) -> Result<()> {
        Ok(())
    }

    /// Builds it from its tensors.
    ///
    /// # Errors
    /// [`LecternError::MissingTensor`]
    fn build(config: Self::Config, arrived: &mut Arrived<Self, Self::Config>) -> Result<Self>;

    /// Wraps it as one of the transformers that can be run.
    fn into_transformer(self) -> Transformer;
}

/// The weights of a whole model.
pub trait Weights {
    /// All tensors, in the order of their use.
    fn tensors(&self) -> Vec<ModelTensor<'_>>;

    /// Writes sizes and options as GGUF metadata.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] for options without a GGUF key.
    fn write_gguf(&self, metadata: &mut Metadata) -> Result<()>;

    /// Number of values in tensors that are no weights, but take memory.
    fn constants(&self) -> usize {
        0
    }

    /// The matrices in the order of their use; query, key and value are one.
    fn matrices(&self) -> Vec<(String, &Weight)> {
        let mut matrices: Vec<(String, &Weight)> = Vec::new();
        for tensor in self.tensors() {
            if let Values::Matrix { weight, .. } = tensor.values
                && !matrices.iter().any(|(_, known)| std::ptr::eq(*known, weight))
            {
                matrices.push((tensor.matrix_name, weight));
            }
        }
        matrices
    }

    /// Number of weights; a tied head counts once.
    fn parameters(&self) -> usize {
        self.tensors().iter().map(|tensor| tensor.values.count()).sum()
    }

    /// Bytes that the weights take.
    fn weight_bytes(&self) -> usize {
        let is_plain = |tensor: &&ModelTensor<'_>| !matches!(tensor.values, Values::Matrix { .. });
        let plain: usize =
            self.tensors().iter().filter(is_plain).map(|tensor| tensor.values.count()).sum();
        let matrices: usize = self.matrices().iter().map(|(_, matrix)| matrix.bytes()).sum();
        matrices + 4 * (plain + self.constants())
    }
}
