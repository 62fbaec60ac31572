//! A model from a GGUF file, whose header has the configuration and the tokenizer.

use burn::tensor::Device;

use super::{
    arriving::Arriving,
    folder_files::check_vocabulary,
    load_request::{Contents, LoadRequest},
    sentences::SentenceSettings,
};
use crate::{
    checkpoint::{Folder, GgufHeader, GgufSink, TensorHeader, TensorSink, stream_gguf},
    error::{InternalReason, LecternError, Result},
    models::{Kind, ModelConfig, Sizes, read_gguf_config},
    progress::Transfer,
    quantization::PackedMatrix,
    text::Tokenizer,
};

/// A model while its GGUF file arrives.
struct Opened<'a> {
    load: &'a LoadRequest<'a>,
    device: &'a Device,
    model: Option<(Arriving<'a>, Sizes, Tokenizer, SentenceSettings)>,
}

/// Reads a model, its tokenizer and its sentence settings.
///
/// # Errors
/// Those of the file, [`LecternError::OutOfMemory`], [`LecternError::MissingTensor`]
pub(super) async fn read_gguf(
    load: &LoadRequest<'_>,
    folder: &dyn Folder,
    file: &str,
    device: &Device,
    transfer: &Transfer,
) -> Result<Contents> {
    let mut opened = Opened { load, device, model: None };
    stream_gguf(folder, file, &mut opened, transfer).await?;
    let (arriving, sizes, tokenizer, settings) = opened.model.ok_or_else(no_header)?;
    let (model, reservation) = arriving.finish()?;
    Ok(Contents { sizes, model, tokenizer, settings, reservation })
}

/// Configuration, tokenizer and sentence settings of a GGUF header. Errors name no file
/// ([`LecternError::in_file`]).
///
/// # Errors
/// [`LecternError::BadFile`], [`LecternError::UnsupportedModel`]
pub(super) fn described(
    header: &GgufHeader,
) -> Result<(Box<dyn ModelConfig>, Tokenizer, SentenceSettings)> {
    let config = read_gguf_config(header)?;
    let settings = match config.kind() {
        Kind::Decoder | Kind::Readers => SentenceSettings::default(),
        Kind::Encoder => SentenceSettings::from_gguf(&header.metadata)?,
    };
    let tokenizer = Tokenizer::from_gguf(&header.metadata)?;
    check_vocabulary(&tokenizer, "", config.sizes().vocabulary)?;
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
        let sizes = config.sizes();
        let mut arriving = Arriving::new(self.load, config, self.device);
        arriving.reserve(&header.tensors)?;
        self.model = Some((arriving, sizes, tokenizer, settings));
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
