//! A GGUF file into a model: its header says which one, and has the tokenizer.

use burn::tensor::Device;

use super::{
    arriving::Arriving,
    checkpoint::Config,
    load::{Contents, Load, check_vocabulary},
    sentences::SentenceSettings,
};
use crate::{
    checkpoint::{Folder, GgufHeader, GgufSink, TensorHeader, TensorSink, stream_gguf},
    error::{InternalReason, LecternError, Result},
    progress::Transfer,
    quantization::PackedMatrix,
    text::Tokenizer,
};

/// What a GGUF file becomes.
struct Opened<'a> {
    load: &'a Load<'a>,
    device: &'a Device,
    model: Option<(Arriving<'a>, Tokenizer, SentenceSettings)>,
}

impl Load<'_> {
    /// Read a model, its tokenizer and what it says of sentences.
    pub(super) async fn read_gguf(
        &self,
        folder: &dyn Folder,
        file: &str,
        device: &Device,
        transfer: &Transfer,
    ) -> Result<Contents> {
        let mut opened = Opened { load: self, device, model: None };
        stream_gguf(folder, file, &mut opened, transfer).await?;
        let (arriving, tokenizer, settings) = opened.model.ok_or_else(no_header)?;
        let (model, reservation) = arriving.finish()?;
        Ok(Contents { model, tokenizer, settings, reservation })
    }
}

/// What a header says: which model it is, its tokenizer, and how vectors of sentences are made. Errors name no file
/// ([`LecternError::in_file`]).
///
/// # Errors
/// [`LecternError::BadFile`], [`LecternError::UnsupportedModel`]
pub(super) fn described(header: &GgufHeader) -> Result<(Config, Tokenizer, SentenceSettings)> {
    let config = Config::from_gguf(header)?;
    let settings = match config {
        Config::Gpt2(_) => SentenceSettings::default(),
        Config::Bert(_) => SentenceSettings::from_gguf(&header.metadata)?,
    };
    let tokenizer = Tokenizer::from_gguf(&header.metadata)?;
    check_vocabulary(&tokenizer, "", config.vocabulary())?;
    Ok((config, tokenizer, settings))
}

fn no_header() -> LecternError {
    LecternError::Internal { reason: InternalReason::TensorBeforeHeader }
}

impl<'a> Opened<'a> {
    fn arriving(&mut self) -> Result<&mut Arriving<'a>> {
        self.model.as_mut().map(|(arriving, ..)| arriving).ok_or_else(no_header)
    }
}

impl GgufSink for Opened<'_> {
    fn header(&mut self, header: GgufHeader) -> Result<()> {
        let (config, tokenizer, settings) = described(&header)?;
        let mut arriving = Arriving::new(self.load, config, self.device);
        arriving.reserve(&header.tensors)?;
        self.model = Some((arriving, tokenizer, settings));
        Ok(())
    }
}

impl TensorSink for Opened<'_> {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        self.arriving()?.begin(tensor)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        self.arriving()?.values(values)
    }

    fn packed(&mut self, rows: &PackedMatrix) -> Result<()> {
        self.arriving()?.packed(rows)
    }

    fn end(&mut self) -> Result<()> {
        self.arriving()?.end()
    }
}
