//! The settings of a sentence encoder in a GGUF file.

use super::{SentenceSettings, pooling, prompts::Prompts};
use crate::{
    checkpoint::{Metadata, parse_json},
    embeddings::HeadStep,
    error::{BadRequestReason, InternalReason, LecternError, Result, SentenceReason},
    protocol::{Pooling, PoolingMode},
};

/// The file's name, unknown here: see [`crate::error::LecternError::in_file`].
const FILE: &str = "";
/// Key of llama.cpp's pooling type, and its codes.
const POOLING: &str = "bert.pooling_type";
const NONE: usize = 0;
const CODES: [(PoolingMode, u32); 3] =
    [(PoolingMode::Mean, 1), (PoolingMode::Cls, 2), (PoolingMode::LastToken, 3)];

/// Keys for settings that llama.cpp has none for: the pooling by sentence-transformers' names; whether vectors are
/// normalized; the longest text in tokens, where shorter than the model's positions; prompts, as JSON; the default
/// prompt's name; whether a prompt's tokens are pooled.
const OTHER_POOLING: &str = "lectern.pooling";
const NORMALIZED: &str = "lectern.normalized";
const LENGTH: &str = "lectern.max_seq_length";
const PROMPTS: &str = "lectern.prompts";
const DEFAULT_PROMPT: &str = "lectern.default_prompt_name";
const INCLUDE_PROMPT: &str = "lectern.include_prompt";
/// The former key for `lectern.pooling`.
const MAX: &str = "lectern.pooling_max";

impl SentenceSettings {
    /// The settings of a GGUF file's metadata.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`] for a reranker, and other unknown pooling types.
    pub(in crate::engine) fn from_gguf(metadata: &Metadata) -> Result<Self> {
        let longest = metadata.integer(LENGTH)?;
        let texts = metadata.text(PROMPTS)?.map(|json| parse_json(FILE, json.as_bytes()));
        let default = metadata.text(DEFAULT_PROMPT)?.map(str::to_owned);
        Ok(Self {
            pooling: pooling_of(metadata)?,
            include_prompt: metadata.flag(INCLUDE_PROMPT)?.unwrap_or(true),
            normalized: metadata.flag(NORMALIZED)?.unwrap_or(false),
            prompts: Prompts::new(FILE, texts.transpose()?.unwrap_or_default(), default)?,
            longest: longest.filter(|longest| *longest >= super::length::SHORTEST),
            ..Self::default()
        })
    }

    /// Writes the settings as GGUF metadata, for a model with so many positions.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] for steps after the pooling, which GGUF has no metadata for.
    pub(in crate::engine) fn to_gguf(
        &self,
        positions: usize,
        metadata: &mut Metadata,
    ) -> Result<()> {
        if let Some(step) = self.steps.first() {
            let module = match step {
                HeadStep::Dense(_) => "Dense",
                HeadStep::LayerNorm(_) => "LayerNorm",
                HeadStep::Normalize => "Normalize",
            };
            let module = module.to_owned();
            return Err(LecternError::bad_request(BadRequestReason::ModuleNotInGguf { module }));
        }
        match CODES.iter().find(|(mode, _)| self.pooling.modes() == [*mode]) {
            Some((_, code)) => metadata.insert(POOLING, *code),
            None => metadata.insert(OTHER_POOLING, pooling::name_of(&self.pooling).as_str()),
        }
        if self.normalized {
            metadata.insert(NORMALIZED, true);
        }
        if let Some(longest) = self.longest.filter(|longest| *longest < positions) {
            metadata.insert(LENGTH, longest as u32);
        }
        if !self.prompts.texts.is_empty() {
            let json = serde_json::to_string(&self.prompts.texts);
            let json = json.map_err(|error| {
                let detail = error.to_string();
                LecternError::Internal { reason: InternalReason::RecordNotWritten { detail } }
            })?;
            metadata.insert(PROMPTS, json.as_str());
        }
        if let Some(name) = &self.prompts.default {
            metadata.insert(DEFAULT_PROMPT, name.as_str());
        }
        if !self.include_prompt {
            metadata.insert(INCLUDE_PROMPT, false);
        }
        Ok(())
    }
}

fn pooling_of(metadata: &Metadata) -> Result<Pooling> {
    if let Some(names) = metadata.text(OTHER_POOLING)? {
        return pooling::named(names);
    }
    if metadata.flag(MAX)? == Some(true) {
        return Ok(PoolingMode::Max.into());
    }
    let code = match metadata.integer(POOLING)? {
        None | Some(NONE) => return Ok(Pooling::default()),
        Some(code) => code,
    };
    let known = CODES.iter().find(|(_, known)| *known as usize == code);
    known.map(|(mode, _)| (*mode).into()).ok_or_else(|| {
        let known = ["1 (mean)", "2 (cls)", "3 (last)"].map(str::to_owned).into();
        let reason = SentenceReason::GgufPooling { key: POOLING.to_owned(), number: code, known };
        LecternError::unsupported(reason)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::embeddings::LayerNorm;

    #[test]
    fn what_is_written_is_read_again() {
        let texts = BTreeMap::from([("query".to_owned(), "запрос: ".to_owned())]);
        let prompts = Prompts::new(FILE, texts, Some("query".into())).unwrap();
        let full = SentenceSettings {
            include_prompt: false,
            normalized: true,
            prompts,
            longest: Some(20),
            ..SentenceSettings::default()
        };
        let two = Pooling::new(vec![PoolingMode::WeightedMean, PoolingMode::Cls]);
        let poolings = PoolingMode::ALL.map(Pooling::from).into_iter().chain(two);
        for pooling in poolings {
            for settings in [SentenceSettings::default(), full.clone()] {
                let settings = SentenceSettings { pooling: pooling.clone(), ..settings };
                let mut metadata = Metadata::default();
                settings.to_gguf(64, &mut metadata).unwrap();
                assert_eq!(SentenceSettings::from_gguf(&metadata).unwrap(), settings);
            }
        }
    }

    #[test]
    fn llama_cpps_codes_are_known_and_the_others_refused() {
        let read = |code: u32| {
            let mut metadata = Metadata::default();
            metadata.insert(POOLING, code);
            SentenceSettings::from_gguf(&metadata).map(|settings| settings.pooling)
        };
        let known = [(0, PoolingMode::Mean), (1, PoolingMode::Mean), (2, PoolingMode::Cls)];
        for (code, mode) in known.into_iter().chain([(3, PoolingMode::LastToken)]) {
            assert_eq!(read(code).unwrap(), mode.into());
        }
        for code in [4, 5, 99] {
            assert!(matches!(read(code), Err(LecternError::UnsupportedModel { .. })));
        }
        let mut older = Metadata::default();
        older.insert(MAX, true);
        let older = SentenceSettings::from_gguf(&older).unwrap();
        assert_eq!(older.pooling, PoolingMode::Max.into());
    }

    #[test]
    fn steps_without_metadata_are_refused() {
        let norm = LayerNorm { gamma: vec![1.0], beta: vec![0.0] };
        let settings = SentenceSettings {
            steps: vec![HeadStep::LayerNorm(norm)],
            ..SentenceSettings::default()
        };
        let refused = settings.to_gguf(64, &mut Metadata::default());
        assert!(matches!(refused, Err(LecternError::BadRequest { .. })));
    }
}
