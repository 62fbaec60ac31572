//! The settings of the pooling, in all forms that sentence-transformers ever wrote.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    module_json,
    modules::{Modules, within},
    optional_json,
};
use crate::{
    checkpoint::Folder,
    error::{BadFileReason, LecternError, Result, SentenceReason},
    progress::Transfer,
    protocol::{Pooling, PoolingMode},
};

/// Where the settings are as a rule: read where no modules.json says it.
const USUAL: &str = "1_Pooling/config.json";

/// Each mode, what it is called, and its flag in the files of versions before 5.4.
const MODES: [(PoolingMode, &str, &str); 6] = [
    (PoolingMode::Cls, "cls", "pooling_mode_cls_token"),
    (PoolingMode::Max, "max", "pooling_mode_max_tokens"),
    (PoolingMode::Mean, "mean", "pooling_mode_mean_tokens"),
    (PoolingMode::MeanSqrtLength, "mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens"),
    (PoolingMode::WeightedMean, "weightedmean", "pooling_mode_weightedmean_tokens"),
    (PoolingMode::LastToken, "lasttoken", "pooling_mode_lasttoken"),
];

/// How sentence-transformers calls a way of pooling; several are joined by a plus.
pub(super) fn name_of(pooling: &Pooling) -> String {
    pooling.modes().iter().map(name_of_mode).collect::<Vec<_>>().join("+")
}

fn name_of_mode(mode: &PoolingMode) -> &'static str {
    MODES.iter().find(|(known, ..)| known == mode).map_or("", |(_, name, _)| name)
}

/// The way of pooling that sentence-transformers calls so; several are joined by a plus.
///
/// # Errors
/// [`LecternError::UnsupportedModel`] for a name that it does not have.
pub(super) fn named(names: &str) -> Result<Pooling> {
    modes(names.split('+'))
}

fn modes<'a>(names: impl Iterator<Item = &'a str>) -> Result<Pooling> {
    let mut modes = Vec::new();
    // Beyond the sixth, one says already that there are too many.
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
    /// The same, before 5.4.
    word_embedding_dimension: Option<usize>,
    include_prompt: Option<bool>,
    pooling_mode: Option<Value>,
    /// The flags.
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// How a model pools.
#[derive(Debug, PartialEq)]
pub(super) struct Pooled {
    pub(super) pooling: Pooling,
    pub(super) include_prompt: bool,
}

/// What the folder says of it; the mean where it says nothing.
pub(super) async fn read(
    folder: &dyn Folder,
    modules: &Modules,
    hidden: usize,
    transfer: &Transfer,
) -> Result<Pooled> {
    let (file, json) = match &modules.pooling {
        Some(path) => {
            let module = within(folder, path)?;
            (module.path_of("config.json"), Some(module_json::<File>(&module, transfer).await?))
        }
        None => (USUAL.to_owned(), optional_json::<File>(folder, USUAL, transfer).await?),
    };
    match json {
        Some(json) => json.pooled(&file, hidden),
        None => Ok(Pooled { pooling: Pooling::default(), include_prompt: true }),
    }
}

impl File {
    fn pooled(self, file: &str, hidden: usize) -> Result<Pooled> {
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
        Ok(Pooled { pooling, include_prompt: self.include_prompt.unwrap_or(true) })
    }

    /// By the flags: all that are set, in the order in which sentence-transformers has always put them; the mean
    /// where none is.
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

    fn pooled(json: Value) -> Result<Pooled> {
        from_value::<File>(json).unwrap().pooled(USUAL, 32)
    }

    fn pooling(json: Value) -> String {
        name_of(&pooled(json).unwrap().pooling)
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
        // Named, they keep the order they are named in.
        assert_eq!(pooling(json!({ "pooling_mode": ["mean", "cls"] })), "mean+cls");
        assert_eq!(pooling(json!({ "pooling_mode": "mean+max" })), "mean+max");
        assert_eq!(pooling(json!({ "pooling_mode": ["max"] })), "max");
        // The new form counts where both are there.
        assert_eq!(
            pooling(json!({ "pooling_mode": "max", "pooling_mode_cls_token": true })),
            "max"
        );
    }

    #[test]
    fn the_mean_is_what_is_meant_where_nothing_is_said() {
        assert_eq!(pooling(json!({})), "mean");
        assert_eq!(pooling(json!({ "pooling_mode_mean_tokens": false })), "mean");
        assert!(pooled(json!({})).unwrap().include_prompt);
        assert!(!pooled(json!({ "include_prompt": false })).unwrap().include_prompt);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for unknown in [
            json!({ "pooling_mode": "attention" }),
            json!({ "pooling_mode": ["mean", ""] }),
            json!({ "pooling_mode": [] }),
            json!({ "pooling_mode": vec!["mean"; 1000] }),
            json!({ "pooling_mode_splade": true }),
        ] {
            let refused = pooled(unknown.clone());
            assert!(matches!(refused, Err(LecternError::UnsupportedModel { .. })), "{unknown}");
        }
        for wrong in [
            json!({ "pooling_mode": 3 }),
            json!({ "pooling_mode_cls_token": "yes" }),
            json!({ "word_embedding_dimension": 384 }),
            json!({ "embedding_dimension": 384, "pooling_mode": "mean" }),
        ] {
            let refused = pooled(wrong.clone());
            assert!(matches!(refused, Err(LecternError::BadFile { .. })), "{wrong}");
        }
    }
}
