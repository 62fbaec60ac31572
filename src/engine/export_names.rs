//! What an exported file calls its tensors, and what a GGUF file says of its model.

use super::loaded::{Loaded, Model};
use crate::{
    checkpoint::{
        Dtype, Metadata, TensorHeader, distilbert_spelling, gguf_name_of_bert, gguf_name_of_gpt2,
    },
    error::Result,
    models::Bert,
    quantization::{Scheme, largest_share},
};

/// The version of ggml's blocks.
const QUANTIZATION_VERSION: u32 = 2;

/// The name of a part in a GGUF file; none for what is left out. Heads that llama.cpp has no name for keep
/// their own. A pooler that leads to no head is left out, as llama.cpp's own converter does it.
pub(super) fn gguf_name(model: &Model, name: &str) -> Option<String> {
    match model {
        Model::Decoder(_) => Some(gguf_name_of_gpt2(name).unwrap_or_else(|| name.to_owned())),
        Model::Encoder(encoder) => {
            let is_idle = name.starts_with("pooler.") && !has_heads(&encoder.model);
            (!is_idle).then(|| gguf_name_of_bert(name).unwrap_or_else(|| name.to_owned()))
        }
    }
}

fn has_heads(model: &Bert) -> bool {
    model.masked_head.is_some() || model.next_sentence_head.is_some()
}

/// The name of a part in a safetensors file: as transformers saves the whole model.
pub(super) fn safetensors_name(model: &Model, name: &str) -> String {
    let is_head = name.starts_with("cls.") || name.starts_with("lm_head.");
    match model {
        _ if is_head && is_distilbert(model) => {
            distilbert_spelling(name).unwrap_or_else(|| name.to_owned())
        }
        _ if is_head => name.to_owned(),
        Model::Decoder(_) => format!("transformer.{name}"),
        Model::Encoder(_) if is_distilbert(model) => {
            format!("distilbert.{}", distilbert_spelling(name).unwrap_or_else(|| name.to_owned()))
        }
        Model::Encoder(_) => format!("bert.{name}"),
    }
}

fn is_distilbert(model: &Model) -> bool {
    matches!(model, Model::Encoder(encoder) if encoder.model.config.model_type == "distilbert")
}

/// All that a GGUF file says of the model.
///
/// # Errors
/// [`crate::error::LecternError::BadRequest`] for what GGUF has no words for.
pub(super) fn architecture_metadata(loaded: &Loaded, headers: &[TensorHeader]) -> Result<Metadata> {
    let mut metadata = Metadata::default();
    let architecture = match &loaded.model {
        Model::Decoder(_) => "gpt2",
        Model::Encoder(_) => "bert",
    };
    metadata.insert("general.architecture", architecture);
    metadata.insert("general.name", loaded.info.name.as_str());
    metadata.insert("general.file_type", file_type(headers).0);
    metadata.insert("general.quantization_version", QUANTIZATION_VERSION);
    let (info, end) = (
        &loaded.info,
        match &loaded.model {
            Model::Decoder(decoder) => {
                decoder.model.config.to_gguf(&mut metadata)?;
                decoder.model.config.eos_token_id.first().copied()
            }
            Model::Encoder(encoder) => {
                let config = &encoder.model.config;
                config.to_gguf(&mut metadata)?;
                loaded.sentences.to_gguf(config.max_position_embeddings, &mut metadata)?;
                None
            }
        },
    );
    loaded.tokenizer.to_gguf(info.vocabulary, end, &mut metadata)?;
    Ok(metadata)
}

/// What most of a file's matrices are: llama.cpp's number for it, and its name.
pub(super) fn file_type(headers: &[TensorHeader]) -> (u32, &'static str) {
    let matrices = headers.iter().filter(|header| header.shape.len() == 2).map(|header| {
        let scheme = match header.dtype {
            Dtype::Packed(scheme) => Some(scheme),
            _ => None,
        };
        (scheme, header.shape.iter().map(|&size| size as u64).product())
    });
    match largest_share(matrices) {
        Some(Scheme::Half) => (1, "f16"),
        Some(Scheme::Q4_0) => (2, "q4_0"),
        Some(Scheme::Q4_1) => (3, "q4_1"),
        Some(Scheme::Q8_0) => (7, "q8_0"),
        Some(Scheme::Q6_K) => (18, "q6_k"),
        // Other schemes are none of GGUF's.
        _ => (0, "f32"),
    }
}
