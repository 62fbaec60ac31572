//! modules.json: the list of modules that a text passes through.

use serde::Deserialize;

use super::settings_file::optional_json;
use crate::{
    checkpoint::{Folder, SubFolder},
    error::{BadFileReason, LecternError, Result, SentenceReason},
    progress::Transfer,
};

const FILE: &str = "modules.json";
/// The prefix of the classes of sentence-transformers' modules, in every version.
const PACKAGE: &str = "sentence_transformers.";
/// The largest number of modules; models have fewer than ten.
const MOST: usize = 64;

/// The modules of a folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::engine) struct Modules {
    /// Path of the transformer's folder; empty for the model's folder itself.
    pub(super) transformer: String,
    /// Path of the pooling's folder; `None` without a modules.json.
    pub(super) pooling: Option<String>,
    /// The modules after the pooling.
    pub(super) head: Vec<HeadModule>,
}

/// A module after the pooling.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HeadModule {
    pub(super) kind: HeadKind,
    pub(super) path: String,
}

/// The types of modules that are supported after the pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeadKind {
    Dense,
    LayerNorm,
    Normalize,
    /// Used in training only; it has no effect on inference.
    Dropout,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    path: String,
    #[serde(rename = "type")]
    class: String,
}

impl Modules {
    /// Reads the folder's modules.json; without one the folder itself is the transformer's.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`] for an unsupported module, or one at an unsupported position.
    pub(in crate::engine) async fn read(folder: &dyn Folder, transfer: &Transfer) -> Result<Self> {
        match optional_json::<Vec<Entry>>(folder, FILE, transfer).await? {
            Some(entries) => Self::from_entries(entries),
            None => Ok(Self::default()),
        }
    }

    fn from_entries(entries: Vec<Entry>) -> Result<Self> {
        if entries.len() > MOST {
            let reason = BadFileReason::TooManyModules { modules: entries.len() };
            return Err(LecternError::bad_file(FILE, reason));
        }
        let mut modules = Self::default();
        let mut has_transformer = false;
        for Entry { path, class } in entries {
            // The class may be in a submodule of its own, depending on the version.
            let name = class.strip_prefix(PACKAGE).and_then(|path| path.rsplit('.').next());
            let is_pooled = modules.pooling.is_some();
            let kind = match name {
                // The oldest versions had a class for each architecture.
                Some("Transformer" | "BERT" | "DistilBERT") if !has_transformer => {
                    (has_transformer, modules.transformer) = (true, path);
                    continue;
                }
                Some("Pooling") if has_transformer && !is_pooled => {
                    modules.pooling = Some(path);
                    continue;
                }
                Some("Dense") => HeadKind::Dense,
                Some("LayerNorm") => HeadKind::LayerNorm,
                Some("Normalize") => HeadKind::Normalize,
                Some("Dropout") => HeadKind::Dropout,
                Some("Transformer" | "BERT" | "DistilBERT" | "Pooling") => {
                    return Err(misplaced(&class));
                }
                _ => return Err(unknown(&class)),
            };
            if !is_pooled {
                return Err(misplaced(&class));
            }
            modules.head.push(HeadModule { kind, path });
        }
        if modules.pooling.is_some() {
            Ok(modules)
        } else {
            Err(LecternError::unsupported(SentenceReason::NoPooling))
        }
    }

    /// Whether there is a modules.json.
    pub(super) fn are_listed(&self) -> bool {
        self.pooling.is_some()
    }

    /// Whether the transformer's files are in the model's folder itself.
    pub(in crate::engine) fn are_at_root(&self) -> bool {
        self.transformer.is_empty()
    }

    /// The folder of the transformer, with its config.json, tokenizer and weights.
    pub(in crate::engine) fn transformer<'a>(
        &self,
        folder: &'a dyn Folder,
    ) -> Result<SubFolder<'a>> {
        within(folder, &self.transformer)
    }
}

/// The folder of a module.
pub(super) fn within<'a>(folder: &'a dyn Folder, path: &str) -> Result<SubFolder<'a>> {
    SubFolder::new(folder, path, FILE)
}

fn unknown(class: &str) -> LecternError {
    const KNOWN: [&str; 6] =
        ["Transformer", "Pooling", "Dense", "LayerNorm", "Normalize", "Dropout"];
    let (module, known) = (class.to_owned(), KNOWN.map(str::to_owned).into());
    LecternError::unsupported(SentenceReason::UnknownModule { module, known })
}

fn misplaced(class: &str) -> LecternError {
    LecternError::unsupported(SentenceReason::MisplacedModule { module: class.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(entries: &[(&str, &str)]) -> Result<Modules> {
        let entry = |(class, path): &(&str, &str)| Entry {
            path: (*path).to_owned(),
            class: (*class).to_owned(),
        };
        Modules::from_entries(entries.iter().map(entry).collect())
    }

    #[test]
    fn modules_are_recognized_by_the_names_of_every_version() {
        let old = modules(&[
            ("sentence_transformers.models.BERT", "0_BERT"),
            ("sentence_transformers.models.Pooling", "1_Pooling"),
            ("sentence_transformers.models.Dense", "2_Dense"),
            ("sentence_transformers.models.Normalize", "3_Normalize"),
        ]);
        let new = modules(&[
            ("sentence_transformers.base.modules.transformer.Transformer", "0_BERT"),
            ("sentence_transformers.sentence_transformer.modules.pooling.Pooling", "1_Pooling"),
            ("sentence_transformers.base.modules.dense.Dense", "2_Dense"),
            (
                "sentence_transformers.sentence_transformer.modules.normalize.Normalize",
                "3_Normalize",
            ),
        ]);
        assert_eq!(old, new);
        let old = old.unwrap();
        assert_eq!(
            (old.transformer.as_str(), old.pooling.as_deref()),
            ("0_BERT", Some("1_Pooling"))
        );
        let head: Vec<HeadKind> = old.head.iter().map(|module| module.kind).collect();
        assert_eq!(head, [HeadKind::Dense, HeadKind::Normalize]);
    }

    #[test]
    fn what_cannot_be_run_is_refused_by_name() {
        const TRANSFORMER: (&str, &str) = ("sentence_transformers.models.Transformer", "");
        const POOLING: (&str, &str) = ("sentence_transformers.models.Pooling", "1_Pooling");
        let refused = |entries: &[(&str, &str)], name: &str| match modules(entries) {
            Err(error @ LecternError::UnsupportedModel { .. }) => {
                assert!(error.to_string().contains(name), "{error}");
            }
            other => panic!("{other:?}"),
        };
        for class in ["WeightedLayerPooling", "BoW", "CNN", "LSTM", "WordEmbeddings", "Asym"] {
            let full = format!("sentence_transformers.models.{class}");
            refused(&[TRANSFORMER, (&full, "1"), POOLING], &full);
        }
        refused(&[TRANSFORMER, POOLING, ("my_code.Normalize", "2")], "my_code.Normalize");
        refused(
            &[TRANSFORMER, ("sentence_transformers.models.Dense", "1"), POOLING],
            "models.Dense",
        );
        refused(&[TRANSFORMER, POOLING, POOLING], "models.Pooling");
        refused(&[POOLING], "models.Pooling");
        refused(&[TRANSFORMER], "no Transformer followed by a Pooling");
        refused(&[], "no Transformer followed by a Pooling");
        assert!(matches!(modules(&[TRANSFORMER; 65]), Err(LecternError::BadFile { .. })));
    }
}
