//! A mixture of a model's layers that learns with a probe on it (Peters et al. 2018, section 3.2), and a probe of each layer
//! alone beside it. The model itself stays as it is.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use burn::tensor::{Tensor, TensorData};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use web_time::Instant;

use super::examples::check_labels;
use crate::{
    engine::{
        Emit,
        embed::{input, no_word, tokens_of},
        encode::encode,
        loaded::{Loaded, Model},
        pause::{Pacing, pause},
        readers::Words,
    },
    error::{BadRequestReason, LecternError, Result},
    generation::read,
    learning::{Mixer, MixerOptions, MixerRun},
    models::{BertOutputOptions, Elmo},
    progress::CancelToken,
    protocol::{
        Ending, Event, LabelledWord, MixtureLearnt, MixtureOptions, MixtureStep, Occurrence,
        ReadWord,
    },
};

/// Largest of the probe's first weights.
const FIRST: f32 = 0.05;

/// A request to learn a mixture.
pub(super) struct MixtureLesson<'a> {
    pub(super) texts: &'a [String],
    pub(super) examples: &'a [LabelledWord],
    pub(super) tests: &'a [LabelledWord],
    pub(super) classes: usize,
    pub(super) options: MixtureOptions,
    pub(super) cancel: &'a CancelToken,
    pub(super) emit: &'a Emit,
}

/// Words as the probe sees them.
struct Rows {
    /// Each row-major `[words, size]`.
    layers: Vec<Vec<f32>>,
    labels: Vec<usize>,
}

impl Rows {
    fn new(layers: Vec<Vec<f32>>, words: &[LabelledWord]) -> Self {
        Self { layers, labels: words.iter().map(|word| word.label).collect() }
    }

    fn run(&self, mixer: Mixer, layers: &[usize], options: MixerOptions) -> MixerRun<'_> {
        let layers = layers.iter().map(|index| self.layers[*index].as_slice()).collect();
        MixerRun::new(mixer, layers, &self.labels, options)
    }
}

impl MixtureLesson<'_> {
    /// Reads the texts, and learns.
    pub(super) async fn run(&self, loaded: &Loaded) -> Result<Event> {
        self.check()?;
        let start = Instant::now();
        let layers = self.read(loaded).await?;
        let (of_examples, of_tests) = parted(layers, self.examples.len() * loaded.info.hidden_size);
        let examples = Rows::new(of_examples, self.examples);
        let tests = Rows::new(of_tests, self.tests);
        let reading_seconds = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let all: Vec<usize> = (0..examples.layers.len()).collect();
        let (mixture, mut ending) = self.learn(&examples, &tests, &all, true).await;
        let mut alone = Vec::with_capacity(all.len());
        for layer in all {
            if ending != Ending::Complete {
                break;
            }
            let (step, ended) = self.learn(&examples, &tests, &[layer], false).await;
            alone.push(step.accuracy);
            ending = ended;
        }
        let learnt = MixtureLearnt {
            ending,
            mixture,
            alone,
            tests: self.tests.len(),
            reading_seconds,
            seconds: start.elapsed().as_secs_f64(),
        };
        Ok(Event::MixtureLearnt { learnt })
    }

    fn check(&self) -> Result<()> {
        if self.examples.is_empty() || self.tests.is_empty() || self.classes < 2 {
            return Err(LecternError::bad_request(BadRequestReason::NoExamples));
        }
        let all = || self.examples.iter().chain(self.tests);
        check_labels(all().map(|it| it.label), self.classes)?;
        match all().find(|it| it.text >= self.texts.len()) {
            None => Ok(()),
            Some(word) => Err(no_word(word.start, word.end)),
        }
    }

    /// The vectors of all words, of the examples first: each layer row-major `[words, size]`.
    async fn read(&self, loaded: &Loaded) -> Result<Vec<Vec<f32>>> {
        let words: Vec<&LabelledWord> = self.examples.iter().chain(self.tests).collect();
        let mut layers = vec![Vec::new(); loaded.info.layers + 1];
        let size = loaded.info.hidden_size;
        layers.iter_mut().for_each(|layer| layer.resize(words.len() * size, 0.0));
        let mut known = HashMap::new();
        let mut pacing = Pacing::new(self.cancel);
        for (index, text) in self.texts.iter().enumerate() {
            let of_text = words.iter().enumerate().filter(|(_, word)| word.text == index);
            let of_text: Vec<(usize, &LabelledWord)> = of_text.map(|(at, it)| (at, *it)).collect();
            if of_text.is_empty() {
                continue;
            }
            pacing.between().await?;
            let found = match &loaded.model {
                Model::Readers(model) => {
                    readers_layers(loaded, model, &mut known, text, &of_text).await?
                }
                _ => encoder_layers(loaded, text, &of_text, self.cancel).await?,
            };
            for (layer, found) in layers.iter_mut().zip(found) {
                for ((at, _), row) in of_text.iter().zip(found.chunks_exact(size)) {
                    layer[at * size..][..size].copy_from_slice(row);
                }
            }
            (self.emit)(Event::TextsDone { done: index + 1, total: self.texts.len() });
        }
        Ok(layers)
    }

    /// Trains a probe on some layers, with their mixture or without. Steps of the mixture are reported.
    async fn learn(
        &self,
        examples: &Rows,
        tests: &Rows,
        layers: &[usize],
        mixes: bool,
    ) -> (MixtureStep, Ending) {
        let MixtureOptions { l2, rate, steps, seed } = self.options;
        let options = MixerOptions { rate, l2, mixes };
        let size = examples.layers[0].len() / examples.labels.len();
        let mut run = examples.run(first(layers.len(), size, self.classes, seed), layers, options);
        let described = |run: &MixerRun<'_>, step: usize, loss: f64| MixtureStep {
            step,
            total: steps,
            loss,
            shares: run.mixer.shares(),
            gamma: run.mixer.gamma.into(),
            accuracy: tests.run(run.mixer.clone(), layers, options).accuracy(),
        };
        let mut last = described(&run, 0, run.loss());
        for step in 1..=steps {
            if mixes {
                (self.emit)(Event::MixtureStep { step: last.clone() });
            }
            if self.cancel.step().await.is_err() {
                return (last, Ending::Stopped);
            }
            let loss = run.step();
            if !loss.is_finite() {
                return (last, Ending::Diverged);
            }
            // A probe alone is measured at its end.
            if mixes || step == steps {
                last = described(&run, step, loss);
            }
            pause().await;
        }
        (last, Ending::Complete)
    }
}

/// Layers in two parts, the first of so many numbers each.
fn parted(mut layers: Vec<Vec<f32>>, first: usize) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
    let rest = layers.iter_mut().map(|layer| layer.split_off(first)).collect();
    (layers, rest)
}

/// The mixture and the probe before their first step: equal shares, γ = 1, a probe of small weights.
fn first(layers: usize, size: usize, classes: usize, seed: u32) -> Mixer {
    let mut random = ChaCha8Rng::seed_from_u64(seed.into());
    let mut small = || ((random.next_u32() >> 8) as f32 / (1 << 23) as f32 - 1.0) * FIRST;
    Mixer {
        scalars: vec![0.0; layers],
        gamma: 1.0,
        probe: (0..classes * size).map(|_| small()).collect(),
        bias: vec![0.0; classes],
    }
}

/// The vectors of an ELMo's words by layer, each row-major `[words, size]`. Of a word that came before, the vector made of
/// its characters is in `known`: that is half of the work.
async fn readers_layers(
    loaded: &Loaded,
    model: &Elmo,
    known: &mut HashMap<Vec<u32>, Vec<f32>>,
    text: &str,
    words: &[(usize, &LabelledWord)],
) -> Result<Vec<Vec<f32>>> {
    let read_words = Words::of(loaded, text)?;
    let range = |word: &LabelledWord| {
        let is_it = |it: &ReadWord| it.start == word.start;
        let found = read_words.words.iter().position(is_it);
        found.map(|at| at..at + 1).ok_or_else(|| no_word(word.start, word.end))
    };
    let ranges = words.iter().map(|(_, word)| range(word)).collect::<Result<Vec<_>>>()?;
    let marked = model.marked(&read_words.texts());
    let new: Vec<Vec<u32>> = (marked.iter())
        .filter(|word| !known.contains_key(*word))
        .collect::<HashSet<_>>()
        .into_iter()
        .cloned()
        .collect();
    let width = loaded.info.hidden_size / 2;
    if !new.is_empty() {
        let vectors = read(model.vectors(&new)).await?;
        known.extend(new.into_iter().zip(vectors.chunks_exact(width).map(<[f32]>::to_vec)));
    }
    let vectors: Vec<f32> = marked.iter().flat_map(|word| &known[word]).copied().collect();
    let vectors = TensorData::new(vectors, [marked.len(), width]);
    let output = model.read_vectors(Tensor::from_data(vectors, &model.device()));
    means(output.layers(), &ranges).await
}

/// The vectors of an encoder's words by layer, each row-major `[words, size]`: the means over their tokens.
async fn encoder_layers(
    loaded: &Loaded,
    text: &str,
    words: &[(usize, &LabelledWord)],
    cancel: &CancelToken,
) -> Result<Vec<Vec<f32>>> {
    let encoder = loaded.encoder()?;
    let encoding = loaded.encode(text, None, loaded.info.context)?;
    let range = |word: &LabelledWord| {
        let (start, end) = (word.start, word.end);
        tokens_of(&encoding, &Occurrence { text: String::new(), start, end })
    };
    let ranges = words.iter().map(|(_, word)| range(word)).collect::<Result<Vec<_>>>()?;
    let options = BertOutputOptions { hidden_states: true, attentions: None };
    let encoded = encode(&encoder.model, &[input(&encoding)], options, cancel).await?;
    means(encoded.hidden_states, &ranges).await
}

/// The mean of some rows of each layer, for each range of them.
async fn means(layers: Vec<Tensor<2>>, ranges: &[Range<usize>]) -> Result<Vec<Vec<f32>>> {
    let mut found = Vec::with_capacity(layers.len());
    for layer in layers {
        let [_, size] = layer.dims();
        let layer = read(layer).await?;
        let mean = |range: &Range<usize>| {
            let mut sum = vec![0.0; size];
            for token in range.clone() {
                let row = &layer[token * size..][..size];
                sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x / range.len() as f32);
            }
            sum
        };
        found.push(ranges.iter().flat_map(mean).collect());
    }
    Ok(found)
}
