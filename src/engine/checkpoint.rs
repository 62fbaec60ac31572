//! A model while it is being loaded: which one it is, and its tensors into it.

use std::cell::RefCell;

use async_lock::Mutex;
use burn::tensor::Device;

use super::{
    loaded::{Decoder, Encoder, Model},
    random_model::Letters,
};
use crate::{
    checkpoint::{GgufHeader, TensorHeader, TensorSink},
    error::{LecternError, Result, UnsupportedReason},
    models::{
        Bert, BertCheckpoint, BertConfig, ConfigFile, Footprint, Gpt2, Gpt2Checkpoint, Gpt2Config,
        Precision, gguf_architecture,
    },
    quantization::PackedMatrix,
};

/// The architectures that can be run.
pub(super) enum Config {
    Gpt2(Gpt2Config),
    Bert(BertConfig),
}

impl Config {
    /// From a config.json.
    pub(super) fn from_file(file: ConfigFile) -> Result<Self> {
        match file.architecture()?.as_str() {
            "gpt2" => Gpt2Config::from_file(file).map(Self::Gpt2),
            "bert" | "distilbert" => BertConfig::from_file(file).map(Self::Bert),
            other => Err(unknown_architecture(other, &["gpt2", "bert", "distilbert"])),
        }
    }

    /// From what a GGUF file says.
    pub(super) fn from_gguf(header: &GgufHeader) -> Result<Self> {
        match gguf_architecture(&header.metadata)? {
            "gpt2" => Gpt2Config::from_gguf(header).map(Self::Gpt2),
            "bert" => BertConfig::from_gguf(header).map(Self::Bert),
            other => Err(unknown_architecture(other, &["gpt2", "bert"])),
        }
    }

    pub(super) fn vocabulary(&self) -> usize {
        match self {
            Self::Gpt2(config) => config.vocab_size,
            Self::Bert(config) => config.vocab_size,
        }
    }

    /// How the tokenizer of such a model cuts letters.
    pub(super) fn letters(&self) -> Letters {
        match self {
            Self::Gpt2(_) => Letters::Bytes,
            Self::Bert(_) => Letters::Pieces,
        }
    }

    /// The place for its tensors.
    pub(super) fn checkpoint(self, precision: Precision, device: &Device) -> Checkpoint {
        let device = device.clone();
        match self {
            Self::Gpt2(config) => Checkpoint::Gpt2(Gpt2Checkpoint::new(config, precision, device)),
            Self::Bert(config) => Checkpoint::Bert(BertCheckpoint::new(config, precision, device)),
        }
    }
}

fn unknown_architecture(found: &str, known: &[&str]) -> LecternError {
    let known = known.iter().map(|name| (*name).to_owned()).collect();
    LecternError::unsupported(UnsupportedReason::Architecture { found: found.to_owned(), known })
}

/// A model whose tensors are arriving.
pub(super) enum Checkpoint {
    Gpt2(Gpt2Checkpoint),
    Bert(BertCheckpoint),
}

impl Checkpoint {
    /// Names and shapes of what may come.
    pub(super) fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        match self {
            Self::Gpt2(checkpoint) => checkpoint.tensors(),
            Self::Bert(checkpoint) => checkpoint.tensors(),
        }
    }

    /// The memory that the model takes. `headers` are what is known of its files, which may be nothing.
    pub(super) fn footprint(&self, headers: &[TensorHeader]) -> Footprint {
        match self {
            Self::Gpt2(checkpoint) => checkpoint.footprint(headers),
            Self::Bert(checkpoint) => checkpoint.footprint(headers),
        }
    }

    /// The model, once all has come.
    pub(super) fn finish(self) -> Result<Model> {
        Ok(match self {
            Self::Gpt2(checkpoint) => decoder(checkpoint.finish()?),
            Self::Bert(checkpoint) => encoder(checkpoint.finish()?),
        })
    }

    fn sink(&mut self) -> &mut dyn TensorSink {
        match self {
            Self::Gpt2(checkpoint) => checkpoint,
            Self::Bert(checkpoint) => checkpoint,
        }
    }
}

impl TensorSink for Checkpoint {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        self.sink().begin(tensor)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        self.sink().values(values)
    }

    fn packed(&mut self, rows: &PackedMatrix) -> Result<()> {
        self.sink().packed(rows)
    }

    fn end(&mut self) -> Result<()> {
        self.sink().end()
    }
}

fn decoder(model: Gpt2) -> Model {
    Model::Decoder(Box::new(Decoder { model, session: Mutex::new(None) }))
}

fn encoder(model: Bert) -> Model {
    Model::Encoder(Box::new(Encoder {
        model,
        last: RefCell::new(None),
        attention: RefCell::new(None),
    }))
}
