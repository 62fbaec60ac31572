//! A classifier is taught: at once where that is convex, step by step where an encoder learns.

use std::{collections::HashMap, rc::Rc};

use burn::module::Module;
use web_time::Instant;

use super::{
    classifier::{Classifier, Reader, SmallReader, token_ids, vectors},
    floats::in_floats,
};
use crate::{
    engine::{
        loaded::Loaded,
        pause::{Pacing, pause},
        random_model,
    },
    error::{Head as MissingHead, LecternError, Result},
    learning::{
        Head, Schedule, StepDone, Tuning, TuningOptions, WordBag, share_right, similarity_kept,
    },
    models::{Bert, BertConfig, Transformer},
    progress::CancelToken,
    protocol::{Ending, Event, Example, Lane, Measured, Taught, TeachOptions, TeachStep},
};

/// The factor of ΣW²: of no influence on these tasks between a tenth and ten times as much.
pub(super) const PENALTY: f64 = 0.1;
/// Measurements of a training, apart from the one at its beginning.
const MEASUREMENTS: usize = 10;
/// Layers, heads and width of the encoder that begins with nothing.
const SMALL: [usize; 3] = [2, 6, 192];

/// A request to teach.
pub(super) struct Teaching<'a> {
    pub(super) examples: Vec<Example>,
    pub(super) tests: Vec<Example>,
    pub(super) classes: usize,
    pub(super) options: TeachOptions,
    pub(super) cancel: &'a CancelToken,
    pub(super) emit: &'a dyn Fn(Event),
}

/// What came of it.
pub(super) struct Found {
    pub(super) taught: Taught,
    pub(super) classifier: Classifier,
    /// The encoder that learned.
    pub(super) student: Option<Loaded>,
}

impl Teaching<'_> {
    pub(super) async fn run(&self, loaded: Option<Rc<Loaded>>) -> Result<Found> {
        let missing =
            || LecternError::MissingHead { model: String::new(), head: MissingHead::Encoder };
        match self.options.lane {
            Lane::Words => self.words().await,
            Lane::Features => self.features(loaded.ok_or_else(missing)?).await,
            Lane::FineTuning => self.fine_tuning(loaded.ok_or_else(missing)?).await,
            Lane::SmallEncoder => self.small_encoder(loaded.ok_or_else(missing)?).await,
        }
    }

    fn labels(&self) -> Vec<usize> {
        self.examples.iter().map(|example| example.label).collect()
    }

    async fn words(&self) -> Result<Found> {
        let start = Instant::now();
        let bag = WordBag::new(self.examples.iter().map(|example| example.text.as_str()));
        let rows: Vec<f32> = self.examples.iter().flat_map(|it| bag.vector(&it.text)).collect();
        self.fitted(Reader::Words(bag), &rows, start, 0.0).await
    }

    async fn features(&self, loaded: Rc<Loaded>) -> Result<Found> {
        let start = Instant::now();
        let ids = self.examples.iter().map(|it| token_ids(&loaded, &it.text));
        let ids = ids.collect::<Result<Vec<_>>>()?;
        let rows = vectors(&loaded.encoder()?.model, &ids, self.cancel).await?;
        let reading_seconds = start.elapsed().as_secs_f64();
        self.fitted(Reader::Encoder(loaded), &rows, start, reading_seconds).await
    }

    /// A classifier that is fitted at once to the examples' rows.
    async fn fitted(
        &self,
        reader: Reader,
        rows: &[f32],
        start: Instant,
        reading_seconds: f64,
    ) -> Result<Found> {
        pause().await;
        let head = Head::fit(rows, &self.labels(), self.classes, PENALTY);
        let seconds = start.elapsed().as_secs_f64() - reading_seconds;
        let trained = share_of(&self.examples, rows, &head).unwrap_or_default();
        let parameters = head.weights.len() + head.bias.len();
        let classifier = Classifier { reader, head };
        let accuracy = classifier.accuracy(&self.tests, self.cancel).await?;
        let taught = Taught {
            classifier: 0,
            model: None,
            ending: Ending::Complete,
            trained,
            accuracy,
            seconds,
            reading_seconds,
            parameters: parameters as u64,
        };
        Ok(Found { taught, classifier, student: None })
    }

    async fn fine_tuning(&self, loaded: Rc<Loaded>) -> Result<Found> {
        let encoder = in_floats(loaded.encoder()?, self.cancel).await?;
        let ids = |text: &str| token_ids(&loaded, text);
        let learnt =
            self.learn(&encoder, self.options.layers, self.options.head_first, ids).await?;
        let Learnt { tuning, taught } = learnt;
        let student = loaded.student(
            Transformer::Encoder(Box::new(tuning.encoder())),
            format!("{} *", loaded.info.name),
        );
        let classifier = Classifier { reader: Reader::Encoder(loaded), head: tuning.head() };
        Ok(Found { taught, classifier, student: Some(student) })
    }

    /// An encoder that begins with nothing. Its vocabulary is the tokens of the examples: the others could not be learnt.
    async fn small_encoder(&self, loaded: Rc<Loaded>) -> Result<Found> {
        // 0 is for all that do not occur.
        let mut ids = HashMap::new();
        for example in &self.examples {
            for id in token_ids(&loaded, &example.text)? {
                let next = ids.len() as u32 + 1;
                ids.entry(id).or_insert(next);
            }
        }
        let encoder = random_encoder(ids.len() + 1, self.options.seed, self.cancel).await?;
        let layers = encoder.layers.len();
        let mut reader = SmallReader { encoder, tokens_of: loaded, ids };
        let learnt = {
            let ids = |text: &str| reader.ids(text);
            self.learn(&reader.encoder, layers, false, ids).await?
        };
        reader.encoder = learnt.tuning.encoder();
        let head = learnt.tuning.head();
        let classifier = Classifier { reader: Reader::Small(Rc::new(reader)), head };
        Ok(Found { taught: learnt.taught, classifier, student: None })
    }

    /// Lets an encoder learn step by step.
    async fn learn(
        &self,
        encoder: &Bert,
        layers: usize,
        head_first: bool,
        ids: impl Fn(&str) -> Result<Vec<u32>>,
    ) -> Result<Learnt> {
        let start = Instant::now();
        let TeachOptions { rate, steps, batch, seed, .. } = self.options;
        let options = TuningOptions {
            layers,
            schedule: Schedule::warmed_up(rate, steps),
            batch: batch.clamp(1, self.examples.len()),
            seed: seed.into(),
        };
        let mut tuning = Tuning::new(encoder, options);
        let mut pacing = Pacing::new(self.cancel);
        for example in self.examples.iter().chain(&self.tests) {
            pacing.between().await?;
            tuning.add(ids(&example.text)?, example.label);
        }
        let size = encoder.config.hidden_size;
        let before = self.read(&tuning, self.cancel).await?;
        let head = match head_first {
            true => Head::fit(
                &before[..self.examples.len() * size],
                &self.labels(),
                self.classes,
                PENALTY,
            ),
            false => {
                Head { weights: vec![0.0; self.classes * size], bias: vec![0.0; self.classes] }
            }
        };
        tuning.begin(&head, self.examples.len());
        let reading_seconds = start.elapsed().as_secs_f64();
        let measured = self.measure(&tuning, &before, &before);
        self.report(TeachStep {
            step: 0,
            total: steps,
            loss: 0.0,
            trained: 0.0,
            measured: Some(measured),
        });

        let mut ending = Ending::Complete;
        let every = steps.div_ceil(MEASUREMENTS).max(1);
        // The vectors of the weights as they are now, unless a step changed these since.
        let mut current = Some(before.clone());
        for step in 1..=steps {
            let Some(done) = self.step(&mut tuning).await else {
                ending = Ending::Stopped;
                break;
            };
            current = None;
            if !done.loss.is_finite() {
                ending = Ending::Diverged;
                break;
            }
            if step % every == 0 || step == steps {
                match self.read(&tuning, self.cancel).await {
                    Ok(vectors) => current = Some(vectors),
                    Err(LecternError::Cancelled) => {
                        ending = Ending::Stopped;
                        break;
                    }
                    Err(error) => return Err(error),
                }
            }
            let measured = current.as_ref().map(|now| self.measure(&tuning, &before, now));
            let trained = done.right as f64 / done.texts as f64;
            self.report(TeachStep { step, total: steps, loss: done.loss, trained, measured });
        }
        // A training that was stopped is measured once more, whatever the token says.
        let after = match current {
            Some(after) => after,
            None => self.read(&tuning, &CancelToken::default()).await?,
        };
        let (of_examples, of_tests) = after.split_at(self.examples.len() * size);
        let head = tuning.head();
        let first = encoder.layers.len().saturating_sub(layers);
        let below = if first == 0 { encoder.token_embedding.shape()[0] * size } else { 0 };
        let learnt: usize = encoder.layers[first..].iter().map(Module::num_params).sum();
        let taught = Taught {
            classifier: 0,
            model: None,
            ending,
            trained: share_of(&self.examples, of_examples, &head).unwrap_or_default(),
            accuracy: share_of(&self.tests, of_tests, &head),
            seconds: start.elapsed().as_secs_f64() - reading_seconds,
            reading_seconds,
            parameters: (below + learnt + (size + 1) * self.classes) as u64,
        };
        Ok(Learnt { tuning, taught })
    }

    /// The next step as soon as it is allowed, with breaks between its parts; `None` if it was stopped.
    async fn step(&self, tuning: &mut Tuning) -> Option<StepDone> {
        // A step may be one part only: a signal arrives between two steps at least.
        pause().await;
        self.cancel.step().await.ok()?;
        loop {
            if let Some(done) = tuning.part() {
                return Some(done);
            }
            pause().await;
            self.cancel.check().ok()?;
        }
    }

    /// The vectors of all texts as they are now, `[examples and tests, size]`.
    async fn read(&self, tuning: &Tuning, cancel: &CancelToken) -> Result<Vec<f32>> {
        let mut pacing = Pacing::new(cancel);
        let count = self.examples.len() + self.tests.len();
        let mut found = Vec::new();
        for first in (0..count).step_by(READ_TOGETHER) {
            pacing.between().await?;
            found.extend(tuning.vectors(first..count.min(first + READ_TOGETHER)));
        }
        Ok(found)
    }

    fn measure(&self, tuning: &Tuning, before: &[f32], now: &[f32]) -> Measured {
        let size = now.len() / (self.examples.len() + self.tests.len());
        let (examples, tests) = now.split_at(self.examples.len() * size);
        Measured {
            accuracy: share_of(&self.tests, tests, &tuning.head()),
            kept: similarity_kept(before, now, size),
            vectors: examples.to_vec().into(),
            size,
        }
    }

    fn report(&self, step: TeachStep) {
        (self.emit)(Event::TeachStep { step });
    }
}

/// Texts whose vectors are computed without a break.
const READ_TOGETHER: usize = 8;

/// The share of examples that a head classifies rightly by their rows, `[examples, size]`; `None` without examples.
fn share_of(examples: &[Example], rows: &[f32], head: &Head) -> Option<f64> {
    let size = rows.len().checked_div(examples.len())?;
    let logits = rows.chunks_exact(size).map(|row| head.logits(row));
    Some(share_right(logits, examples.iter().map(|it| &it.label)))
}

/// An encoder and a head that learned.
struct Learnt {
    tuning: Tuning,
    taught: Taught,
}

/// An encoder of random weights.
async fn random_encoder(vocabulary: usize, seed: u32, cancel: &CancelToken) -> Result<Bert> {
    let [layers, heads, width] = SMALL;
    let config = serde_json::json!({
        "model_type": "bert", "vocab_size": vocabulary, "hidden_size": width,
        "num_hidden_layers": layers, "num_attention_heads": heads, "intermediate_size": 4 * width,
        "max_position_embeddings": super::classifier::LONGEST, "type_vocab_size": 1,
    });
    let config = BertConfig::from_json(config.to_string().as_bytes())?;
    random_model::encoder(config, false, seed, cancel).await
}
