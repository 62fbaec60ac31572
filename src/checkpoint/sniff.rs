//! What a file really is when it is not what it should be.

use serde::de::DeserializeOwned;

use crate::error::{LecternError, Result};

/// What people most often get in the place of a weights or JSON file, told by its first bytes.
///
/// `None` where the bytes say nothing. `{` counts as JSON, so ask only where JSON would be wrong.
pub fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    if is_markup(bytes) {
        return Some("it is a web page");
    }
    const BEGINNINGS: [(&[u8], &str); 4] = [
        (b"version ", "it is a Git LFS pointer, not the file itself (`git lfs pull` fetches that)"),
        (
            b"PK\x03\x04",
            "it is a zip archive; a checkpoint of PyTorch's is read where its name ends with .bin",
        ),
        (b"GGUF", "it is a GGUF file"),
        (b"{", "it is JSON text"),
    ];
    BEGINNINGS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, what)| *what)
}

fn is_markup(bytes: &[u8]) -> bool {
    without_mark(bytes).trim_ascii_start().starts_with(b"<")
}

/// Does it begin as a JSON object does?
pub(super) fn is_object(bytes: &[u8]) -> bool {
    without_mark(bytes).trim_ascii_start().starts_with(b"{")
}

/// Editors of some systems put a byte order mark before a text.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// A JSON file's content. What is not JSON is [`LecternError::BadFile`], a web page named as such.
pub fn parse_json<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(without_mark(bytes)).map_err(|error| match looks_like(bytes) {
        Some(what) if !bytes.starts_with(b"{") => LecternError::bad_file(file, what),
        _ => LecternError::bad_file(file, error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_in_the_place_of_json_is_called_one() {
        let error = parse_json::<serde_json::Value>("config.json", b"\n<!DOCTYPE html><html>");
        assert_eq!(error, Err(LecternError::bad_file("config.json", "it is a web page")));
        assert!(looks_like(b"\xEF\xBB\xBF <html>").is_some_and(|what| what.contains("web page")));
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let json: serde_json::Value = parse_json("config.json", b"\xEF\xBB\xBF{}\r\n").unwrap();
        assert_eq!(json, serde_json::json!({}));
    }

    #[test]
    fn broken_json_is_named_with_the_place() {
        let Err(LecternError::BadFile { reason, .. }) =
            parse_json::<serde_json::Value>("config.json", b"{\"n_layer\": ")
        else {
            panic!("it was accepted")
        };
        assert!(reason.contains("line 1"), "{reason}");
    }
}
