//! Substitutes that servers send for a file that they do not have: their front page, a sentence, a pointer to the file.
//! The status is 200 and the type arbitrary, so the first bytes decide.

use std::borrow::Cow;

use crate::{checkpoint::looks_like, error::BadFileReason};

/// Number of bytes of a file of weights that are examined: in a safetensors file the length of its header and the
/// beginning of that, in a GGUF file its version and counts.
const BINARY_HEAD: usize = 16;
/// Number of bytes of a text that are examined.
const TEXT_HEAD: usize = 64;
/// Beginnings of a web page. A vocabulary may begin with `<s>`.
const PAGES: [&str; 4] = ["<!doctype", "<html", "<head", "<?xml"];

/// The content by the name of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Weights,
    Text,
}

/// A buffer that holds the beginning of a file back until it is not a substitute.
#[derive(Debug)]
pub(super) struct Gate {
    kind: Kind,
    held: Vec<u8>,
    is_open: bool,
}

impl Gate {
    /// A gate for a file of that name.
    pub(super) fn new(file: &str) -> Self {
        let ending = file.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let kind = match ending.as_str() {
            "json" => Kind::Json,
            "safetensors" | "gguf" | "bin" | "pt" | "pth" => Kind::Weights,
            _ => Kind::Text,
        };
        Self { kind, held: Vec::new(), is_open: false }
    }

    /// A gate for a file whose beginning has passed before.
    pub(super) fn open() -> Self {
        Self { kind: Kind::Text, held: Vec::new(), is_open: true }
    }

    /// The bytes that may pass now.
    pub(super) fn pass<'a>(&mut self, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, BadFileReason> {
        if self.is_open {
            return Ok(Cow::Borrowed(bytes));
        }
        self.held.extend_from_slice(bytes);
        self.judge(false).map(Cow::Owned)
    }

    /// The remaining bytes at the end of the file.
    pub(super) fn end(&mut self) -> Result<Vec<u8>, BadFileReason> {
        if self.is_open { Ok(Vec::new()) } else { self.judge(true) }
    }

    fn judge(&mut self, is_all: bool) -> Result<Vec<u8>, BadFileReason> {
        let text = self.held.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.held).trim_ascii_start();
        let not_json = || BadFileReason::NotJson { detail: String::new() };
        let pointer = || looks_like(text).filter(|_| text.starts_with(b"version https://git-lfs"));
        let found = match self.kind {
            Kind::Json => match text.first() {
                Some(b'{' | b'[') => None,
                Some(_) if text.len() < TEXT_HEAD && !is_all => return Ok(Vec::new()),
                Some(_) => Some(looks_like(text).unwrap_or_else(not_json)),
                None if is_all => Some(BadFileReason::Empty),
                None => return Ok(Vec::new()),
            },
            Kind::Weights if self.held.len() < BINARY_HEAD && !is_all => return Ok(Vec::new()),
            Kind::Weights if is_text(&self.held) => {
                Some(looks_like(&self.held).unwrap_or(BadFileReason::PlainText))
            }
            Kind::Weights => None,
            Kind::Text if text.len() < TEXT_HEAD && !is_all => return Ok(Vec::new()),
            Kind::Text if is_page(text) => Some(BadFileReason::WebPage),
            Kind::Text => pointer(),
        };
        match found {
            Some(reason) => Err(reason),
            None => {
                self.is_open = true;
                Ok(std::mem::take(&mut self.held))
            }
        }
    }
}

fn is_page(text: &[u8]) -> bool {
    PAGES.iter().any(|start| {
        text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
    })
}

/// Whether these are the first bytes of a text. A file of weights begins with binary numbers. Its reader refuses a file
/// that is too short.
fn is_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(BINARY_HEAD)];
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        // A character that is cut at the end of the head.
        Err(error) if error.error_len().is_none() => {
            str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_printed = |letter: char| !letter.is_control() || matches!(letter, '\t' | '\r' | '\n');
    !text.is_empty() && !text.starts_with("GGUF") && text.chars().all(is_printed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes that pass in chunks of that size.
    fn through(file: &str, bytes: &[u8], size: usize) -> Result<Vec<u8>, BadFileReason> {
        let (mut gate, mut passed) = (Gate::new(file), Vec::new());
        for chunk in bytes.chunks(size) {
            passed.extend_from_slice(&gate.pass(chunk)?);
        }
        passed.extend(gate.end()?);
        Ok(passed)
    }

    #[test]
    fn files_pass_whole_in_pieces_of_any_size() {
        let weights = [&42u64.to_le_bytes()[..], b"{\"a\":{}}", &[0; 100]].concat();
        let absurd = [&(1u64 << 60).to_le_bytes()[..], &[7; 100]].concat();
        let words = "<s>\n</s>\n<pad>\n".repeat(20);
        for (file, bytes) in [
            ("config.json", &b"\xEF\xBB\xBF \n{\"n_layer\": 2}"[..]),
            ("modules.json", b"[]"),
            ("config.json", b"{\"broken"),
            ("model.safetensors", &weights),
            ("model.safetensors", &absurd),
            ("model.safetensors", b""),
            ("a.gguf", b"GGUF\x03\0\0\0\x02\0\0\0\0\0\0\0"),
            ("a.gguf", b"GGUF"),
            ("pytorch_model.bin", b"PK\x03\x04\0\0\x08\x08\0\0\0\0\0\0\0\0"),
            ("pytorch_model.bin", b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."),
            ("vocab.txt", words.as_bytes()),
            ("vocab.txt", b""),
            ("merges.txt", b"#version: 0.2\n"),
        ] {
            for size in [1, 3, 1000] {
                assert_eq!(through(file, bytes, size).as_deref(), Ok(bytes), "{file}");
            }
        }
    }

    #[test]
    fn what_stands_in_for_a_file_does_not_pass() {
        let page = "\n<!DOCTYPE html><html><body>Sign in</body></html>";
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
        for (file, text, reason) in [
            ("config.json", page, BadFileReason::WebPage),
            ("config.json", "Not found", BadFileReason::NotJson { detail: String::new() }),
            ("config.json", " \n", BadFileReason::Empty),
            ("tokenizer.json", pointer, BadFileReason::LfsPointer),
            ("model.safetensors", page, BadFileReason::WebPage),
            ("model.safetensors", "<Error>", BadFileReason::WebPage),
            ("model.safetensors", "404: Not Found", BadFileReason::PlainText),
            ("model.safetensors", "Файл не найден, попробуйте", BadFileReason::PlainText),
            ("model.safetensors", pointer, BadFileReason::LfsPointer),
            ("a.gguf", "no such file here", BadFileReason::PlainText),
            ("pytorch_model.bin", "{\"error\": \"not found\"}", BadFileReason::JsonText),
            ("vocab.txt", page, BadFileReason::WebPage),
            ("vocab.txt", pointer, BadFileReason::LfsPointer),
        ] {
            for size in [1, 5, 1000] {
                let found = through(file, text.as_bytes(), size).unwrap_err();
                assert_eq!(found, reason, "{file}");
            }
        }
    }

    #[test]
    fn the_rest_of_a_file_is_not_judged() {
        let mut gate = Gate::open();
        assert_eq!(gate.pass(b"<html>").as_deref(), Ok(&b"<html>"[..]));
        assert_eq!(gate.end(), Ok(Vec::new()));
    }
}
