//! Prompts that a model was trained to have before its texts: config_sentence_transformers.json.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::settings_file::optional_json;
use crate::{
    checkpoint::Folder,
    error::{BadFileReason, BadRequestReason, LecternError, Result, SentenceReason},
    progress::Transfer,
};

const FILE: &str = "config_sentence_transformers.json";
/// The names that sentence-transformers accepts even without a prompt of that name.
const KNOWN: [&str; 2] = ["query", "document"];
/// The file's model type of a sentence encoder, in newer versions.
const MODEL_TYPE: &str = "SentenceTransformer";

/// Prompts by name, and the name of the default prompt.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::engine) struct Prompts {
    pub(in crate::engine) texts: BTreeMap<String, String>,
    pub(in crate::engine) default: Option<String>,
}

#[derive(Default, Deserialize)]
struct File {
    model_type: Option<String>,
    prompts: Option<BTreeMap<String, Option<String>>>,
    default_prompt_name: Option<String>,
}

impl Prompts {
    /// Reads the folder's prompts; `is_listed` is whether there is a modules.json.
    pub(super) async fn read(
        folder: &dyn Folder,
        is_listed: bool,
        transfer: &Transfer,
    ) -> Result<Self> {
        if !is_listed {
            return Ok(Self::default());
        }
        optional_json::<File>(folder, FILE, transfer).await?.unwrap_or_default().prompts()
    }

    /// A set of prompts.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] with the name `file` if the default is none of them.
    pub(super) fn new(
        file: &str,
        texts: BTreeMap<String, String>,
        default: Option<String>,
    ) -> Result<Self> {
        let is_known = |name: &String| texts.contains_key(name) || KNOWN.contains(&name.as_str());
        match default.as_ref().filter(|name| !is_known(name)) {
            Some(name) => {
                let prompt = name.clone();
                Err(LecternError::bad_file(file, BadFileReason::UnknownPrompt { prompt }))
            }
            None => Ok(Self { texts, default }),
        }
    }

    /// The text of a prompt.
    pub(super) fn named(&self, name: &str) -> Result<&str> {
        match self.texts.get(name) {
            Some(text) => Ok(text),
            None if KNOWN.contains(&name) => Ok(""),
            None => {
                let (prompt, known) = (name.to_owned(), self.texts.keys().cloned().collect());
                Err(LecternError::bad_request(BadRequestReason::NoSuchPrompt { prompt, known }))
            }
        }
    }

    /// The text of the default prompt; empty where there is none.
    pub(super) fn default_text(&self) -> &str {
        let text = self.default.as_ref().and_then(|name| self.texts.get(name));
        text.map_or("", String::as_str)
    }
}

impl File {
    fn prompts(self) -> Result<Prompts> {
        if let Some(found) = self.model_type.filter(|found| found != MODEL_TYPE) {
            let known = MODEL_TYPE.to_owned();
            return Err(LecternError::unsupported(SentenceReason::ModelKind { found, known }));
        }
        let texts = self.prompts.unwrap_or_default().into_iter();
        let texts = texts.map(|(name, text)| (name, text.unwrap_or_default())).collect();
        Prompts::new(FILE, texts, self.default_prompt_name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn prompts(json: Value) -> Result<Prompts> {
        from_value::<File>(json).unwrap().prompts()
    }

    #[test]
    fn only_a_default_prompt_precedes_every_text() {
        let texts = json!({ "query": "query: ", "passage": "passage: ", "document": null });
        let named = prompts(json!({ "prompts": texts, "default_prompt_name": null })).unwrap();
        assert_eq!(named.default_text(), "");
        assert_eq!(named.named("passage"), Ok("passage: "));
        assert_eq!(named.named("document"), Ok(""));
        assert!(matches!(named.named("other"), Err(LecternError::BadRequest { .. })));
        let always = prompts(json!({ "prompts": texts, "default_prompt_name": "query" })).unwrap();
        assert_eq!(always.default_text(), "query: ");
        let empty = json!({ "prompts": {}, "default_prompt_name": "document" });
        assert_eq!(prompts(empty).unwrap().default_text(), "");
    }

    #[test]
    fn a_missing_default_and_other_types_of_models_are_refused() {
        let missing = prompts(json!({ "prompts": {}, "default_prompt_name": "title" }));
        assert!(matches!(missing, Err(LecternError::BadFile { .. })));
        for kind in ["SparseEncoder", "CrossEncoder", "MultiVectorEncoder"] {
            let (found, known) = (kind.to_owned(), MODEL_TYPE.to_owned());
            let expected = LecternError::unsupported(SentenceReason::ModelKind { found, known });
            assert_eq!(prompts(json!({ "model_type": kind })), Err(expected));
        }
        let version = json!({ "sentence_transformers": "2.0.0", "pytorch": "1.8.1" });
        assert_eq!(prompts(json!({ "__version__": version })).unwrap(), Prompts::default());
    }
}
