//! The list of all architectures, by which the configuration of a model finds its own.

use super::{
    ConfigFile,
    architecture::{Architecture, ModelConfig, unknown},
    bert, elmo, gguf_architecture, gpt2,
};
use crate::{checkpoint::GgufHeader, error::Result};

/// All architectures. A new one is a folder beside `gpt2` and `bert`, and a line here.
static ARCHITECTURES: &[&dyn Architecture] =
    &[&gpt2::Architecture, &bert::Architecture, &elmo::Architecture];

/// The configuration in a config.json.
///
/// # Errors
/// [`crate::error::LecternError::BadFile`]; [`crate::error::LecternError::UnsupportedModel`] for an unknown architecture, or options
/// that cannot be run.
pub fn read_config(file: ConfigFile) -> Result<Box<dyn ModelConfig>> {
    read_config_of(ARCHITECTURES, file)
}

fn read_config_of(known: &[&dyn Architecture], file: ConfigFile) -> Result<Box<dyn ModelConfig>> {
    let model_type = file.architecture()?;
    match known.iter().find(|it| it.model_types().contains(&model_type.as_str())) {
        Some(architecture) => architecture.read_config(file),
        None => {
            let known = known.iter().flat_map(|it| it.model_types()).copied();
            Err(unknown(&model_type, &known.collect::<Vec<_>>()))
        }
    }
}

/// The configuration in a GGUF file.
///
/// # Errors
/// As [`read_config`].
pub fn read_gguf_config(header: &GgufHeader) -> Result<Box<dyn ModelConfig>> {
    let name = gguf_architecture(&header.metadata)?;
    match ARCHITECTURES.iter().find(|it| it.gguf_name() == Some(name)) {
        Some(architecture) => architecture.read_gguf(header),
        None => {
            let known = ARCHITECTURES.iter().filter_map(|it| it.gguf_name());
            Err(unknown(name, &known.collect::<Vec<_>>()))
        }
    }
}

#[cfg(test)]
mod tests;
