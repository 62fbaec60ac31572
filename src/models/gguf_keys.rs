//! Keys of GGUF files that architectures share; those of sizes and options begin with the architecture's name.

use crate::{
    checkpoint::{GgufHeader, Metadata},
    error::{BadFileReason, BadRequestReason, LecternError, Result, UnsupportedReason},
    kernels::Activation,
};

/// Lectern's own key, for an activation that differs a little from llama.cpp's.
pub(super) const ACTIVATION: &str = "lectern.activation";
const TOKENS: &str = "tokenizer.ggml.tokens";

/// The architecture in a file's metadata.
///
/// # Errors
/// [`LecternError::BadFile`] if it names none, [`LecternError::UnsupportedModel`] if the file is no model.
pub fn gguf_architecture(metadata: &Metadata) -> Result<&str> {
    let file_type = metadata.text("general.type")?;
    if let Some(file_type) = file_type.filter(|it| *it != "model") {
        return Err(LecternError::unsupported(match file_type {
            "adapter" => UnsupportedReason::GgufAdapter,
            "mmproj" => UnsupportedReason::GgufProjector,
            "imatrix" => UnsupportedReason::GgufImportanceMatrix,
            "vocab" => UnsupportedReason::GgufVocabulary,
            other => UnsupportedReason::GgufKind { found: other.to_owned() },
        }));
    }
    needed(metadata.text("general.architecture")?, "general.architecture")
}

fn needed<T>(value: Option<T>, key: &str) -> Result<T> {
    let missing = || BadFileReason::MissingKey { key: key.to_owned() };
    value.ok_or_else(|| LecternError::bad_file("", missing()))
}

/// Sizes and options under the keys of an architecture.
pub(super) struct Keys<'a> {
    pub(super) metadata: &'a Metadata,
    pub(super) architecture: &'a str,
}

impl Keys<'_> {
    pub(super) fn size(&self, key: &str) -> Result<usize> {
        let key = format!("{}.{key}", self.architecture);
        needed(self.metadata.integer(&key)?, &key)
    }

    pub(super) fn epsilon(&self) -> Result<f64> {
        let key = format!("{}.attention.layer_norm_epsilon", self.architecture);
        needed(self.metadata.number(&key)?, &key)
    }
}

/// Rows of the token embedding; in a file without one, which is refused later, the number of tokens.
pub(super) fn vocabulary(header: &GgufHeader) -> Result<usize> {
    let embedding = header.tensors.iter().find(|tensor| tensor.name == "token_embd.weight");
    match embedding.and_then(|embedding| embedding.shape.first()) {
        Some(rows) => Ok(*rows),
        None => Ok(needed(header.metadata.texts(TOKENS)?, TOKENS)?.len()),
    }
}

/// Checks that llama.cpp computes the activation, at least nearly; writes Lectern's key if not exactly.
pub(super) fn write_activation(
    metadata: &mut Metadata,
    activation: Activation,
    name: &str,
    usual: Activation,
) -> Result<()> {
    match activation {
        activation if activation == usual => Ok(()),
        Activation::GeluTanh | Activation::GeluErf => {
            metadata.insert(ACTIVATION, name);
            Ok(())
        }
        _ => {
            let name = name.to_owned();
            Err(LecternError::bad_request(BadRequestReason::ActivationNotInGguf { name }))
        }
    }
}

pub(super) fn count(size: usize) -> u32 {
    // Configs are checked: all sizes are smaller.
    size as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(say: impl FnOnce(&mut Metadata)) -> Metadata {
        let mut metadata = Metadata::default();
        metadata.insert("general.architecture", "gpt2");
        say(&mut metadata);
        metadata
    }

    #[test]
    fn what_is_no_model_is_refused_by_what_it_is() {
        let of = |file_type: &'static str| metadata(|it| it.insert("general.type", file_type));
        assert_eq!(gguf_architecture(&of("model")), Ok("gpt2"));
        assert_eq!(gguf_architecture(&metadata(|_| ())), Ok("gpt2"));
        let others = [
            ("adapter", UnsupportedReason::GgufAdapter),
            ("mmproj", UnsupportedReason::GgufProjector),
            ("imatrix", UnsupportedReason::GgufImportanceMatrix),
            ("x", UnsupportedReason::GgufKind { found: "x".into() }),
        ];
        for (file_type, reason) in others {
            let metadata = of(file_type);
            assert_eq!(gguf_architecture(&metadata), Err(LecternError::unsupported(reason)));
        }
    }
}
