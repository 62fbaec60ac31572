//! The first stage: fine-tuning on demonstrations. Only an answer's tokens are learnt, and the token that ends it.

use burn::module::Module;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use web_time::Instant;

use super::{
    align::Found,
    floats::decoder_in_floats,
    reward::check_count,
    writing::{end_of, read_out, write},
};
use crate::{
    engine::{loaded::Loaded, pause::pause},
    error::{Allowed, BadRequestReason, LecternError, Result},
    learning::{
        AdamOptions, Batches, ModelGradients, Optimizer, Passage, Schedule, keeps_to_subject,
        next_token_loss,
    },
    models::{Gpt2, Transformer},
    progress::CancelToken,
    protocol::{Answer, Ending, Event, InstructOptions, InstructStep, Instruction},
};

/// Longest instruction with its answer, in tokens; what is longer is cut.
const LONGEST: usize = 96;
/// Tokens that are learnt from without a break.
const PART_TOKENS: usize = 48;
/// Steps between two measurements.
const EVERY: usize = 5;
/// Share of a parameter that a step of rate 1 takes away, and the gradients' largest norm.
const DECAY: f64 = 0.01;
const LARGEST_NORM: f64 = 1.0;

/// A request to fine-tune on instructions.
pub(super) struct Instructing<'a> {
    pub(super) examples: Vec<Instruction>,
    pub(super) tests: Vec<Instruction>,
    pub(super) options: InstructOptions,
    pub(super) cancel: &'a CancelToken,
    pub(super) emit: &'a dyn Fn(Event),
}

/// Instructions as tokens.
struct Lessons {
    examples: Vec<Passage>,
    tests: Vec<Passage>,
    /// The tests' instructions alone.
    prompts: Vec<Vec<u32>>,
    end: Option<u32>,
}

impl Instructing<'_> {
    fn check(&self, context: usize) -> Result<()> {
        let InstructOptions { rate, batch, steps, tokens, .. } = self.options;
        check_count("batch", batch, usize::from(u16::MAX))?;
        check_count("steps", steps.max(1), usize::from(u16::MAX))?;
        check_count("tokens", tokens, context.saturating_sub(LONGEST).max(1))?;
        if !(rate.is_finite() && rate > 0.0) {
            return Err(LecternError::bad_option("rate", rate, Allowed::Above { limit: 0.0 }));
        }
        Ok(())
    }

    /// Returns the model when it stopped learning.
    pub(super) async fn run(&self, loaded: &Loaded) -> Result<Found> {
        self.check(loaded.info.context)?;
        let start = Instant::now();
        let model = decoder_in_floats(loaded.decoder()?, self.cancel).await?;
        let lessons = self.lessons(loaded, &model)?;
        let (model, ending) = match self.learn(loaded, model.clone(), &lessons).await {
            Err(LecternError::Cancelled) => (model, Ending::Stopped),
            found => found?,
        };
        let student = Transformer::Decoder(Box::new(model));
        let student = loaded.student(student, format!("{} *", loaded.info.name));
        Ok(Found { student, ending, seconds: start.elapsed().as_secs_f64() })
    }

    fn lessons(&self, loaded: &Loaded, model: &Gpt2) -> Result<Lessons> {
        let end = end_of(loaded, model);
        let longest = LONGEST.min(loaded.info.context);
        let prompt = |text: &str| -> Result<Vec<u32>> {
            let mut ids = loaded.encode_prompt(text)?;
            ids.truncate(longest - 1);
            Ok(ids)
        };
        let question = |it: &Instruction| format!("{}{}", it.instruction, self.options.separator);
        let passage = |it: &Instruction| {
            let mut ids = prompt(&question(it))?;
            let asked = ids.len();
            ids.extend(loaded.encode_prompt(&it.response)?);
            ids.extend(end.filter(|_| self.options.ends));
            ids.truncate(longest);
            let is_target = (0..ids.len()).map(|position| position >= asked.max(1)).collect();
            Ok(Passage { ids, is_target })
        };
        let passages = |all: &[Instruction]| {
            let found = all.iter().map(passage).collect::<Result<Vec<_>>>();
            Ok(found?.into_iter().filter(|it| it.is_target.contains(&true)).collect::<Vec<_>>())
        };
        let examples: Vec<Passage> = passages(&self.examples)?;
        if examples.is_empty() {
            return Err(LecternError::bad_request(BadRequestReason::NoExamples));
        }
        let asked = |it: &Instruction| prompt(&(question(it) + &self.options.prefill));
        let prompts = self.tests.iter().map(asked).collect::<Result<Vec<Vec<u32>>>>()?;
        if prompts.iter().any(Vec::is_empty) {
            return Err(LecternError::bad_request(BadRequestReason::EmptyText));
        }
        Ok(Lessons { examples, tests: passages(&self.tests)?, prompts, end })
    }

    async fn learn(
        &self,
        loaded: &Loaded,
        model: Gpt2,
        lessons: &Lessons,
    ) -> Result<(Gpt2, Ending)> {
        let InstructOptions { rate, steps, batch, seed, .. } = self.options;
        let schedule = Schedule::warmed_up(rate, steps);
        let adam = AdamOptions { decay: DECAY, ..AdamOptions::default() };
        let mut optimizer = Optimizer::new(adam, Some(LARGEST_NORM));
        let mut batches = Batches::new(lessons.examples.len(), seed.into());
        let (test_loss, answers) = self.measure(loaded, &model, lessons).await?;
        self.report(0, test_loss.unwrap_or_default(), test_loss, answers);
        let mut taped = model.train();
        for step in 1..=steps {
            if self.cancel.step().await.is_err() {
                return Ok((taped.valid(), Ending::Stopped));
            }
            let chosen: Vec<&Passage> =
                batches.next(batch).into_iter().map(|it| &lessons.examples[it]).collect();
            let targets: usize = chosen.iter().map(|it| count_targets(it)).sum();
            let mut gradients = ModelGradients::default();
            let mut loss = 0.0;
            for part in parts(&chosen) {
                let share = part.iter().map(count_targets).sum::<usize>() as f64 / targets as f64;
                let (of_part, (logits, mut slopes)) = next_token_loss(&taped, &part);
                slopes.iter_mut().for_each(|slope| *slope *= share as f32);
                loss += share * of_part;
                gradients.add(ModelGradients::of(&taped, vec![(logits, slopes)]));
                pause().await;
                if self.cancel.is_cancelled() {
                    return Ok((taped.valid(), Ending::Stopped));
                }
            }
            if !loss.is_finite() {
                return Ok((taped.valid(), Ending::Diverged));
            }
            (taped, _) = optimizer.step(taped, gradients, schedule.rate(step));
            let is_measured = step % EVERY == 0 || step == steps;
            let (test_loss, answers) = match is_measured {
                false => (None, Vec::new()),
                true => match self.measure(loaded, &taped.valid(), lessons).await {
                    Err(LecternError::Cancelled) => return Ok((taped.valid(), Ending::Stopped)),
                    found => found?,
                },
            };
            self.report(step, loss, test_loss, answers);
        }
        Ok((taped.valid(), Ending::Complete))
    }

    fn report(&self, step: usize, loss: f64, test_loss: Option<f64>, answers: Vec<Answer>) {
        let step = InstructStep { step, total: self.options.steps, loss, test_loss, answers };
        (self.emit)(Event::InstructStep { step });
    }

    /// The loss of the tests, and answers to them.
    async fn measure(
        &self,
        loaded: &Loaded,
        model: &Gpt2,
        lessons: &Lessons,
    ) -> Result<(Option<f64>, Vec<Answer>)> {
        if lessons.prompts.is_empty() {
            return Ok((None, Vec::new()));
        }
        let (mut sum, mut count) = (0.0, 0);
        for part in parts(&lessons.tests.iter().collect::<Vec<_>>()) {
            pause().await;
            self.cancel.check()?;
            let own: usize = part.iter().map(count_targets).sum();
            sum += own as f64 * next_token_loss(model, &part).0;
            count += own;
        }
        let prompts: Vec<&[u32]> = lessons.prompts.iter().map(|ids| &ids[..]).collect();
        let mut random = ChaCha8Rng::seed_from_u64(self.options.seed.into());
        let (tokens, end) = (self.options.tokens, lessons.end);
        let written = write(model, &prompts, tokens, end, &mut random, self.cancel).await?;
        let answers = written.iter().zip(&self.tests).map(|(written, test)| {
            let text = read_out(loaded, written, end).1;
            Answer {
                is_ended: written.is_ended(end),
                is_on_subject: keeps_to_subject(&text, &test.instruction),
                text: text.trim().to_owned(),
            }
        });
        Ok(((count > 0).then(|| sum / count as f64), answers.collect()))
    }
}

fn count_targets(passage: &Passage) -> usize {
    (1..passage.ids.len()).filter(|position| passage.is_target[*position]).count()
}

/// Passages in parts that are computed without a break.
fn parts(passages: &[&Passage]) -> Vec<Vec<Passage>> {
    let mut parts: Vec<Vec<Passage>> = Vec::new();
    let mut tokens = PART_TOKENS;
    for passage in passages {
        if tokens + passage.ids.len() > PART_TOKENS {
            parts.push(Vec::new());
            tokens = 0;
        }
        tokens += passage.ids.len();
        parts.last_mut().expect("there is one").push((*passage).clone());
    }
    parts
}
