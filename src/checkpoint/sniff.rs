//! Recognition of files of an unexpected type.

use serde::de::DeserializeOwned;

use crate::error::{BadFileReason, LecternError, Result};

/// The type of a file that is often found instead of a weights or JSON file, by its first bytes.
///
/// `None` if the bytes are not recognized. `{` counts as JSON, so call it only where JSON would be wrong.
pub fn looks_like(bytes: &[u8]) -> Option<BadFileReason> {
    if is_markup(bytes) {
        return Some(BadFileReason::WebPage);
    }
    let beginnings: [(&[u8], BadFileReason); 4] = [
        (b"version ", BadFileReason::LfsPointer),
        (b"PK\x03\x04", BadFileReason::ZipArchive),
        (b"GGUF", BadFileReason::GgufFile),
        (b"{", BadFileReason::JsonText),
    ];
    beginnings.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, what)| what)
}

fn is_markup(bytes: &[u8]) -> bool {
    without_mark(bytes).trim_ascii_start().starts_with(b"<")
}

/// Whether the bytes begin as a JSON object does.
pub(super) fn is_object(bytes: &[u8]) -> bool {
    without_mark(bytes).trim_ascii_start().starts_with(b"{")
}

/// The bytes without a byte order mark, which some editors put before a text.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Parses a JSON file.
///
/// # Errors
/// [`LecternError::BadFile`] if it is not JSON; a web page and similar files are named.
pub fn parse_json<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(without_mark(bytes)).map_err(|error| match looks_like(bytes) {
        Some(what) if !bytes.starts_with(b"{") => LecternError::bad_file(file, what),
        _ => LecternError::bad_file(file, error),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_web_page_instead_of_json_is_named() {
        let error = parse_json::<serde_json::Value>("config.json", b"\n<!DOCTYPE html><html>");
        assert_eq!(error, Err(LecternError::bad_file("config.json", BadFileReason::WebPage)));
        assert_eq!(looks_like(b"\xEF\xBB\xBF <html>"), Some(BadFileReason::WebPage));
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        let json: serde_json::Value = parse_json("config.json", b"\xEF\xBB\xBF{}\r\n").unwrap();
        assert_eq!(json, serde_json::json!({}));
    }

    #[test]
    fn broken_json_is_named_with_its_line() {
        let reason = |json: &[u8]| match parse_json::<BTreeMap<String, u8>>("config.json", json) {
            Err(LecternError::BadFile { reason, .. }) => reason,
            other => panic!("it was accepted: {other:?}"),
        };
        let broken = reason(b"{\"n_layer\": ");
        let has_line = |detail: &str| detail.contains("line 1");
        assert!(matches!(&broken, BadFileReason::NotJson { detail } if has_line(detail)));
        let odd = reason(b"{\"n_layer\": \"two\"}");
        assert!(matches!(&odd, BadFileReason::UnexpectedJson { detail } if has_line(detail)));
    }
}
