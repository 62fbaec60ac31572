//! The settings of a sentence encoder, from a sentence-transformers folder or a GGUF file: the steps from hidden
//! states to embeddings.
//!
//! A folder is read as sentence-transformers 6 reads it, folders of all older versions included; unsupported
//! settings are refused. A folder without modules.json may lack any setting: it may have been put together by hand.

mod gguf;
mod head;
mod length;
mod modules;
mod pooling;
mod prompts;
mod settings_file;

use crate::{
    checkpoint::Folder,
    embeddings::{HeadStep, normalize},
    error::Result,
    progress::Transfer,
    protocol::{EmbedOptions, Pooling},
    text::Tokenizer,
};

pub(super) use modules::Modules;
use prompts::Prompts;

/// The steps from hidden states to embeddings. The default is sentence-transformers' for a plain transformer: the mean.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SentenceSettings {
    pub(super) pooling: Pooling,
    /// Whether a prompt's tokens are pooled.
    include_prompt: bool,
    /// The steps after the pooling.
    steps: Vec<HeadStep>,
    /// Whether embeddings are normalized in the end.
    pub(super) normalized: bool,
    pub(super) prompts: Prompts,
    /// The longest text in tokens, where the settings limit it.
    longest: Option<usize>,
}

impl Default for SentenceSettings {
    fn default() -> Self {
        Self {
            pooling: Pooling::default(),
            include_prompt: true,
            steps: Vec::new(),
            normalized: false,
            prompts: Prompts::default(),
            longest: None,
        }
    }
}

impl SentenceSettings {
    /// Reads the settings of a folder. The tokenizer is set to lowercase texts where the folder requires it.
    ///
    /// # Errors
    /// Those of reading; [`crate::error::LecternError::UnsupportedModel`] for unsupported settings, [`crate::error::LecternError::BadFile`] for
    /// settings that contradict the model.
    pub(super) async fn read(
        folder: &dyn Folder,
        modules: &Modules,
        hidden_size: usize,
        tokenizer: &mut Tokenizer,
        transfer: &Transfer,
    ) -> Result<Self> {
        let transformer = modules.transformer(folder)?;
        let length = length::read(&transformer, modules.are_listed(), transfer).await?;
        let prompts = Prompts::read(folder, modules.are_listed(), transfer).await?;
        let pooled = pooling::read(folder, modules, hidden_size, transfer).await?;
        let size = pooled.pooling.modes().len() * hidden_size;
        let (steps, normalized) = head::read(folder, modules, size, transfer).await?;
        if length.is_lowercased {
            tokenizer.lower_case();
        }
        Ok(Self {
            pooling: pooled.pooling,
            include_prompt: pooled.include_prompt,
            steps,
            normalized,
            prompts,
            longest: length.longest,
        })
    }

    /// The longest text in tokens, of a model with so many positions.
    pub(super) fn context(&self, positions: usize) -> usize {
        self.longest.map_or(positions, |longest| longest.min(positions))
    }

    /// The size of an embedding, for a model with that hidden size.
    pub(super) fn embedding_size(&self, hidden: usize) -> usize {
        let pooled = self.pooling.modes().len() * hidden;
        self.steps.iter().fold(pooled, |size, step| step.size_after(size))
    }

    /// The prompt before each text.
    ///
    /// # Errors
    /// [`crate::error::LecternError::BadRequest`] for a prompt that the model does not have.
    pub(super) fn prompt<'a>(&'a self, options: &'a EmbedOptions) -> Result<&'a str> {
        match (&options.prompt, &options.prompt_name) {
            (Some(prompt), _) => Ok(prompt),
            (None, Some(name)) => self.prompts.named(name),
            (None, None) => Ok(self.prompts.default_text()),
        }
    }

    /// Whether a prompt's tokens are excluded from the pooling.
    pub(super) fn leaves_out_prompts(&self) -> bool {
        !self.include_prompt
    }

    /// The embedding of a text from its pooled vector. `is_last` is whether that comes from the last layer, which the
    /// steps after the pooling were trained on.
    pub(super) fn finish(
        &self,
        mut vector: Vec<f32>,
        hidden: usize,
        is_last: bool,
        normalized: Option<bool>,
    ) -> Vec<f32> {
        if is_last && vector.len() == self.pooling.modes().len() * hidden {
            vector = self.steps.iter().fold(vector, |vector, step| step.apply(vector));
        }
        if normalized.unwrap_or(self.normalized) {
            normalize(&mut vector);
        }
        vector
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        embeddings::{Dense, DenseActivation, Residual},
        protocol::PoolingMode,
    };

    /// A Dense layer that sums 2 values, and a normalization.
    fn settings() -> SentenceSettings {
        let dense = Dense {
            weight: vec![1.0, 1.0],
            bias: Vec::new(),
            outputs: 1,
            activation: DenseActivation::Identity,
            residual: Residual::None,
        };
        let steps = vec![HeadStep::Dense(dense)];
        SentenceSettings { steps, normalized: true, ..SentenceSettings::default() }
    }

    #[test]
    fn a_vector_is_finished_as_the_model_was_trained() {
        let settings = settings();
        let finish = |vector: &[f32], is_last, normalized| {
            settings.finish(vector.to_vec(), 2, is_last, normalized)
        };
        assert_eq!(settings.embedding_size(2), 1);
        assert_eq!(finish(&[3.0, 4.0], true, None), [1.0]);
        assert_eq!(finish(&[3.0, 4.0], true, Some(false)), [7.0]);
        // The Dense layer was not trained on vectors of another layer or another pooling.
        assert_eq!(finish(&[3.0, 4.0], false, None), [0.6, 0.8]);
        assert_eq!(finish(&[3.0, 0.0, 4.0, 0.0], true, Some(false)), [3.0, 0.0, 4.0, 0.0]);
        let plain = SentenceSettings::default();
        assert_eq!(plain.finish(vec![3.0, 4.0], 2, true, None), [3.0, 4.0]);
        let pooling = Pooling::new(vec![PoolingMode::Cls, PoolingMode::Max]).unwrap();
        let two = SentenceSettings { pooling, ..plain };
        assert_eq!(two.embedding_size(32), 64);
    }

    #[test]
    fn a_prompt_is_the_requested_one() {
        let texts = [("query", "query: "), ("passage", "passage: ")];
        let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        let prompts = Prompts { texts, default: Some("query".into()) };
        let settings = SentenceSettings { prompts, ..SentenceSettings::default() };
        let named =
            |name: &str| EmbedOptions { prompt_name: Some(name.into()), ..EmbedOptions::default() };
        let own = EmbedOptions { prompt: Some(String::new()), ..named("passage") };
        assert_eq!(settings.prompt(&EmbedOptions::default()), Ok("query: "));
        assert_eq!(settings.prompt(&named("passage")), Ok("passage: "));
        assert_eq!(settings.prompt(&own), Ok(""));
        assert!(settings.prompt(&named("title")).is_err());
    }
}
