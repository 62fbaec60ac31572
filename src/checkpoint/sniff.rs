//! What a file really is when it is not what it should be.

use serde::de::DeserializeOwned;

use crate::error::{BadFileReason, LecternError, Result};

/// What people most often get in the place of a weights or JSON file, told by its first bytes.
///
/// `None` where the bytes say nothing. `{` counts as JSON, so ask only where JSON would be wrong.
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
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_web_page_in_the_place_of_json_is_called_one() {
        let error = parse_json::<serde_json::Value>("config.json", b"\n<!DOCTYPE html><html>");
        assert_eq!(error, Err(LecternError::bad_file("config.json", BadFileReason::WebPage)));
        assert_eq!(looks_like(b"\xEF\xBB\xBF <html>"), Some(BadFileReason::WebPage));
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let json: serde_json::Value = parse_json("config.json", b"\xEF\xBB\xBF{}\r\n").unwrap();
        assert_eq!(json, serde_json::json!({}));
    }

    #[test]
    fn broken_json_is_named_with_the_place() {
        let reason = |json: &[u8]| match parse_json::<BTreeMap<String, u8>>("config.json", json) {
            Err(LecternError::BadFile { reason, .. }) => reason,
            other => panic!("it was accepted: {other:?}"),
        };
        let broken = reason(b"{\"n_layer\": ");
        let is_placed = |detail: &str| detail.contains("line 1");
        assert!(matches!(&broken, BadFileReason::NotJson { detail } if is_placed(detail)));
        let odd = reason(b"{\"n_layer\": \"two\"}");
        assert!(matches!(&odd, BadFileReason::UnexpectedJson { detail } if is_placed(detail)));
    }
}
