//! DistilBERT in miniature: an encoder with half the layers learns from the loaded one.

use std::rc::Rc;

use burn::module::Module;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{classifier::token_ids, floats::in_floats};
use crate::{
    engine::{
        loaded::Loaded,
        pause::{Pacing, pause},
        random_model,
    },
    error::{BadRequestReason, Head, LecternError, Result},
    generation::probabilities,
    learning::{
        AdamOptions, Batches, MaskedText, ModelGradients, Optimizer, Schedule, Triple, TripleLoss,
        logits_at, numbers, read_masked,
    },
    models::{Bert, Transformer},
    progress::CancelToken,
    protocol::{Candidate, DistilOptions, DistilStep, Event},
};

/// Longest piece of a text, in tokens.
const LONGEST: usize = 64;
/// Tokens that are learnt from without a break.
const PART_TOKENS: usize = 128;
/// Texts that are kept for tests, at most; never more than a tenth of all.
const TESTS: usize = 24;
/// Share of the tokens that are hidden (Devlin et al. 2019, section 3.1), and what becomes of those.
const HIDDEN: f64 = 0.15;
const MASKED: f64 = 0.8;
const EXCHANGED: f64 = 0.9;
/// Steps between two measurements.
const EVERY: usize = 5;
/// Candidates of a mask that are reported.
const CANDIDATES: usize = 5;
/// Share of a parameter that a step of rate 1 takes away, and the gradients' largest norm (DistilBERT's own settings).
const DECAY: f64 = 0.01;
const LARGEST_NORM: f64 = 5.0;

/// A request to distil.
pub(super) struct Distillation<'a> {
    pub(super) texts: Vec<String>,
    pub(super) probe: String,
    pub(super) options: DistilOptions,
    pub(super) cancel: &'a CancelToken,
    pub(super) emit: &'a dyn Fn(Event),
}

impl Distillation<'_> {
    /// Returns the student.
    pub(super) async fn run(&self, loaded: &Rc<Loaded>) -> Result<Loaded> {
        let no_head = || loaded.missing(Head::MaskedLanguage);
        let (mask, _) = loaded.tokenizer.mask().ok_or_else(no_head)?;
        let teacher = in_floats(loaded.encoder()?, self.cancel).await?;
        if teacher.masked_head.is_none() {
            return Err(no_head());
        }
        let mut texts = Vec::new();
        for text in &self.texts {
            let ids = token_ids(loaded, text)?;
            texts.extend((ids.len() > 3).then(|| ids[..ids.len().min(LONGEST)].to_vec()));
        }
        if texts.is_empty() {
            return Err(LecternError::bad_request(BadRequestReason::NoExamples));
        }
        let tests = texts.split_off(texts.len() - TESTS.min(texts.len() / 10));
        let learning = Learning {
            triple: Triple {
                temperature: self.options.temperature,
                soft: self.options.soft,
                hard: self.options.hard,
                cosine: self.options.cosine,
                at_every_token: false,
            },
            hiding: Hiding { mask, vocabulary: teacher.config.vocab_size as u32 },
            texts,
        };
        let student = self.first_student(&teacher).await?;
        let student = self.learn(loaded, &teacher, student, learning, &tests).await?;
        Ok(loaded
            .student(Transformer::Encoder(Box::new(student)), format!("{} / 2", loaded.info.name)))
    }

    /// Half the layers: every other one of the teacher's, or random ones.
    async fn first_student(&self, teacher: &Bert) -> Result<Bert> {
        let half = teacher.layers.len().div_ceil(2);
        let every_other: Vec<usize> = (0..half).map(|index| 2 * index).collect();
        let mut student = teacher.with_layers(&every_other);
        if !self.options.from_teacher {
            let (seed, cancel) = (self.options.seed, self.cancel);
            student = random_model::encoder(student.config, true, seed, cancel).await?;
        }
        Ok(student)
    }

    async fn learn(
        &self,
        loaded: &Loaded,
        teacher: &Bert,
        student: Bert,
        learning: Learning,
        tests: &[Vec<u32>],
    ) -> Result<Bert> {
        let DistilOptions { rate, steps, tokens, seed, .. } = self.options;
        let schedule = Schedule::warmed_up(rate, steps);
        let adam = AdamOptions { decay: DECAY, ..AdamOptions::default() };
        let mut optimizer = Optimizer::new(adam, Some(LARGEST_NORM));
        let mut random = ChaCha8Rng::seed_from_u64(seed.into());
        let mut batches = Batches::new(learning.texts.len(), seed.into());
        // The same words are hidden in the tests every time.
        let tests: Vec<MaskedText> = {
            let mut random = ChaCha8Rng::seed_from_u64(0);
            tests.iter().map(|ids| learning.hiding.hide(ids, &mut random)).collect()
        };
        let mut student = student.train();
        let first = DistilStep {
            step: 0,
            total: steps,
            soft: 0.0,
            hard: 0.0,
            cosine: 0.0,
            loss: 0.0,
            probe: self.probe(loaded, &student.valid())?,
            accuracy: self.accuracy(&student.valid(), &tests).await?,
        };
        (self.emit)(Event::DistilStep { step: first });
        for step in 1..=steps {
            if self.cancel.step().await.is_err() {
                break;
            }
            let mut sum = TripleLoss::default();
            let mut gradients = ModelGradients::default();
            let (mut parts, mut read) = (0.0, 0);
            while read < tokens {
                let mut part = Vec::new();
                let mut part_tokens = 0;
                while part_tokens < PART_TOKENS.min(tokens) {
                    let ids = &learning.texts[batches.next(1)[0]];
                    part_tokens += ids.len();
                    part.push(learning.hiding.hide(ids, &mut random));
                }
                read += part_tokens;
                let taught = learning.triple.teach(teacher, &part);
                pause().await;
                let hidden = read_masked(&student, &part);
                let (loss, slopes) = learning.triple.loss(&student, hidden, &taught, &part);
                gradients.add(ModelGradients::of(&student, slopes.into()));
                for (sum, part) in [
                    (&mut sum.soft, loss.soft),
                    (&mut sum.hard, loss.hard),
                    (&mut sum.cosine, loss.cosine),
                    (&mut sum.sum, loss.sum),
                ] {
                    *sum += part;
                }
                parts += 1.0;
                pause().await;
                if self.cancel.is_cancelled() {
                    return Ok(student.valid());
                }
            }
            // A step's loss is the mean of its parts'.
            gradients.scale(1.0 / parts);
            (student, _) = optimizer.step(student, gradients, schedule.rate(step));
            let is_measured = step % EVERY == 0 || step == steps || step == 1;
            let now = student.valid();
            let step = DistilStep {
                step,
                total: steps,
                soft: sum.soft / f64::from(parts),
                hard: sum.hard / f64::from(parts),
                cosine: sum.cosine / f64::from(parts),
                loss: sum.sum / f64::from(parts),
                probe: if is_measured { self.probe(loaded, &now)? } else { Vec::new() },
                accuracy: if is_measured { self.accuracy(&now, &tests).await? } else { None },
            };
            let is_finite = step.loss.is_finite();
            (self.emit)(Event::DistilStep { step });
            if !is_finite {
                break;
            }
        }
        Ok(student.valid())
    }

    /// A model's candidates for the masks of the probe.
    fn probe(&self, loaded: &Loaded, model: &Bert) -> Result<Vec<Vec<Candidate>>> {
        let ids = token_ids(loaded, &self.probe)?;
        let mask = loaded.tokenizer.mask().map(|(id, _)| id);
        let hidden =
            read_masked(model, &[MaskedText { labels: vec![None; ids.len()], ids: ids.clone() }]);
        let masks = (0..ids.len()).filter(|position| Some(ids[*position]) == mask);
        let candidates = masks.map(|position| {
            let logits = numbers(logits_at(model, &hidden, &[position]));
            loaded.candidates(&logits, &probabilities(&logits, 1.0), CANDIDATES)
        });
        Ok(candidates.collect())
    }

    /// The share of the hidden tokens that a model names.
    async fn accuracy(&self, model: &Bert, tests: &[MaskedText]) -> Result<Option<f64>> {
        let mut pacing = Pacing::new(self.cancel);
        let (mut right, mut all) = (0, 0);
        for text in tests {
            if pacing.between().await.is_err() {
                return Ok(None);
            }
            let (rows, asked): (Vec<usize>, Vec<u32>) = text
                .labels
                .iter()
                .enumerate()
                .filter_map(|(row, label)| Some((row, (*label)?)))
                .unzip();
            if asked.is_empty() {
                continue;
            }
            let hidden = read_masked(model, std::slice::from_ref(text));
            let logits = logits_at(model, &hidden, &rows);
            let vocabulary = logits.dims()[1];
            for (row, label) in numbers(logits).chunks_exact(vocabulary).zip(&asked) {
                right += usize::from(row.iter().all(|logit| *logit <= row[*label as usize]));
                all += 1;
            }
        }
        Ok((all > 0).then(|| right as f64 / all as f64))
    }
}

/// What a student learns from.
struct Learning {
    triple: Triple,
    hiding: Hiding,
    texts: Vec<Vec<u32>>,
}

/// How tokens are hidden.
struct Hiding {
    mask: u32,
    vocabulary: u32,
}

impl Hiding {
    /// Hides tokens of a text other than its first and last one, at least one.
    fn hide(&self, ids: &[u32], random: &mut ChaCha8Rng) -> MaskedText {
        let mut text = MaskedText { ids: ids.to_vec(), labels: vec![None; ids.len()] };
        let inner = 1..ids.len() - 1;
        let one = random.random_range(inner.clone());
        for position in inner {
            if position == one || random.random_bool(HIDDEN) {
                text.labels[position] = Some(ids[position]);
                let fate: f64 = random.random();
                if fate < MASKED {
                    text.ids[position] = self.mask;
                } else if fate < EXCHANGED {
                    text.ids[position] = random.random_range(0..self.vocabulary);
                }
            }
        }
        text
    }
}
