//! The addresses of models on servers: of a folder, of a file in it, of a page about it.

use super::HubModel;
use crate::{
    checkpoint::is_weights,
    error::{BadRequestReason, LecternError, Result},
};

/// Endings of the names of a model's files. An address with such an ending is a file's.
const FILE_ENDINGS: [&str; 8] = ["json", "safetensors", "bin", "txt", "gguf", "pt", "pth", "md"];

/// The meaning of a model's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelAddress {
    /// The folder, with a slash at its end.
    pub folder: String,
    /// The file in it that is meant, unless it is one that every model has.
    pub file: Option<AddressFile>,
    /// The model of the Hub that the folder belongs to.
    pub hub: Option<HubModel>,
}

/// A file that an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressFile {
    /// A GGUF file: the whole model.
    Gguf(String),
    /// Weights under a name of their own, beside the model's other files.
    Weights(String),
}

impl ModelAddress {
    /// Parses `http` and `https` addresses, paths of the same site, and addresses of pages of the Hugging Face Hub. The
    /// address of one of a model's files means its folder; a query or fragment, as in a download link, does not count.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`]
    pub fn parse(text: &str) -> Result<Self> {
        let path = text.trim().split(['?', '#']).next().unwrap_or_default();
        let named = path.rsplit_once('/').filter(|(_, file)| is_file(file));
        let hub = HubModel::is_address(text).then(|| HubModel::parse(text, None)).transpose()?;
        let folder = match (&hub, named) {
            (Some(model), _) => model.base_url(),
            (None, Some((folder, _))) => folder_url(folder)?,
            (None, None) => folder_url(text)?,
        };
        Ok(Self { folder, file: named.and_then(|(_, file)| meant(file)), hub })
    }
}

/// The meaning of a file, unless it stands for the whole folder.
fn meant(file: &str) -> Option<AddressFile> {
    let lower = file.to_ascii_lowercase();
    if lower.ends_with(".gguf") {
        return Some(AddressFile::Gguf(file.to_owned()));
    }
    // One of several shards stands for them all.
    let is_range = lower.contains("-of-");
    let is_usual = ["model.safetensors", "pytorch_model.bin"].contains(&lower.as_str());
    let is_other = is_weights(&lower) && !is_usual && !is_range;
    is_other.then(|| AddressFile::Weights(file.to_owned()))
}

fn is_file(name: &str) -> bool {
    let ending = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, it)| it);
    ending.is_some_and(|ending| FILE_ENDINGS.iter().any(|it| ending.eq_ignore_ascii_case(it)))
}

/// The address of a folder as the library uses it: checked, and with a slash at its end.
fn folder_url(text: &str) -> Result<String> {
    let text = text.trim();
    let address = || text.to_owned();
    let bad = |reason: BadRequestReason| Err(LecternError::bad_request(reason));
    if text.is_empty() {
        return bad(BadRequestReason::EmptyAddress);
    }
    if text.contains(['?', '#']) {
        return bad(BadRequestReason::AddressWithQuery { address: address() });
    }
    let lower = text.to_ascii_lowercase();
    let host = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    match host {
        Some(host) if host.starts_with(['/', ' ']) || host.is_empty() => {
            return bad(BadRequestReason::AddressWithoutHost { address: address() });
        }
        Some(_) => {}
        None if text.starts_with("//") => {
            return bad(BadRequestReason::AddressScheme { address: address() });
        }
        None => {
            // A name before a colon would be a scheme: `file:`, `data:`, `javascript:`.
            let first = text.split('/').next().unwrap_or(text);
            if first.contains(':') {
                return bad(BadRequestReason::AddressScheme { address: address() });
            }
        }
    }
    // Addresses are copied from browsers or file managers; browsers encode a space like this.
    let text = if host.is_some() { text.replace(' ', "%20") } else { text.to_owned() };
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return bad(BadRequestReason::AddressCharacters { address: text });
    }
    Ok(if text.ends_with('/') { text } else { format!("{text}/") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_end_with_one_slash() {
        for (text, expected) in [
            ("https://example.org/gpt2", "https://example.org/gpt2/"),
            (" HTTP://localhost:8080/m/ ", "HTTP://localhost:8080/m/"),
            ("https://example.org/gpt2.v1", "https://example.org/gpt2.v1/"),
            ("https://example.org/model.json/", "https://example.org/model.json/"),
            ("https://example.org/my model/ёж", "https://example.org/my%20model/ёж/"),
            ("https://example.org/100%25/", "https://example.org/100%25/"),
            ("models/stories-en-gpt2", "models/stories-en-gpt2/"),
            ("/models/x", "/models/x/"),
            ("../models/a:b", "../models/a:b/"),
        ] {
            let address = ModelAddress::parse(text);
            let expected = ModelAddress { folder: expected.into(), file: None, hub: None };
            assert_eq!(address, Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_file_means_its_folder_or_itself() {
        let folder = |text: &str| {
            let ModelAddress { folder, file, .. } = ModelAddress::parse(text)?;
            Ok::<_, LecternError>(match file {
                None => folder,
                Some(AddressFile::Gguf(file)) => format!("{folder} gguf {file}"),
                Some(AddressFile::Weights(file)) => format!("{folder} weights {file}"),
            })
        };
        let hub = "https://huggingface.co/a/b";
        for (text, expected) in [
            ("https://example.org/m/config.json", "https://example.org/m/"),
            ("https://example.org/m/config.json?x=1#y", "https://example.org/m/"),
            ("https://example.org/m/model.safetensors", "https://example.org/m/"),
            ("https://example.org/m/pytorch_model.bin", "https://example.org/m/"),
            ("https://example.org/m/vocab.txt", "https://example.org/m/"),
            ("https://example.org/m/model.safetensors.index.json", "https://example.org/m/"),
            ("https://example.org/m/model-00001-of-00002.safetensors", "https://example.org/m/"),
            (
                "https://example.org/m/model.fp16.safetensors",
                "https://example.org/m/ weights model.fp16.safetensors",
            ),
            ("https://example.org/m/training_args.bin", "https://example.org/m/"),
            ("https://example.org/m/rubert.bin", "https://example.org/m/ weights rubert.bin"),
            ("https://example.org/m/gpt2.Q8_0.gguf", "https://example.org/m/ gguf gpt2.Q8_0.gguf"),
            ("models/x/a.GGUF?download=true", "models/x/ gguf a.GGUF"),
            ("./config.json", "./"),
            (&format!("{hub}/blob/main/c.gguf"), &format!("{hub}/resolve/main/ gguf c.gguf")),
            (
                &format!("{hub}/resolve/v1/q8/c.gguf?download=true"),
                &format!("{hub}/resolve/v1/q8/ gguf c.gguf"),
            ),
            (&format!("{hub}/blob/main/config.json"), &format!("{hub}/resolve/main/")),
            (&format!("{hub}/tree/main"), &format!("{hub}/resolve/main/")),
            (&format!("{hub}/resolve/main/"), &format!("{hub}/resolve/main/")),
        ] {
            assert_eq!(folder(text).as_deref(), Ok(expected), "{text}");
        }
        let page = ModelAddress::parse(hub).unwrap();
        assert_eq!(page.hub.map(|model| model.id).as_deref(), Some("a/b"));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for text in [
            "",
            "ftp://x/y",
            "file:///etc",
            "file:///a/b.gguf",
            "javascript:alert(1)",
            "data:text/plain,x",
            "//host/x",
            "https://",
            "http:///x",
            "a b",
            "https://x/?a=b",
            "https://x/#a",
            "a\\b",
            "https://x/a\\b",
            "https://x/a\tb",
            "blob:https://x",
            "https://huggingface.co/datasets/a/b",
        ] {
            let address = ModelAddress::parse(text);
            assert!(matches!(address, Err(LecternError::BadRequest { .. })), "{text}");
        }
    }
}
