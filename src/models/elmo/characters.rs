//! A word's vector from its characters (Peters et al. 2018, section 3.4; Józefowicz et al. 2016): convolutions of several
//! widths over the bytes, the greatest answer of each filter, highway layers (Srivastava et al. 2015), a projection.
//!
//! No word is unknown: what the table of words lacks has bytes as well.

use burn::{
    module::{Module, Param},
    tensor::{
        Int, Tensor,
        activation::{relu, sigmoid},
    },
};

use crate::{kernels::Activation, models::layers::Linear};

/// Marks in the table of characters, beyond the 256 bytes.
const BEGIN_SENTENCE: u32 = 256;
const END_SENTENCE: u32 = 257;
const BEGIN_WORD: u32 = 258;
const END_WORD: u32 = 259;
const PADDING: u32 = 260;

/// A word as the readers get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word<'a> {
    /// The mark before a sentence.
    Begin,
    /// A word of the text.
    Text(&'a str),
    /// The mark after a sentence.
    End,
}

impl Word<'_> {
    /// Rows of the table of characters: the word's UTF-8 bytes between two marks, cut or padded to `longest`, each number
    /// plus one, as in AllenNLP's files (there 0 is a word that is none).
    ///
    /// # Panics
    /// If `longest` is less than 3.
    pub fn characters(self, longest: usize) -> Vec<u32> {
        let bytes = match self {
            Word::Begin => vec![BEGIN_SENTENCE],
            Word::End => vec![END_SENTENCE],
            Word::Text(text) => text.bytes().take(longest - 2).map(u32::from).collect(),
        };
        let marked = [BEGIN_WORD].into_iter().chain(bytes).chain([END_WORD]);
        marked.chain(std::iter::repeat(PADDING)).take(longest).map(|id| id + 1).collect()
    }
}

/// A convolution over a word's characters.
#[derive(Module, Debug)]
pub struct Convolution {
    /// `[filters, width · size of a character]`, the characters of a window one after the other.
    pub filters: Linear,
    /// Characters of a window.
    pub width: usize,
}

/// The layers from characters to a word's vector.
#[derive(Module, Debug)]
pub struct CharacterEncoder {
    /// `[262, size of a character]`
    pub embedding: Param<Tensor<2>>,
    /// In the order of their widths.
    pub convolutions: Vec<Convolution>,
    /// `[2 · features, features]` each: the candidate's half, then the carry gate's.
    pub highways: Vec<Linear>,
    /// `[projection, features]`
    pub projection: Linear,
}

impl CharacterEncoder {
    /// The vectors of words, `[words, projection]`, given as rows of the table of characters, each `longest` of them. The
    /// activation after the convolutions is tanh or a rectifier.
    ///
    /// # Panics
    /// If a row does not exist, or there are not `longest` a word.
    pub fn forward(&self, characters: &[u32], longest: usize, activation: Activation) -> Tensor<2> {
        let [rows, size] = self.embedding.val().dims();
        assert!(characters.len().is_multiple_of(longest), "{longest} characters a word");
        assert!(characters.iter().all(|id| (*id as usize) < rows), "characters of the table");
        let words = characters.len() / longest;
        let ids: Vec<i32> = characters.iter().map(|id| *id as i32).collect();
        let ids = Tensor::<1, Int>::from_ints(ids.as_slice(), &self.embedding.val().device());
        let letters = self.embedding.val().select(0, ids).reshape([words, longest * size]);
        let found = self.convolutions.iter().map(|Convolution { filters, width }| {
            let windows = longest - width + 1;
            let window = |start: usize| letters.clone().narrow(1, start * size, width * size);
            let all = Tensor::cat((0..windows).map(window).collect(), 0);
            let answers = filters.forward(all, Activation::Identity, None);
            let [_, count] = answers.dims();
            answers.reshape([windows, words, count]).max_dim(0).reshape([words, count])
        });
        let found = Tensor::cat(found.collect(), 1);
        let mut states = if activation == Activation::Tanh { found.tanh() } else { relu(found) };
        let [_, features] = states.dims();
        for highway in &self.highways {
            let halves = highway.forward(states.clone(), Activation::Identity, None);
            let candidate = relu(halves.clone().narrow(1, 0, features));
            let carry = sigmoid(halves.narrow(1, features, features));
            states = candidate.clone() + carry * (states - candidate);
        }
        self.projection.forward(states, Activation::Identity, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_their_bytes_between_marks() {
        assert_eq!(Word::Text("a").characters(5), [259, 98, 260, 261, 261]);
        assert_eq!(Word::Begin.characters(4), [259, 257, 260, 261]);
        assert_eq!(Word::End.characters(3), [259, 258, 260]);
        // Cut in the middle of a letter: the model reads bytes.
        assert_eq!(Word::Text("кот").characters(5), [259, 0xd0 + 1, 0xba + 1, 0xd0 + 1, 260]);
    }
}
