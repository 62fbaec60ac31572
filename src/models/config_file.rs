//! Any config.json: keys of twenty versions of transformers, nulls, two spellings of one size, a list where most have
//! one value, and files of 2019 that do not name their architecture.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    checkpoint::parse_json,
    error::{LecternError, Result, UnsupportedReason},
    protocol::UnusedHead,
};

const FILE: &str = "config.json";

/// Architectures by the beginning of their classes' names, the longer beginnings first.
const CLASSES: [(&str, &str); 8] = [
    ("GPT2", "gpt2"),
    ("DistilBert", "distilbert"),
    ("XLMRoberta", "xlm-roberta"),
    ("Roberta", "roberta"),
    ("Camembert", "camembert"),
    ("Electra", "electra"),
    ("Albert", "albert"),
    ("Bert", "bert"),
];

/// Heads that are not run, by the end of their classes' names.
const HEADS: [(&str, UnusedHead); 5] = [
    ("ForSequenceClassification", UnusedHead::SequenceClassification),
    ("ForTokenClassification", UnusedHead::TokenClassification),
    ("ForQuestionAnswering", UnusedHead::QuestionAnswering),
    ("ForMultipleChoice", UnusedHead::MultipleChoice),
    ("DoubleHeadsModel", UnusedHead::MultipleChoice),
];

/// The object of a config.json. Keys with null are left out: to transformers they mean the default.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigFile(Map<String, Value>);

impl ConfigFile {
    /// Reads the file's bytes.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if it is not a JSON object.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let mut fields: Map<String, Value> = parse_json(FILE, json)?;
        fields.retain(|_, value| !value.is_null());
        Ok(Self(fields))
    }

    /// The architecture: `model_type`; without one, by the class that it was saved from, or by its keys.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`] if none of these is known.
    pub fn architecture(&self) -> Result<String> {
        let named = self.text("model_type").map(str::to_owned);
        named
            .or_else(|| self.by_class())
            .or_else(|| self.by_keys().map(str::to_owned))
            .ok_or_else(|| LecternError::unsupported(UnsupportedReason::NoModelType))
    }

    /// The head of the class it was saved from, if that is not run.
    pub fn unused_head(&self) -> Option<UnusedHead> {
        let class = self.class()?;
        HEADS.iter().find(|(end, _)| class.ends_with(end)).map(|(_, head)| *head)
    }

    /// The fields by the keys of `T`. A field may have an older spelling beside it (the published GPT-2 has both
    /// `n_positions` and `n_ctx`), which counts if the other is absent.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] for a missing size or a value of another type.
    pub(super) fn read<T: DeserializeOwned>(mut self, spellings: &[(&str, &str)]) -> Result<T> {
        for (key, other) in spellings {
            if let Some(value) = self.0.remove(*other) {
                self.0.entry(*key).or_insert(value);
            }
        }
        serde_json::from_value(Value::Object(self.0))
            .map_err(|error| LecternError::bad_file(FILE, error))
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// The class that the model was saved from.
    fn class(&self) -> Option<&str> {
        self.0.get("architectures")?.as_array()?.first()?.as_str()
    }

    fn by_class(&self) -> Option<String> {
        let class = self.class()?;
        let known = CLASSES.iter().find(|(start, _)| class.starts_with(start));
        Some(known.map_or(class, |(_, architecture)| architecture).to_owned())
    }

    /// The architecture by sizes alone. RoBERTa's files of 2019 differ from BERT's only in one token type and two
    /// positions more, which belong to padding: run as BERT it would give wrong vectors.
    fn by_keys(&self) -> Option<&'static str> {
        let has = |key: &str| self.0.contains_key(key);
        let is = |key: &str, value: u64| self.0.get(key).and_then(Value::as_u64) == Some(value);
        if has("n_embd") {
            return Some(match () {
                () if has("afn") => "openai-gpt",
                () if has("rotary_dim") => "gptj",
                () => "gpt2",
            });
        }
        if has("dim") && has("n_heads") && has("hidden_dim") {
            return Some("distilbert");
        }
        if !has("hidden_size") || !has("num_hidden_layers") || !has("intermediate_size") {
            return None;
        }
        match () {
            () if has("rms_norm_eps") || has("num_key_value_heads") => None,
            () if has("embedding_size") => Some("albert or electra"),
            () if is("type_vocab_size", 1) || is("max_position_embeddings", 514) => Some("roberta"),
            () => Some("bert"),
        }
    }
}

/// One token id or a list; values that are no ids (some files have −1 for "none") are left out.
pub(super) fn one_or_more<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<u32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Ids {
        One(i64),
        More(Vec<i64>),
    }
    let ids = match Ids::deserialize(deserializer)? {
        Ids::One(id) => vec![id],
        Ids::More(ids) => ids,
    };
    Ok(ids.into_iter().filter_map(|id| id.try_into().ok()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file(value: Value) -> ConfigFile {
        ConfigFile::parse(value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn an_architecture_is_told_by_its_name_its_class_or_its_keys() {
        let roberta_2019 = json!({
            "hidden_size": 768, "num_hidden_layers": 12, "intermediate_size": 3072,
            "max_position_embeddings": 514, "type_vocab_size": 1, "vocab_size": 50265,
        });
        let bert_tiny = json!({
            "hidden_size": 128, "num_hidden_layers": 2, "intermediate_size": 512,
            "num_attention_heads": 2, "max_position_embeddings": 512, "type_vocab_size": 2,
        });
        for (json, architecture) in [
            (json!({ "model_type": "gpt2", "architectures": ["BertModel"] }), "gpt2"),
            (json!({ "model_type": null, "architectures": ["GPT2LMHeadModel"] }), "gpt2"),
            (json!({ "architectures": ["XLMRobertaModel"], "hidden_size": 768 }), "xlm-roberta"),
            (json!({ "architectures": ["MambaForCausalLM"] }), "MambaForCausalLM"),
            (json!({ "n_embd": 768, "n_ctx": 1024 }), "gpt2"),
            (json!({ "n_embd": 768, "afn": "gelu" }), "openai-gpt"),
            (json!({ "dim": 768, "n_heads": 12, "hidden_dim": 3072 }), "distilbert"),
            (roberta_2019, "roberta"),
            (bert_tiny, "bert"),
        ] {
            assert_eq!(file(json.clone()).architecture().unwrap(), architecture, "{json}");
        }
        for unknown in [json!({}), json!({ "d_model": 512 })] {
            let error = file(unknown).architecture();
            assert!(matches!(error, Err(LecternError::UnsupportedModel { .. })));
        }
    }

    #[test]
    fn heads_that_are_not_run_are_named() {
        let head = |class: &str| file(json!({ "architectures": [class] })).unused_head();
        assert_eq!(head("BertForTokenClassification"), Some(UnusedHead::TokenClassification));
        assert_eq!(
            head("DistilBertForSequenceClassification"),
            Some(UnusedHead::SequenceClassification)
        );
        assert_eq!(head("GPT2DoubleHeadsModel"), Some(UnusedHead::MultipleChoice));
        assert_eq!(head("BertForPreTraining"), None);
        assert_eq!(head("GPT2LMHeadModel"), None);
        assert_eq!(file(json!({})).unused_head(), None);
    }
}
