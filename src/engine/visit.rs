//! Reading of a model without running it, so that all of its files are stored.

use super::{gguf::described, load::describing_files};
use crate::{
    checkpoint::{
        Folder, GgufHeader, GgufSink, TensorHeader, TensorSink, gguf_file, stream_gguf,
        stream_tensors,
    },
    error::Result,
    progress::Transfer,
    quantization::PackedMatrix,
};

/// Reads everything that [`super::load::Load`] would.
///
/// # Errors
/// As the files' readers: a model that cannot be run is not worth its space.
pub(super) async fn visit(folder: &dyn Folder, transfer: &Transfer) -> Result<()> {
    if let Some(file) = gguf_file(folder)? {
        return stream_gguf(folder, &file, &mut Nothing, transfer).await;
    }
    let described = describing_files(folder, transfer).await?;
    stream_tensors(&described.weights_folder, &mut Nothing, transfer).await
}

/// A sink that takes no tensor.
struct Nothing;

impl GgufSink for Nothing {
    fn header(&mut self, header: GgufHeader) -> Result<()> {
        described(&header).map(drop)
    }
}

impl TensorSink for Nothing {
    fn begin(&mut self, _: &TensorHeader) -> Result<bool> {
        Ok(false)
    }

    fn values(&mut self, _: &[f32]) -> Result<()> {
        Ok(())
    }

    fn packed(&mut self, _: &PackedMatrix) -> Result<()> {
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}
