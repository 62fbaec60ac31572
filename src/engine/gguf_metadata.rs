//! The metadata of an exported GGUF file.

use super::loaded::{Loaded, Model};
use crate::{
    checkpoint::{Dtype, Metadata, TensorHeader},
    error::Result,
    quantization::{Scheme, largest_share},
};

/// The version of ggml's blocks.
const QUANTIZATION_VERSION: u32 = 2;

/// The metadata of a model's GGUF file.
///
/// # Errors
/// [`crate::error::LecternError::BadRequest`] for options without a GGUF key.
pub(super) fn gguf_metadata(loaded: &Loaded, headers: &[TensorHeader]) -> Result<Metadata> {
    let mut metadata = Metadata::default();
    metadata.insert("general.name", loaded.info.name.as_str());
    metadata.insert("general.file_type", file_type(headers).0);
    metadata.insert("general.quantization_version", QUANTIZATION_VERSION);
    loaded.model.weights().write_gguf(&mut metadata)?;
    let end = match &loaded.model {
        Model::Decoder(decoder) => decoder.model.config.eos_token_id.first().copied(),
        Model::Encoder(encoder) => {
            let positions = encoder.model.config.max_position_embeddings;
            loaded.sentences.to_gguf(positions, &mut metadata)?;
            None
        }
        Model::Readers(_) => None,
    };
    loaded.tokenizer.to_gguf(loaded.info.vocabulary, end, &mut metadata)?;
    Ok(metadata)
}

/// The type of most of a file's weights: llama.cpp's code and name.
pub(super) fn file_type(headers: &[TensorHeader]) -> (u32, &'static str) {
    let matrices = headers.iter().filter(|header| header.shape.len() == 2).map(|header| {
        let scheme = match header.dtype {
            Dtype::Packed(scheme) => Some(scheme),
            _ => None,
        };
        (scheme, header.shape.iter().map(|&size| size as u64).product())
    });
    match largest_share(matrices) {
        Some(Scheme::F16) => (1, "f16"),
        Some(Scheme::Q4_0) => (2, "q4_0"),
        Some(Scheme::Q4_1) => (3, "q4_1"),
        Some(Scheme::Q8_0) => (7, "q8_0"),
        Some(Scheme::Q6_K) => (18, "q6_k"),
        // GGUF has no other schemes.
        _ => (0, "f32"),
    }
}
