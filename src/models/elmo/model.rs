//! ELMo (Peters et al. 2018): the lecture's two readers. One LSTM language model reads the text from its beginning, one
//! from its end; both get the same word vectors, and their layers side by side are the word's representations:
//!
//! h₀ = [x; x], hⱼ = [→hⱼ; ←hⱼ]
//!
//! A layer is one product over all words (the gates' share of the input) and one LSTM operation, for each reader.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};

use super::{CharacterEncoder, ElmoConfig, Word};
use crate::{
    kernels::{self, Activation, LstmShape, LstmTrace, Weight},
    models::{layers::Linear, table::Table},
};

/// A layer of a reader.
#[derive(Module, Debug)]
pub struct LstmLayer {
    /// `[4 · cells, input]`: the gates i, f, g, o.
    pub input: Weight,
    /// `[4 · cells, outputs]`
    pub recurrent: Weight,
    /// `[4 · cells]`
    pub bias: Param<Tensor<1>>,
    /// `[outputs, cells]`
    pub projection: Option<Weight>,
}

impl LstmLayer {
    /// Reads a sequence, `[words, input]`.
    pub fn forward(&self, words: Tensor<2>, shape: LstmShape) -> LstmTrace {
        let bias = Some(self.bias.val());
        let gates = kernels::linear(words, &self.input, bias, None, Activation::Identity);
        kernels::lstm(gates, &self.recurrent, self.projection.as_ref(), shape)
    }
}

/// Reads a sequence layer by layer. With `is_residual` a layer's input is added to its output from the second layer on.
/// Returns each layer's trace and its output with what was added, `[words, outputs]`.
pub fn read(
    layers: &[LstmLayer],
    words: Tensor<2>,
    shape: LstmShape,
    is_residual: bool,
) -> Vec<(LstmTrace, Tensor<2>)> {
    let mut states = words;
    let read = layers.iter().enumerate().map(|(index, layer)| {
        let trace = layer.forward(states.clone(), shape);
        states = match is_residual && index > 0 {
            true => trace.outputs.clone() + states.clone(),
            false => trace.outputs.clone(),
        };
        (trace, states.clone())
    });
    read.collect()
}

/// The two readers.
#[derive(Module, Debug)]
pub struct Elmo {
    /// From characters to a word's vector.
    pub characters: CharacterEncoder,
    /// The layers that read from the first word on.
    pub forward: Vec<LstmLayer>,
    /// The layers that read from the last word on.
    pub backward: Vec<LstmLayer>,
    /// The language models' output, shared by both: `[vocabulary, projection]`.
    pub softmax: Option<Linear>,
    /// Sizes and options.
    #[module(skip)]
    pub config: ElmoConfig,
    /// The tensors of its architecture.
    #[module(skip)]
    pub(super) table: &'static Table<Self, ElmoConfig>,
}

/// What the two readers made of a text: of the words, and of the marks before and after them.
#[derive(Debug)]
pub struct ElmoOutput {
    /// The words' vectors, `[words + 2, projection]`.
    pub words: Tensor<2>,
    /// Layer by layer: the trace of the forward reader, and its states `[words + 2, projection]`.
    pub forward: Vec<(LstmTrace, Tensor<2>)>,
    /// The same of the backward reader, in the order of the text.
    pub backward: Vec<(LstmTrace, Tensor<2>)>,
}

impl ElmoOutput {
    /// The representations of the words by layer, without the marks: h₀ to h_L, each `[words, 2 · projection]`.
    pub fn layers(&self) -> Vec<Tensor<2>> {
        let [all, _] = self.words.dims();
        let first = [self.words.clone(), self.words.clone()];
        let others = self.forward.iter().zip(&self.backward);
        let others = others.map(|((_, ahead), (_, back))| [ahead.clone(), back.clone()]);
        let both = [first].into_iter().chain(others);
        both.map(|pair| Tensor::cat(pair.into(), 1).narrow(0, 1, all - 2)).collect()
    }
}

impl Elmo {
    /// Reads a text of at least one word, the marks before and after it added.
    ///
    /// # Panics
    /// If there is no word.
    pub fn read(&self, words: &[&str]) -> ElmoOutput {
        self.read_vectors(self.vectors(&self.marked(words)))
    }

    /// The rows of the table of characters of a text's words, and of the marks before and after it.
    pub fn marked(&self, words: &[&str]) -> Vec<Vec<u32>> {
        let longest = self.config.char_cnn.max_characters_per_token;
        let texts = words.iter().map(|word| Word::Text(word));
        let all = [Word::Begin].into_iter().chain(texts).chain([Word::End]);
        all.map(|word| word.characters(longest)).collect()
    }

    /// The vectors of words, `[words, projection]`, given by rows of the table of characters.
    pub fn vectors(&self, words: &[Vec<u32>]) -> Tensor<2> {
        let longest = self.config.char_cnn.max_characters_per_token;
        let activation = self.config.activation().expect("checked when the config was read");
        self.characters.forward(&words.concat(), longest, activation)
    }

    /// Reads a text by its words' vectors, the marks' first and last, `[words + 2, projection]`.
    ///
    /// # Panics
    /// If there is no word between the marks.
    pub fn read_vectors(&self, words: Tensor<2>) -> ElmoOutput {
        assert!(words.dims()[0] > 2, "a word to read");
        let is_residual = self.config.lstm.use_skip_connections;
        let read = |layers: &[LstmLayer], reversed: bool| {
            read(layers, words.clone(), self.shape(reversed), is_residual)
        };
        let (forward, backward) = (read(&self.forward, false), read(&self.backward, true));
        ElmoOutput { words, forward, backward }
    }

    fn shape(&self, reversed: bool) -> LstmShape {
        let lstm = &self.config.lstm;
        LstmShape {
            cells: lstm.dim,
            outputs: lstm.projection_dim,
            reversed,
            cell_clip: lstm.cell_clip,
            projection_clip: lstm.proj_clip,
        }
    }

    /// Logits of the word that comes next for a reader, `[n, vocabulary]`, of its last states `[n, projection]`. `None`
    /// for a model that was published without its output layer.
    pub fn logits(&self, states: Tensor<2>) -> Option<Tensor<2>> {
        Some(self.softmax.as_ref()?.forward(states, Activation::Identity, None))
    }

    /// The device of its weights.
    pub fn device(&self) -> Device {
        self.characters.embedding.val().device()
    }
}
