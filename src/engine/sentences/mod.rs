//! What a folder of sentence-transformers, or a GGUF file, says beside the model: how texts become vectors.
//!
//! A folder is read as sentence-transformers 6 reads it, those that all older versions wrote included; what
//! cannot be done as it says is refused. Of a folder without modules.json only the settings that are there
//! count: it may have been put together by hand.

mod gguf;
mod head;
mod length;
mod modules;
mod pooling;
mod prompts;

use serde::de::DeserializeOwned;

use crate::{
    checkpoint::{Folder, SubFolder, parse_json},
    embeddings::{HeadStep, normalize},
    error::{LecternError, Result},
    progress::Transfer,
    protocol::{EmbedOptions, Pooling},
    text::Tokenizer,
};

pub(super) use modules::Modules;
use prompts::Prompts;

/// These files have a few hundred bytes, or some kilobytes where there are many prompts.
const LIMIT: u64 = 1 << 20;

/// How texts become vectors. By default as sentence-transformers does it with a plain transformer: by the mean.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SentenceSettings {
    pub(super) pooling: Pooling,
    /// Do a prompt's tokens count in the pooling?
    include_prompt: bool,
    /// What is done to the pooled vector.
    steps: Vec<HeadStep>,
    /// Is it divided by its length in the end?
    pub(super) normalized: bool,
    pub(super) prompts: Prompts,
    /// The longest text, in tokens, where that is said.
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
    /// What a folder says of its encoder. The tokenizer is made to lower texts where the folder wants it.
    ///
    /// # Errors
    /// Those of reading; [`LecternError::UnsupportedModel`] for what cannot be done, [`LecternError::BadFile`] for
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
        if length.lowers_case {
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

    /// The longest text of a model with so many positions.
    pub(super) fn context(&self, positions: usize) -> usize {
        self.longest.map_or(positions, |longest| longest.min(positions))
    }

    /// Numbers in a text's vector, of a model with so many in a hidden state.
    pub(super) fn embedding_size(&self, hidden: usize) -> usize {
        let pooled = self.pooling.modes().len() * hidden;
        self.steps.iter().fold(pooled, |size, step| step.size_after(size))
    }

    /// What stands before each text.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] for a name that the model has no prompt of.
    pub(super) fn prompt<'a>(&'a self, options: &'a EmbedOptions) -> Result<&'a str> {
        match (&options.prompt, &options.prompt_name) {
            (Some(prompt), _) => Ok(prompt),
            (None, Some(name)) => self.prompts.named(name),
            (None, None) => Ok(self.prompts.default_text()),
        }
    }

    /// Are a prompt's tokens left out of the pooling?
    pub(super) fn leaves_out_prompts(&self) -> bool {
        !self.include_prompt
    }

    /// A text's vector out of the pooled one. `is_last`: is that of the last layer, which the steps after the
    /// pooling were trained on?
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

/// A file that most models do not have. A web page in response is a server's way to say so.
async fn optional_json<T: DeserializeOwned>(
    folder: &dyn Folder,
    file: &str,
    transfer: &Transfer,
) -> Result<Option<T>> {
    match folder.read(file, LIMIT, transfer).await {
        Ok(Some(json)) if json.trim_ascii_start().starts_with(b"<") => Ok(None),
        Ok(Some(json)) => parse_json(file, &json).map(Some),
        Ok(None) | Err(LecternError::BadFile { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The config.json of a module that modules.json names.
async fn module_json<T: DeserializeOwned>(
    module: &SubFolder<'_>,
    transfer: &Transfer,
) -> Result<T> {
    const FILE: &str = "config.json";
    let json = module.read(FILE, LIMIT, transfer).await?;
    let json = json.ok_or_else(|| LecternError::NotFound { file: module.path_of(FILE) })?;
    parse_json(&module.path_of(FILE), &json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        embeddings::{Dense, DenseActivation, Residual},
        protocol::PoolingMode,
    };

    /// A Dense layer from 2 numbers to their sum, and a normalization.
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
        // Another layer's vector, and one of another pooling, are none that the Dense layer knows.
        assert_eq!(finish(&[3.0, 4.0], false, None), [0.6, 0.8]);
        assert_eq!(finish(&[3.0, 0.0, 4.0, 0.0], true, Some(false)), [3.0, 0.0, 4.0, 0.0]);
        let plain = SentenceSettings::default();
        assert_eq!(plain.finish(vec![3.0, 4.0], 2, true, None), [3.0, 4.0]);
        let pooling = Pooling::new(vec![PoolingMode::Cls, PoolingMode::Max]).unwrap();
        let two = SentenceSettings { pooling, ..plain };
        assert_eq!(two.embedding_size(32), 64);
    }

    #[test]
    fn a_prompt_is_the_one_that_is_asked_for() {
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
