//! The longest text, and whether texts are lowercased: sentence_bert_config.json and tokenizer_config.json.

use serde::Deserialize;
use serde_json::Value;

use super::settings_file::optional_json;
use crate::{
    checkpoint::Folder,
    error::{LecternError, Result, SentenceReason},
    progress::Transfer,
};

/// The files of the transformer's settings; the second is DistilBERT's in old versions.
const SETTINGS: [&str; 2] = ["sentence_bert_config.json", "sentence_distilbert_config.json"];
const TOKENIZER: &str = "tokenizer_config.json";
/// The smallest usable limit in tokens: two special tokens and one of the text.
pub(super) const SHORTEST: usize = 3;
/// The transformer's task and the name of its output, in models with a pooling.
const TASK: &str = "feature-extraction";
const OUTPUT: &str = "token_embeddings";

#[derive(Default, Deserialize)]
struct SettingsFile {
    max_seq_length: Option<Value>,
    do_lower_case: Option<bool>,
    transformer_task: Option<String>,
    module_output_name: Option<String>,
    /// Arguments for the tokenizer.
    processor_kwargs: Option<TokenizerFile>,
    /// Arguments for the tokenizer before version 5.4.
    tokenizer_args: Option<TokenizerFile>,
}

#[derive(Default, Deserialize)]
struct TokenizerFile {
    model_max_length: Option<Value>,
    /// The limit's key in the oldest files.
    max_len: Option<Value>,
}

/// The settings of texts.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Length {
    pub(super) longest: Option<usize>,
    pub(super) is_lowercased: bool,
}

/// Reads the settings in the transformer's folder; `is_listed` is whether there is a modules.json.
pub(super) async fn read(
    folder: &dyn Folder,
    is_listed: bool,
    transfer: &Transfer,
) -> Result<Length> {
    let mut settings = None;
    for file in SETTINGS.into_iter().take(if is_listed { 2 } else { 1 }) {
        settings = optional_json::<SettingsFile>(folder, file, transfer).await?;
        if settings.is_some() {
            break;
        }
    }
    let tokenizer = optional_json::<TokenizerFile>(folder, TOKENIZER, transfer).await?;
    settings.unwrap_or_default().length(&tokenizer.unwrap_or_default())
}

impl SettingsFile {
    /// The settings by sentence-transformers' precedence: its own limit first, then the tokenizer's.
    fn length(self, tokenizer: &TokenizerFile) -> Result<Length> {
        let unsupported = |key: &str, found: String, known: &str| {
            let (key, known) = (key.to_owned(), known.to_owned());
            let reason = SentenceReason::TransformerSetting { key, found, known };
            Err(LecternError::unsupported(reason))
        };
        if let Some(task) = self.transformer_task.filter(|task| task != TASK) {
            return unsupported("transformer_task", task, TASK);
        }
        if let Some(output) = self.module_output_name.filter(|output| output != OUTPUT) {
            return unsupported("module_output_name", output, OUTPUT);
        }
        let arguments = self.processor_kwargs.or(self.tokenizer_args).unwrap_or_default();
        let limits = [
            arguments.model_max_length.as_ref(),
            self.max_seq_length.as_ref(),
            tokenizer.longest(),
        ];
        let longest = limits.into_iter().flatten().find(|limit| !limit.is_null());
        Ok(Length {
            longest: longest.and_then(count).filter(|longest| *longest >= SHORTEST),
            is_lowercased: self.do_lower_case.unwrap_or(false),
        })
    }
}

impl TokenizerFile {
    fn longest(&self) -> Option<&Value> {
        self.model_max_length.as_ref().or(self.max_len.as_ref())
    }
}

/// A number of tokens. transformers writes 10³⁰ for no limit.
fn count(number: &Value) -> Option<usize> {
    number.as_f64().filter(|number| *number >= 0.0).map(|number| number as usize)
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn length(settings: Value, tokenizer: Value) -> Result<Length> {
        from_value::<SettingsFile>(settings).unwrap().length(&from_value(tokenizer).unwrap())
    }

    #[test]
    fn the_first_limit_counts() {
        let longest = |settings, tokenizer| length(settings, tokenizer).unwrap().longest;
        let tokenizer = || json!({ "model_max_length": 512, "max_length": 128 });
        assert_eq!(longest(json!({ "max_seq_length": 256 }), tokenizer()), Some(256));
        assert_eq!(longest(json!({ "max_seq_length": null }), tokenizer()), Some(512));
        assert_eq!(longest(json!({}), tokenizer()), Some(512));
        assert_eq!(longest(json!({}), json!({ "max_len": 512 })), Some(512));
        assert_eq!(longest(json!({}), json!({})), None);
        let args = json!({ "max_seq_length": 256, "tokenizer_args": { "model_max_length": 100 } });
        assert_eq!(longest(args, tokenizer()), Some(100));
        // No limit at all, as transformers writes it: more positions than any model has.
        let none = serde_json::from_str(r#"{"model_max_length": 1000000000000000019884624838656}"#);
        assert!(longest(json!({}), none.unwrap()).is_some_and(|longest| longest > 1 << 30));
        assert_eq!(longest(json!({ "max_seq_length": 0 }), tokenizer()), None);
        assert_eq!(longest(json!({ "max_seq_length": -1 }), tokenizer()), None);
    }

    #[test]
    fn other_keys_of_newer_files_are_ignored() {
        let newest = json!({
            "transformer_task": "feature-extraction",
            "modality_config": { "text": { "method": "forward", "method_output_name": "last_hidden_state" } },
            "module_output_name": "token_embeddings",
            "unpad_inputs": true, "do_lower_case": true, "model_args": { "attn_implementation": "sdpa" },
        });
        let length = length(newest, json!({})).unwrap();
        assert_eq!(length, Length { longest: None, is_lowercased: true });
    }

    #[test]
    fn a_transformer_for_something_else_is_refused() {
        for other in [
            json!({ "transformer_task": "sequence-classification" }),
            json!({ "module_output_name": "sentence_embedding" }),
        ] {
            let refused = length(other, json!({}));
            assert!(matches!(refused, Err(LecternError::UnsupportedModel { .. })));
        }
    }
}
