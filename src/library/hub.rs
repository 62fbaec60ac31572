//! Models of the Hugging Face Hub.

use crate::error::{LecternError, Result};

const HUB: &str = "https://huggingface.co/";
/// What people may have pasted in the place of an id.
const ADDRESSES: [&str; 5] = [
    "https://huggingface.co/",
    "http://huggingface.co/",
    "https://www.huggingface.co/",
    "https://hf.co/",
    "huggingface.co/",
];
/// The longest owner or model name the Hub gives out.
const NAME_LIMIT: usize = 96;

/// A model of the Hub, at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubModel {
    /// `owner/name`, or just `name` for the oldest models.
    pub id: String,
    /// Branch, tag or commit.
    pub revision: String,
}

impl HubModel {
    /// From an id such as `openai-community/gpt2`, or from the address of a page of the model.
    ///
    /// `revision` goes before the one that an address may hold; where neither is there it is `main`.
    pub fn parse(text: &str, revision: Option<&str>) -> Result<Self> {
        let text = text.trim();
        let address = Self::is_address(text);
        let path = ADDRESSES.iter().find_map(|start| text.strip_prefix(start)).unwrap_or(text);
        let path = if address { path.split(['?', '#']).next().unwrap_or(path) } else { path };
        let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        let names = match &parts[..] {
            // A page within a model: /owner/name/tree/revision/…
            [owner, name, "tree" | "resolve" | "blob", at, ..] if address => {
                ([*owner, *name].join("/"), Some(at.replace("%2F", "/")))
            }
            [name, "tree" | "resolve" | "blob", at, ..] if address => {
                ((*name).to_owned(), Some(at.replace("%2F", "/")))
            }
            [_] | [_, _] => (parts.join("/"), None),
            _ => return Err(no_id(text)),
        };
        let (id, in_address) = names;
        if !id.split('/').all(is_name) {
            return Err(no_id(text));
        }
        let revision = revision.map(str::to_owned).or(in_address).unwrap_or_else(|| "main".into());
        if !revision.split('/').all(is_name) {
            return Err(LecternError::bad_request(format!(
                "{revision:?} is not the name of a branch, tag or commit"
            )));
        }
        Ok(Self { id, revision })
    }

    /// Is this an address of the Hub?
    pub(super) fn is_address(text: &str) -> bool {
        ADDRESSES.iter().any(|start| text.starts_with(start))
    }

    /// The folder within the model that a page's address is of a file in, with a slash at its end.
    pub(super) fn folder_within(address: &str) -> Option<String> {
        let path = ADDRESSES.iter().find_map(|start| address.strip_prefix(start))?;
        let parts: Vec<&str> = path.split('/').collect();
        let at = parts.iter().position(|part| matches!(*part, "tree" | "resolve" | "blob"))?;
        // After that word come the revision, the folders and the file.
        let folders = parts.get(at + 2..parts.len() - 1).unwrap_or_default();
        let plain = folders.iter().all(|folder| is_name(folder));
        plain.then(|| folders.iter().map(|folder| format!("{folder}/")).collect())
    }

    /// The address of its files, with a slash at its end.
    pub fn base_url(&self) -> String {
        format!("{HUB}{}/resolve/{}/", self.id, self.revision.replace('/', "%2F"))
    }
}

fn is_name(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= NAME_LIMIT
        && !part.starts_with('.')
        && !part.contains("..")
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn no_id(text: &str) -> LecternError {
    LecternError::bad_request(format!(
        "{text:?} is not a model of the Hugging Face Hub; its ids look like openai-community/gpt2"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str, revision: Option<&str>) -> Result<String> {
        HubModel::parse(text, revision).map(|model| model.base_url())
    }

    #[test]
    fn ids_and_pasted_addresses_become_the_address_of_the_files() {
        let gpt2 = "https://huggingface.co/openai-community/gpt2/resolve/main/";
        for text in [
            "openai-community/gpt2",
            " openai-community/gpt2/ ",
            "https://huggingface.co/openai-community/gpt2",
            "https://huggingface.co/openai-community/gpt2/tree/main",
            "https://huggingface.co/openai-community/gpt2/blob/main/config.json",
            "https://huggingface.co/openai-community/gpt2/resolve/main/model.safetensors?download=true",
            "https://hf.co/openai-community/gpt2#files",
            "huggingface.co/openai-community/gpt2",
        ] {
            assert_eq!(base(text, None).as_deref(), Ok(gpt2), "{text}");
        }
        let old = "https://huggingface.co/distilgpt2/resolve/main/";
        assert_eq!(base("distilgpt2", None).as_deref(), Ok(old));
        assert_eq!(base("https://huggingface.co/distilgpt2/tree/main", None).as_deref(), Ok(old));
    }

    #[test]
    fn a_revision_is_kept() {
        let v2 = "https://huggingface.co/a/b/resolve/v2.0/";
        assert_eq!(base("a/b", Some("v2.0")).as_deref(), Ok(v2));
        assert_eq!(base("https://huggingface.co/a/b/tree/v2.0", None).as_deref(), Ok(v2));
        assert_eq!(base("https://huggingface.co/a/b/tree/v1", Some("v2.0")).as_deref(), Ok(v2));
        let pull = "https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/";
        assert_eq!(base("a/b", Some("refs/pr/1")).as_deref(), Ok(pull));
        assert_eq!(
            base("https://huggingface.co/a/b/tree/refs%2Fpr%2F1", None).as_deref(),
            Ok(pull)
        );
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "/",
            "a/b/c",
            "../etc",
            "a/..",
            "a b",
            "a/b?c",
            "https://example.org/a/b",
            "a/b#c",
            "модель",
            ".hidden",
            "a//b",
            "https://huggingface.co/",
            "a/tree/main",
            "a/b%2Fc",
        ] {
            assert!(matches!(base(text, None), Err(LecternError::BadRequest { .. })), "{text}");
        }
        for revision in ["", "..", "a/../b", "a b", "a?b"] {
            let result = base("a/b", Some(revision));
            assert!(matches!(result, Err(LecternError::BadRequest { .. })), "{revision}");
        }
    }
}
