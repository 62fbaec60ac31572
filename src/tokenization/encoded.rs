//! Encoded texts, and their form as lists of numbers, in which they pass from one program to the other.

/// A prompt's tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedPrompt {
    /// Token ids.
    pub ids: Vec<u32>,
    /// Number of special tokens at the end.
    pub closing: usize,
}

/// A token of an encoded text, or of a pair of texts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Token {
    /// Its id.
    pub id: u32,
    /// Its type: 0 for the first text and its special tokens, 1 for the second.
    pub type_id: u32,
    /// Its text, 0 or 1; `None` for special tokens.
    pub text: Option<usize>,
    /// The character in its own text that it begins with.
    pub start: usize,
    /// The character after its last.
    pub end: usize,
}

/// A text's tokens, or a pair's, with the special ones.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedTexts {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// Number of tokens cut off.
    pub cut: usize,
}

/// Numbers of a token.
const WIDTH: usize = 5;

impl EncodedPrompt {
    /// The ids, then the number of closing tokens.
    pub fn into_numbers(self) -> Vec<u32> {
        let mut numbers = self.ids;
        numbers.push(self.closing as u32);
        numbers
    }

    /// The inverse of [`EncodedPrompt::into_numbers`].
    pub fn from_numbers(mut numbers: Vec<u32>) -> Self {
        let closing = numbers.pop().unwrap_or_default() as usize;
        Self { ids: numbers, closing }
    }
}

impl EncodedTexts {
    /// The numbers of every token, then the number of tokens cut off.
    pub fn to_numbers(&self) -> Vec<u32> {
        let row = |token: &Token| {
            let text = token.text.map_or(0, |text| text as u32 + 1);
            [token.id, token.type_id, text, token.start as u32, token.end as u32]
        };
        self.tokens.iter().flat_map(row).chain([self.cut as u32]).collect()
    }

    /// The inverse of [`EncodedTexts::to_numbers`].
    pub fn from_numbers(numbers: &[u32]) -> Self {
        let (rows, cut) = numbers.as_chunks::<WIDTH>();
        let token = |[id, type_id, text, start, end]: &[u32; WIDTH]| Token {
            id: *id,
            type_id: *type_id,
            text: text.checked_sub(1).map(|text| text as usize),
            start: *start as usize,
            end: *end as usize,
        };
        let cut = cut.first().map_or(0, |cut| *cut as usize);
        Self { tokens: rows.iter().map(token).collect(), cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_texts_return_from_numbers() {
        for ids in [vec![], vec![7], vec![7, 0, u32::MAX]] {
            let prompt = EncodedPrompt { ids, closing: 1 };
            assert_eq!(EncodedPrompt::from_numbers(prompt.clone().into_numbers()), prompt);
        }
        let token = |text| Token { id: 7, type_id: 1, text, start: 2, end: 9 };
        for tokens in [vec![], [None, Some(0), Some(1)].map(token).to_vec()] {
            let texts = EncodedTexts { tokens, cut: 3 };
            assert_eq!(EncodedTexts::from_numbers(&texts.to_numbers()), texts);
        }
    }
}
