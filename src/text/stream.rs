//! Incremental decoding of tokens to text.

use super::Tokenizer;

/// A decoder that returns the text of streamed tokens, whole characters only.
///
/// A token may end in the middle of a character; its bytes are held back until the rest arrives.
/// The concatenated text equals that of decoding all tokens at once.
#[derive(Debug)]
pub struct TextStream<'a> {
    tokenizer: &'a Tokenizer,
    held: Vec<u8>,
}

impl<'a> TextStream<'a> {
    /// A decoder at the start of a text.
    pub fn new(tokenizer: &'a Tokenizer) -> Self {
        Self { tokenizer, held: Vec::new() }
    }

    /// Takes a token, and returns the text that it completes.
    pub fn push(&mut self, id: u32) -> String {
        self.held.extend(self.tokenizer.token_bytes(id));
        let complete = self.held.len() - unfinished(&self.held);
        let rest = self.held.split_off(complete);
        lossy(std::mem::replace(&mut self.held, rest))
    }

    /// Ends the text, and returns what was held back.
    pub fn finish(&mut self) -> String {
        lossy(std::mem::take(&mut self.held))
    }
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Number of bytes at the end that are the start of a character.
fn unfinished(bytes: &[u8]) -> usize {
    let Some(last) = bytes.utf8_chunks().last() else { return 0 };
    match str::from_utf8(last.invalid()) {
        // No length: the bytes end too early; otherwise they contain an invalid byte.
        Err(error) if error.error_len().is_none() => last.invalid().len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_still_become_a_character_is_held_back() {
        for (bytes, held) in [
            (&b""[..], 0),
            (b"abc", 0),
            (b"a\xC3", 1),
            ("é".as_bytes(), 0),
            (b"\xF0\x9F\x98", 3),
            ("😀".as_bytes(), 0),
            (b"\xF0\x9F\x98a", 0),
            (b"\x80", 0),
            (b"\xFF\xC3\xC3", 1),
            (b"\xED\xA0", 0),
            (b"\xE2\x82\xF0\x9F", 2),
        ] {
            assert_eq!(unfinished(bytes), held, "{bytes:?}");
        }
    }
}
