//! The settings of a tokenizer beside its own files: tokenizer_config.json, and in older folders
//! special_tokens_map.json and added_tokens.json.
//!
//! As in transformers, explicit values of tokenizer_config.json override those of tokenizer.json, and tokens that only
//! these files define are added. Everything else stays as in tokenizer.json.

use serde_json::{Map, Value};

use crate::{
    checkpoint::{Folder, parse_json},
    error::Result,
    progress::Transfer,
    tokenization::{AddedToken, Library},
};

const CONFIG: &str = "tokenizer_config.json";
const SPECIAL: &str = "special_tokens_map.json";
const ADDED: &str = "added_tokens.json";
/// Bytes of the largest files, which list every added token of a multilingual model.
const LIMIT: u64 = 16 << 20;

/// Keys of the special tokens with a role.
const NAMES: [&str; 7] =
    ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
/// Keys of the lists of further special tokens, the current and the former one.
const LISTS: [&str; 2] = ["extra_special_tokens", "additional_special_tokens"];

/// The contents of those files.
#[derive(Debug, Default)]
pub(super) struct Settings {
    fields: Map<String, Value>,
    /// Added tokens, sorted by id.
    added: Vec<(u32, AddedToken)>,
}

impl Settings {
    /// Reads the files; most folders lack some of them, and some folders lack all.
    pub(super) async fn read(folder: &dyn Folder, transfer: &Transfer) -> Result<Self> {
        let fields = read(folder, CONFIG, transfer).await?;
        let mut settings = Self { fields, added: Vec::new() };
        if let Some(Value::Object(tokens)) = settings.fields.remove("added_tokens_decoder") {
            settings.added = tokens.iter().filter_map(numbered).collect();
        } else {
            let special = read(folder, SPECIAL, transfer).await?;
            settings.fields.extend(special);
            let added = read(folder, ADDED, transfer).await?;
            let names: Vec<AddedToken> = settings.special_tokens().collect();
            let is_special = |name: &str| names.iter().any(|token| token.content == name);
            let numbered = added.iter().filter_map(|(name, id)| {
                let id = id.as_u64()?.try_into().ok()?;
                Some((id, AddedToken::new(name, is_special(name))))
            });
            settings.added = numbered.collect();
        }
        settings.added.sort_by_key(|(id, _)| *id);
        Ok(settings)
    }

    /// Settings from a tokenizer_config.json alone.
    pub(super) fn of_config(json: &[u8]) -> Result<Self> {
        Ok(Self { fields: parse_json(CONFIG, json)?, added: Vec::new() })
    }

    /// The tokenizer's class in transformers, without the suffix `Fast`.
    pub(super) fn class(&self) -> Option<&str> {
        let class = self.fields.get("tokenizer_class")?.as_str()?;
        Some(class.strip_suffix("Fast").unwrap_or(class))
    }

    /// Whether the class uses tokenizer.json as it is and ignores the other settings.
    fn is_generic(&self) -> bool {
        matches!(self.class(), Some("PreTrainedTokenizer" | "TokenizersBackend"))
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.fields.get(key).and_then(Value::as_bool)
    }

    /// The name of the word tokenizer that runs first; `basic` is BERT's own.
    pub(super) fn word_tokenizer(&self) -> Option<&str> {
        self.fields.get("word_tokenizer_type").and_then(Value::as_str)
    }

    /// The text of a special token, such as `mask_token`.
    pub(super) fn name_of(&self, role: &str) -> Option<&str> {
        let value = self.fields.get(role)?;
        value.as_str().or_else(|| value.get("content")?.as_str()).filter(|name| !name.is_empty())
    }

    /// The special tokens with a role, and those of the lists.
    fn special_tokens(&self) -> impl Iterator<Item = AddedToken> + '_ {
        let named = NAMES.iter().filter_map(|role| self.fields.get(*role));
        let listed = LISTS.iter().filter_map(|list| self.fields.get(*list)).flat_map(|list| {
            let by_name = list.as_object().into_iter().flat_map(Map::values);
            list.as_array().into_iter().flatten().chain(by_name)
        });
        named.chain(listed).filter_map(|value| token(value, true))
    }

    /// Applies the explicit settings to a tokenizer.json; `None` where they change nothing.
    pub(super) fn override_json(&self, json: &[u8]) -> Result<Option<Vec<u8>>> {
        let prefix_space = self.flag("add_prefix_space");
        let bert_options = [
            ("lowercase", "do_lower_case"),
            ("strip_accents", "strip_accents"),
            ("handle_chinese_chars", "tokenize_chinese_chars"),
        ];
        let bert_options: Vec<(&str, bool)> = bert_options
            .iter()
            .filter(|_| !self.is_generic())
            .filter_map(|(option, key)| Some((*option, self.flag(key)?)))
            .collect();
        if prefix_space.is_none() && bert_options.is_empty() {
            return Ok(None);
        }
        let mut tokenizer: Value = parse_json("tokenizer.json", json)?;
        let mut changed = false;
        let mut set = |step: &mut Value, key: &str, value: bool| {
            if let Some(step) = step.as_object_mut()
                && step.get(key) != Some(&Value::Bool(value))
            {
                step.insert(key.into(), value.into());
                changed = true;
            }
        };
        for step in steps(&mut tokenizer["pre_tokenizer"], "pretokenizers", "ByteLevel") {
            if let Some(space) = prefix_space {
                set(step, "add_prefix_space", space);
            }
        }
        for step in steps(&mut tokenizer["normalizer"], "normalizers", "BertNormalizer") {
            for (key, value) in &bert_options {
                set(step, key, *value);
            }
        }
        let written = || serde_json::to_vec(&tokenizer).ok();
        Ok(changed.then(written).flatten())
    }

    /// Adds the tokens that only these files define; a token of the vocabulary keeps its id.
    pub(super) fn add_tokens(&self, library: &mut Library) {
        let known = library.added_tokens();
        let is_new = |token: &AddedToken| !known.iter().any(|(_, known)| known == token);
        let mut tokens: Vec<AddedToken> =
            self.added.iter().map(|(_, token)| token.clone()).filter(is_new).collect();
        for token in self.special_tokens() {
            let is_known = |known: &AddedToken| known.content == token.content;
            if !known.iter().any(|(_, known)| is_known(known)) && !tokens.iter().any(is_known) {
                tokens.push(token);
            }
        }
        if !tokens.is_empty() {
            library.add_tokens(&tokens);
        }
        if self.flag("split_special_tokens") == Some(true) {
            library.split_special_tokens();
        }
    }
}

/// The steps of a type: the value itself, or the elements of that type if it is a sequence.
fn steps<'a>(value: &'a mut Value, list: &str, step_type: &str) -> Vec<&'a mut Value> {
    if value["type"] == step_type {
        return vec![value];
    }
    let inner = value.get_mut(list).and_then(Value::as_array_mut);
    inner.into_iter().flatten().filter(|step| step["type"] == step_type).collect()
}

fn numbered((id, value): (&String, &Value)) -> Option<(u32, AddedToken)> {
    Some((id.parse().ok()?, token(value, false)?))
}

/// A token in the notation of these files: its text, or an object with its options.
fn token(value: &Value, is_special: bool) -> Option<AddedToken> {
    if let Some(text) = value.as_str() {
        return (!text.is_empty()).then(|| AddedToken::new(text, is_special));
    }
    let text = value.get("content")?.as_str().filter(|text| !text.is_empty())?;
    let option = |key: &str, usual: bool| value.get(key).and_then(Value::as_bool).unwrap_or(usual);
    let special = option("special", is_special);
    Some(AddedToken {
        content: text.to_owned(),
        single_word: option("single_word", false),
        lstrip: option("lstrip", false),
        rstrip: option("rstrip", false),
        normalized: option("normalized", !special),
        special,
    })
}

async fn read(folder: &dyn Folder, file: &str, transfer: &Transfer) -> Result<Map<String, Value>> {
    let json = folder.read_optional(file, LIMIT, transfer).await?;
    json.map_or(Ok(Map::new()), |json| parse_json(file, &json))
}
