//! The files of a model's folder beside the weights: configuration, tokenizer, sentence settings.

use super::sentences::{Modules, SentenceSettings};
use crate::{
    checkpoint::{Folder, SubFolder},
    error::{BadFileReason, LecternError, Result},
    models::{ConfigFile, Kind, ModelConfig, read_config},
    progress::Transfer,
    text::Tokenizer,
};

/// Bytes of the largest config.json; real ones have a few kilobytes.
const CONFIG_LIMIT: u64 = 1 << 20;

/// The files of a folder beside the weights.
pub(super) struct Described<'a> {
    /// The model's configuration.
    pub(super) config: Box<dyn ModelConfig>,
    pub(super) tokenizer: Tokenizer,
    /// The settings of sentence vectors.
    pub(super) sentences: SentenceSettings,
    /// The folder of the weights: this one, or one within it.
    pub(super) weights_folder: SubFolder<'a>,
}

/// Reads all files of a folder except the weights: configuration, tokenizer and sentence settings.
pub(super) async fn describing_files<'a>(
    folder: &'a dyn Folder,
    transfer: &Transfer,
) -> Result<Described<'a>> {
    let config = folder_config(folder, transfer).await;
    // Only encoders have files of sentence-transformers; their model may be in a subfolder, and the config.json here
    // another module's.
    let modules = match config {
        Ok(ref config) if config.kind() != Kind::Encoder => Modules::default(),
        Ok(_)
        | Err(
            LecternError::NotFound { .. }
            | LecternError::BadFile { .. }
            | LecternError::UnsupportedModel { .. },
        ) => Modules::read(folder, transfer).await?,
        Err(error) => return Err(error),
    };
    let weights_folder = modules.transformer(folder)?;
    let config = match config {
        config if modules.are_at_root() => config?,
        _ => folder_config(&weights_folder, transfer)
            .await
            .map_err(|error| weights_folder.named(error))?,
    };
    let mut tokenizer = Tokenizer::load(&weights_folder, transfer).await?;
    check_vocabulary(&tokenizer, "tokenizer.json", config.sizes().vocabulary)?;
    let sentences = match config.kind() {
        Kind::Decoder | Kind::Readers => SentenceSettings::default(),
        Kind::Encoder => {
            let hidden_size = config.sizes().hidden_size;
            SentenceSettings::read(folder, &modules, hidden_size, &mut tokenizer, transfer).await?
        }
    };
    Ok(Described { config, tokenizer, sentences, weights_folder })
}

async fn folder_config(folder: &dyn Folder, transfer: &Transfer) -> Result<Box<dyn ModelConfig>> {
    let json = folder.read("config.json", CONFIG_LIMIT, transfer).await?;
    let json = json.ok_or_else(|| LecternError::NotFound { file: "config.json".into() })?;
    let mut config = read_config(ConfigFile::parse(&json)?)?;
    if config.kind() == Kind::Decoder
        && let Some(json) =
            folder.read_optional("generation_config.json", CONFIG_LIMIT, transfer).await?
    {
        config.apply_generation_config(&json)?;
    }
    Ok(config)
}

/// Refuses a tokenizer whose own vocabulary exceeds the model's table: it is another model's. Tokens that were added to
/// it, such as a `[PAD]` for a training run, may exceed it: only a text that uses them is refused
/// ([`super::loaded::Loaded::check_rows`]). `file` is the tokenizer's.
pub(super) fn check_vocabulary(tokenizer: &Tokenizer, file: &str, rows: usize) -> Result<()> {
    let largest = tokenizer.largest_own_id();
    if (largest as usize) < rows {
        return Ok(());
    }
    let reason = BadFileReason::TokenBeyondVocabulary { largest, vocabulary: rows };
    Err(LecternError::bad_file(file, reason))
}
