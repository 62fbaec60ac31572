//! The settings of the pooling, in every format of sentence-transformers.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    modules::{Modules, within},
    settings_file::{module_json, optional_json},
};
use crate::{
    checkpoint::Folder,
    error::{BadFileReason, LecternError, Result, SentenceReason},
    progress::Transfer,
    protocol::{Pooling, PoolingMode},
};

/// The usual file of the settings, for folders without modules.json.
const USUAL: &str = "1_Pooling/config.json";

/// Each mode with its name, and its flag in the files of versions before 5.4.
const MODES: [(PoolingMode, &str, &str); 6] = [
    (PoolingMode::Cls, "cls", "pooling_mode_cls_token"),
    (PoolingMode::Max, "max", "pooling_mode_max_tokens"),
    (PoolingMode::Mean, "mean", "pooling_mode_mean_tokens"),
    (PoolingMode::MeanSqrtLength, "mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens"),
    (PoolingMode::WeightedMean, "weightedmean", "pooling_mode_weightedmean_tokens"),
    (PoolingMode::LastToken, "lasttoken", "pooling_mode_lasttoken"),
];

/// sentence-transformers' name of a pooling; several modes are joined by a plus.
pub(super) fn name_of(pooling: &Pooling) -> String {
    pooling.modes().iter().map(name_of_mode).collect::<Vec<_>>().join("+")
}

fn name_of_mode(mode: &PoolingMode) -> &'static str {
    MODES.iter().find(|(known, ..)| known == mode).map_or("", |(_, name, _)| name)
}

/// The pooling of that name in sentence-transformers; several modes are joined by a plus.
///
/// # Errors
/// [`LecternError::UnsupportedModel`] for an unknown name.
pub(super) fn named(names: &str) -> Result<Pooling> {
    modes(names.split('+'))
}

fn modes<'a>(names: impl Iterator<Item = &'a str>) -> Result<Pooling> {
    let mut modes = Vec::new();
    // One name more than there are modes is enough to see that there are too many.
    for name in names.take(MODES.len() + 1) {
        let known = MODES.iter().find(|(_, known, _)| *known == name);
        let (mode, ..) = known.ok_or_else(|| unknown(name))?;
        modes.push(*mode);
    }
    let names = modes.iter().map(name_of_mode).collect::<Vec<_>>().join("+");
    Pooling::new(modes).ok_or_else(|| unknown(&names))
}

fn unknown(found: &str) -> LecternError {
    let known = MODES.map(|(_, name, _)| name.to_owned()).into();
    LecternError::unsupported(SentenceReason::Pooling { found: found.to_owned(), known })
}

fn wrong(file: &str, key: &str, value: &Value) -> LecternError {
    let (key, value) = (key.to_owned(), value.to_string());
    LecternError::bad_file(file, BadFileReason::WrongSetting { key, value })
}

#[derive(Deserialize)]
struct File {
    embedding_dimension: Option<usize>,
    /// The size before version 5.4.
    word_embedding_dimension: Option<usize>,
    include_prompt: Option<bool>,
    pooling_mode: Option<Value>,
    /// The flags of the modes, among other keys.
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// The settings of the pooling.
#[derive(Debug, PartialEq)]
pub(super) struct PoolingSettings {
    pub(super) pooling: Pooling,
    pub(super) include_prompt: bool,
}

/// Reads the folder's settings; the mean where there are none.
pub(super) async fn read(
    folder: &dyn Folder,
    modules: &Modules,
    hidden: usize,
    transfer: &Transfer,
) -> Result<PoolingSettings> {
    let (file, json) = match &modules.pooling {
        Some(path) => {
            let module = within(folder, path)?;
            (module.path_of("config.json"), Some(module_json::<File>(&module, transfer).await?))
        }
        None => (USUAL.to_owned(), optional_json::<File>(folder, USUAL, transfer).await?),
    };
    match json {
        Some(json) => json.settings(&file, hidden),
        None => Ok(PoolingSettings { pooling: Pooling::default(), include_prompt: true }),
    }
}

impl File {
    fn settings(self, file: &str, hidden: usize) -> Result<PoolingSettings> {
        let size = self.embedding_dimension.or(self.word_embedding_dimension);
        if let Some(size) = size.filter(|size| *size != hidden) {
            let (found, expected) = (size, hidden);
            let reason = BadFileReason::VectorSize { found, expected };
            return Err(LecternError::bad_file(file, reason));
        }
        let pooling = match &self.pooling_mode {
            Some(Value::String(name)) => named(name)?,
            Some(Value::Array(names)) if names.iter().all(Value::is_string) => {
                modes(names.iter().filter_map(Value::as_str))?
            }
            Some(other) => return Err(wrong(file, "pooling_mode", other)),
            None => self.flagged(file)?,
        };
        Ok(PoolingSettings { pooling, include_prompt: self.include_prompt.unwrap_or(true) })
    }

    /// The modes whose flags are set, in sentence-transformers' order; the mean where none is.
    fn flagged(&self, file: &str) -> Result<Pooling> {
        let mut modes = Vec::new();
        for (key, value) in &self.other {
            let is_flag = key.starts_with("pooling_mode_");
            let is_set = match value {
                Value::Null => false,
                Value::Bool(is_set) => *is_set,
                _ if is_flag => return Err(wrong(file, key, value)),
                _ => continue,
            };
            if is_flag && is_set {
                let known = MODES.iter().position(|(.., flag)| flag == key);
                modes.push(known.ok_or_else(|| unknown(key))?);
            }
        }
        modes.sort_unstable();
        let modes = modes.into_iter().map(|index| MODES[index].0).collect();
        Ok(Pooling::new(modes).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn settings(json: Value) -> Result<PoolingSettings> {
        from_value::<File>(json).unwrap().settings(USUAL, 32)
    }

    fn pooling(json: Value) -> String {
        name_of(&settings(json).unwrap().pooling)
    }

    #[test]
    fn every_mode_is_read_in_both_forms() {
        for (mode, name, flag) in MODES {
            assert_eq!(named(name).unwrap().modes(), [mode]);
            assert_eq!(pooling(json!({ "embedding_dimension": 32, "pooling_mode": name })), name);
            let mut flags = Map::from_iter(MODES.map(|(.., flag)| (flag.to_owned(), json!(false))));
            flags.insert(flag.to_owned(), json!(true));
            flags.insert("word_embedding_dimension".to_owned(), json!(32));
            assert_eq!(pooling(flags.into()), name);
        }
    }

    #[test]
    fn several_are_put_in_sentence_transformers_order() {
        let flags = json!({ "pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true,
            "pooling_mode_lasttoken": true, "pooling_mode_max_tokens": false });
        assert_eq!(pooling(flags), "cls+mean+lasttoken");
        // A list of names keeps its order.
        assert_eq!(pooling(json!({ "pooling_mode": ["mean", "cls"] })), "mean+cls");
        assert_eq!(pooling(json!({ "pooling_mode": "mean+max" })), "mean+max");
        assert_eq!(pooling(json!({ "pooling_mode": ["max"] })), "max");
        // The new format has precedence.
        assert_eq!(
            pooling(json!({ "pooling_mode": "max", "pooling_mode_cls_token": true })),
            "max"
        );
    }

    #[test]
    fn the_mean_is_the_default() {
        assert_eq!(pooling(json!({})), "mean");
        assert_eq!(pooling(json!({ "pooling_mode_mean_tokens": false })), "mean");
        assert!(settings(json!({})).unwrap().include_prompt);
        assert!(!settings(json!({ "include_prompt": false })).unwrap().include_prompt);
    }

    #[test]
    fn unknown_modes_are_refused() {
        for unknown in [
            json!({ "pooling_mode": "attention" }),
            json!({ "pooling_mode": ["mean", ""] }),
            json!({ "pooling_mode": [] }),
            json!({ "pooling_mode": vec!["mean"; 1000] }),
            json!({ "pooling_mode_splade": true }),
        ] {
            let refused = settings(unknown.clone());
            assert!(matches!(refused, Err(LecternError::UnsupportedModel { .. })), "{unknown}");
        }
        for wrong in [
            json!({ "pooling_mode": 3 }),
            json!({ "pooling_mode_cls_token": "yes" }),
            json!({ "word_embedding_dimension": 384 }),
            json!({ "embedding_dimension": 384, "pooling_mode": "mean" }),
        ] {
            let refused = settings(wrong.clone());
            assert!(matches!(refused, Err(LecternError::BadFile { .. })), "{wrong}");
        }
    }
}
