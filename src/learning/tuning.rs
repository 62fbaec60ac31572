//! Fine-tuning of an encoder with a classifier on top (Devlin et al. 2019, section 4): its last layers learn, or all of
//! them. What lies below the first layer that learns never changes, and is computed once.

use std::ops::Range;

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};

use super::{
    adam::{Adam, AdamOptions},
    classifier::{classify, pooled},
    head::Head,
    schedule::Schedule,
    student::Batches,
    tape::{ModelGradients, Optimizer, numbers},
};
use crate::{
    kernels::Sequences,
    models::{Bert, BertInput, BertOutputOptions},
};

/// The largest norm of the gradients.
const LARGEST_NORM: f64 = 1.0;
/// Share of a parameter that a step of rate 1 takes away (PyTorch's default).
const DECAY: f64 = 0.01;
/// The head begins with nothing learnt, and learns so many times faster.
const HEAD_RATE: f64 = 10.0;
/// Tokens of a part of a batch that is computed without a break.
const PART_TOKENS: usize = 96;

/// How it learns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TuningOptions {
    /// Number of layers that learn, from the last one down; all of them and the embeddings where there are not more.
    pub layers: usize,
    /// The rates.
    pub schedule: Schedule,
    /// Texts of a step.
    pub batch: usize,
    /// Decides the order of the texts.
    pub seed: u64,
}

/// A text of a training.
struct Text {
    ids: Vec<u32>,
    label: usize,
    /// `[tokens, hidden]` before the first layer that learns; empty if that is the embedding.
    states: Vec<f32>,
}

/// A step of a training, when it is complete.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepDone {
    /// Counted from 1.
    pub step: usize,
    /// Mean loss of its texts before it.
    pub loss: f64,
    /// Number of its texts that were classified rightly before it.
    pub right: usize,
    /// Number of its texts.
    pub texts: usize,
    /// Norm of the encoder's gradients before clipping.
    pub norm: f64,
    /// Its rate.
    pub rate: f64,
}

/// A training, which goes on part by part: no part takes long.
pub struct Tuning {
    encoder: Option<Bert>,
    /// The head's weights and bias.
    head: [Vec<f32>; 2],
    moments: [Adam; 2],
    optimizer: Optimizer,
    options: TuningOptions,
    first_layer: usize,
    texts: Vec<Text>,
    batches: Batches,
    step: usize,
    /// The rest of the current step's texts, and what the others gave.
    current: Vec<usize>,
    so_far: Part,
}

/// What parts of a step add up to.
#[derive(Default)]
struct Part {
    encoder: ModelGradients,
    head: [Vec<f32>; 2],
    loss: f64,
    right: usize,
}

impl Tuning {
    /// A training of a copy of the encoder, which is on the CPU with weights in floats, before its texts.
    pub fn new(encoder: &Bert, options: TuningOptions) -> Self {
        let adam = AdamOptions { decay: DECAY, ..AdamOptions::default() };
        Self {
            encoder: Some(encoder.clone().train()),
            head: Default::default(),
            moments: Default::default(),
            optimizer: Optimizer::new(adam, Some(LARGEST_NORM)),
            options,
            first_layer: encoder.layers.len().saturating_sub(options.layers),
            texts: Vec::new(),
            batches: Batches::new(0, options.seed),
            step: 0,
            current: Vec::new(),
            so_far: Part::default(),
        }
    }

    /// Adds a text with its class; the layers that do not learn read it now.
    ///
    /// # Panics
    /// If it does not fit the encoder.
    pub fn add(&mut self, ids: Vec<u32>, label: usize) {
        let states = match self.first_layer {
            0 => Vec::new(),
            first => before(&self.encoder(), &ids, first),
        };
        self.texts.push(Text { ids, label, states });
    }

    /// Begins to learn from the first so many texts, with that head; the others are for tests.
    pub fn begin(&mut self, head: &Head, learnt: usize) {
        let single = |values: &[f64]| values.iter().map(|value| *value as f32).collect();
        self.head = [single(&head.weights), single(&head.bias)];
        self.batches = Batches::new(learnt, self.options.seed);
    }

    /// The vectors of some texts as the encoder has them now, at unit length: `[texts, hidden]`.
    pub fn vectors(&self, texts: Range<usize>) -> Vec<f32> {
        let encoder = self.encoder();
        let part: Vec<usize> = texts.collect();
        let (last, lengths) = self.read(&encoder, &part);
        pooled(&numbers(last), &lengths, encoder.config.hidden_size)
    }

    /// The last hidden states of some texts, and their lengths.
    fn read(&self, encoder: &Bert, part: &[usize]) -> (Tensor<2>, Vec<usize>) {
        let texts = || part.iter().map(|text| &self.texts[*text]);
        let lengths: Vec<usize> = texts().map(|text| text.ids.len()).collect();
        let last = match self.first_layer {
            0 => read_texts(encoder, &texts().map(|text| &text.ids[..]).collect::<Vec<_>>()),
            first => {
                let rows = texts().flat_map(|text| &text.states).copied().collect();
                resume(encoder, rows, &lengths, first)
            }
        };
        (last, lengths)
    }

    /// The head as it is now.
    pub fn head(&self) -> Head {
        let [weights, bias] =
            self.head.each_ref().map(|it| it.iter().map(|x| f64::from(*x)).collect());
        Head { weights, bias }
    }

    /// The encoder as it is now, off the tape.
    pub fn encoder(&self) -> Bert {
        self.encoder.as_ref().expect("taken during a step only").valid()
    }

    /// Goes on by one part; the step, where that completes it.
    pub fn part(&mut self) -> Option<StepDone> {
        if self.current.is_empty() {
            self.current = self.batches.next(self.options.batch);
            self.current.reverse();
            self.so_far = Part::default();
        }
        let mut part = vec![self.current.pop()?];
        let mut tokens = self.texts[part[0]].ids.len();
        while let Some(next) = self.current.last() {
            tokens += self.texts[*next].ids.len();
            if tokens > PART_TOKENS {
                break;
            }
            part.extend(self.current.pop());
        }
        self.learn(&part);
        self.current.is_empty().then(|| self.finish_step())
    }

    fn learn(&mut self, part: &[usize]) {
        let encoder = self.encoder.as_ref().expect("taken during a step only");
        let labels: Vec<usize> = part.iter().map(|text| self.texts[*text].label).collect();
        let (last, lengths) = self.read(encoder, part);
        let states = numbers(last.clone());
        let found = classify(&states, &lengths, &labels, &self.head(), self.options.batch);
        self.so_far.encoder.add(ModelGradients::of(encoder, vec![(last, found.by_states)]));
        for (sum, part) in self.so_far.head.iter_mut().zip([found.by_weights, found.by_bias]) {
            sum.resize(part.len(), 0.0);
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        self.so_far.loss += found.loss;
        self.so_far.right += found.right;
    }

    fn finish_step(&mut self) -> StepDone {
        let Part { encoder: gradients, head, loss, right } = std::mem::take(&mut self.so_far);
        self.step += 1;
        let rate = self.options.schedule.rate(self.step);
        let encoder = self.encoder.take().expect("taken during a step only");
        let (encoder, norm) = self.optimizer.step(encoder, gradients, rate);
        self.encoder = Some(encoder);
        let parameters = self.head.iter_mut().zip(&mut self.moments).zip(&head);
        for ((parameter, moments), gradient) in parameters {
            moments.step(parameter, gradient, HEAD_RATE * rate, &AdamOptions::default());
        }
        StepDone { step: self.step, loss, right, texts: self.options.batch, norm, rate }
    }
}

/// The vectors of texts by an encoder off the tape, at unit length: `[texts, hidden]`.
pub fn sentence_vectors(encoder: &Bert, texts: &[&[u32]]) -> Vec<f32> {
    let lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
    pooled(&numbers(read_texts(encoder, texts)), &lengths, encoder.config.hidden_size)
}

/// The last hidden states of texts, end to end: `[tokens, hidden]`.
pub(super) fn read_texts(encoder: &Bert, texts: &[&[u32]]) -> Tensor<2> {
    let types: Vec<Vec<u32>> = texts.iter().map(|ids| vec![0; ids.len()]).collect();
    let inputs = texts.iter().zip(&types).map(|(ids, types)| BertInput { ids, types });
    encoder.encode(&inputs.collect::<Vec<_>>(), BertOutputOptions::default()).last
}

/// The hidden states of a text before a layer.
fn before(encoder: &Bert, ids: &[u32], layer: usize) -> Vec<f32> {
    let types = vec![0; ids.len()];
    let mut run = encoder.begin(&[BertInput { ids, types: &types }], BertOutputOptions::default());
    while run.next_layer().is_some_and(|next| next < layer) && run.step() {}
    numbers(run.stop().last)
}

/// The last hidden states, from those before a layer on.
fn resume(encoder: &Bert, states: Vec<f32>, lengths: &[usize], layer: usize) -> Tensor<2> {
    let device = Device::flex();
    let shape = [states.len() / encoder.config.hidden_size, encoder.config.hidden_size];
    let states = Tensor::from_data(TensorData::new(states, shape), &device);
    let sequences = Sequences::new(lengths, &device);
    encoder.resume(states, sequences, layer, BertOutputOptions::default()).finish().last
}

/// How much of an encoder's notion of similarity is left: the correlation of all pairs' cosines before and after, for
/// the same texts' vectors at unit length, `[texts, width]`. 1: nothing was forgotten.
pub fn similarity_kept(before: &[f32], after: &[f32], width: usize) -> f64 {
    let cosines = |vectors: &[f32]| -> Vec<f64> {
        let rows: Vec<&[f32]> = vectors.chunks_exact(width).collect();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum();
        let pairs = (0..rows.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        pairs.map(|(i, j)| dot(rows[i], rows[j])).collect()
    };
    let centred = |values: Vec<f64>| -> Vec<f64> {
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        values.into_iter().map(|value| value - mean).collect()
    };
    let (before, after) = (centred(cosines(before)), centred(cosines(after)));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let length = (dot(&before, &before) * dot(&after, &after)).sqrt();
    // Vectors that are all the same have no similarities left.
    if length > 0.0 { dot(&before, &after) / length } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_a_correlation() {
        let vectors = [1.0, 0.0, 0.8, 0.6, 0.0, 1.0, -0.6, 0.8];
        let turned: Vec<f32> = vectors.chunks_exact(2).flat_map(|it| [-it[1], it[0]]).collect();
        assert!((similarity_kept(&vectors, &turned, 2) - 1.0).abs() < 1e-6);
        assert_eq!(similarity_kept(&vectors, &[1.0, 0.0].repeat(4), 2), 0.0);
        let mixed = [1.0, 0.0, -1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
        assert!(similarity_kept(&vectors, &mixed, 2) < 0.5);
    }
}
