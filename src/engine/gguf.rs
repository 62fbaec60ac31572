//! A GGUF file into a model: its header says which one, and has the tokenizer.

use burn::tensor::Device;

use super::{
    checkpoint::{Checkpoint, Config},
    load::{Load, check_vocabulary},
    loaded::Model,
    sentences::SentenceSettings,
};
use crate::{
    checkpoint::{Folder, GgufHeader, GgufSink, TensorHeader, TensorSink, Transfer, stream_gguf},
    error::{LecternError, Result},
    quantization::PackedMatrix,
    text::Tokenizer,
};

/// What a GGUF file becomes.
struct Arriving<'a> {
    load: &'a Load<'a>,
    device: &'a Device,
    model: Option<(Checkpoint, Tokenizer, SentenceSettings)>,
}

impl Load<'_> {
    /// Read a model, its tokenizer and what it says of sentences.
    pub(super) async fn read_gguf(
        &self,
        folder: &dyn Folder,
        file: &str,
        device: &Device,
        transfer: &Transfer,
    ) -> Result<(Model, Tokenizer, SentenceSettings)> {
        let mut arriving = Arriving { load: self, device, model: None };
        stream_gguf(folder, file, &mut arriving, transfer).await?;
        let (checkpoint, tokenizer, settings) = arriving.model.ok_or_else(no_header)?;
        Ok((checkpoint.finish()?, tokenizer, settings))
    }
}

fn no_header() -> LecternError {
    LecternError::Internal { reason: "a tensor came before its file's header".into() }
}

impl Arriving<'_> {
    fn checkpoint(&mut self) -> Result<&mut Checkpoint> {
        self.model.as_mut().map(|(checkpoint, ..)| checkpoint).ok_or_else(no_header)
    }
}

impl GgufSink for Arriving<'_> {
    fn header(&mut self, header: GgufHeader) -> Result<()> {
        let config = Config::from_gguf(&header)?;
        let settings = SentenceSettings::from_gguf(&header.metadata)?;
        let tokenizer = Tokenizer::from_gguf(&header.metadata)?;
        check_vocabulary(&tokenizer, config.vocabulary())?;
        let precision = self.load.precision(&config);
        self.model = Some((config.checkpoint(precision, self.device), tokenizer, settings));
        Ok(())
    }
}

impl TensorSink for Arriving<'_> {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        self.checkpoint()?.begin(tensor)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        self.checkpoint()?.values(values)
    }

    fn packed(&mut self, rows: &PackedMatrix) -> Result<()> {
        self.checkpoint()?.packed(rows)
    }

    fn end(&mut self) -> Result<()> {
        self.checkpoint()?.end()
    }
}
