//! The addresses of folders on servers.

use super::HubModel;
use crate::error::{LecternError, Result};

/// The address of a folder as the library uses it: checked, and with a slash at its end.
///
/// Takes `http` and `https` addresses and paths of the same site; the address of a model's page on
/// the Hugging Face Hub becomes that of its files.
pub fn folder_url(text: &str) -> Result<String> {
    let text = text.trim();
    let bad = |why: &str| LecternError::bad_request(format!("{text:?} is not an address: {why}"));
    if text.is_empty() {
        return Err(bad("it is empty"));
    }
    if HubModel::is_address(text) {
        return HubModel::parse(text, None).map(|model| model.base_url());
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(bad("it holds characters that no address has"));
    }
    if text.contains(['?', '#']) {
        return Err(bad("a folder's address has no ? and no #"));
    }
    let lower = text.to_ascii_lowercase();
    let host = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    match host {
        Some(host) if host.starts_with('/') || host.is_empty() => {
            return Err(bad("it has no host"));
        }
        Some(_) => {}
        None if text.starts_with("//") => return Err(bad("it has no http: or https:")),
        None => {
            // What comes before a colon would be a scheme: `file:`, `data:`, `javascript:`.
            let first = text.split('/').next().unwrap_or(text);
            if first.contains(':') {
                return Err(bad("only http and https can be read"));
            }
        }
    }
    Ok(if text.ends_with('/') { text.to_owned() } else { format!("{text}/") })
}

/// The address of a GGUF file as that of the folder it is in, and its name; none where the address is not
/// one of such a file. What comes after `?` or `#`, as in a download link, does not count.
pub fn gguf_url(text: &str) -> Result<Option<(String, String)>> {
    let path = text.trim().split(['?', '#']).next().unwrap_or_default();
    let Some((folder, file)) = path.rsplit_once('/') else { return Ok(None) };
    if !file.to_ascii_lowercase().ends_with(".gguf") {
        return Ok(None);
    }
    let folder = folder_url(folder)?;
    // A page of the Hub may be of a file in a folder within the model.
    let within = HubModel::folder_within(path).unwrap_or_default();
    Ok(Some((format!("{folder}{within}"), file.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_end_with_one_slash() {
        for (text, expected) in [
            ("https://example.org/gpt2", "https://example.org/gpt2/"),
            (" HTTP://localhost:8080/m/ ", "HTTP://localhost:8080/m/"),
            ("models/tales-gpt2", "models/tales-gpt2/"),
            ("/models/x", "/models/x/"),
            ("../models/a:b", "../models/a:b/"),
        ] {
            assert_eq!(folder_url(text).as_deref(), Ok(expected));
        }
        let hub = folder_url("https://huggingface.co/openai-community/gpt2/tree/main");
        assert_eq!(hub, Ok("https://huggingface.co/openai-community/gpt2/resolve/main/".into()));
    }

    #[test]
    fn a_gguf_file_has_a_folder_and_a_name() {
        let gguf = |text: &str| {
            gguf_url(text).map(|it| it.map(|(folder, file)| format!("{folder} {file}")))
        };
        for (text, expected) in [
            ("https://example.org/m/gpt2.Q8_0.gguf", "https://example.org/m/ gpt2.Q8_0.gguf"),
            ("models/x/a.GGUF?download=true", "models/x/ a.GGUF"),
            (
                "https://huggingface.co/a/b/blob/main/c.gguf",
                "https://huggingface.co/a/b/resolve/main/ c.gguf",
            ),
            (
                "https://huggingface.co/a/b/resolve/v1/q8/c.gguf?download=true",
                "https://huggingface.co/a/b/resolve/v1/q8/ c.gguf",
            ),
        ] {
            assert_eq!(gguf(text), Ok(Some(expected.to_owned())));
        }
        assert_eq!(gguf("https://example.org/m/"), Ok(None));
        assert_eq!(gguf("openai-community/gpt2"), Ok(None));
        assert!(gguf("file:///a/b.gguf").is_err());
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for text in [
            "",
            "ftp://x/y",
            "file:///etc",
            "javascript:alert(1)",
            "data:text/plain,x",
            "//host/x",
            "https://",
            "http:///x",
            "a b",
            "https://x/?a=b",
            "https://x/#a",
            "a\\b",
            "blob:https://x",
        ] {
            assert!(matches!(folder_url(text), Err(LecternError::BadRequest { .. })), "{text}");
        }
    }
}
