//! The third stage: a policy learns from a reward.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use web_time::Instant;

use super::{
    reward::{Reward, check_count},
    writing::{end_of, openings, read_out, write},
};
use crate::{
    engine::{loaded::Loaded, pause::pause},
    error::{Allowed, LecternError, Result},
    learning::{Alignment, AlignmentOptions, PpoOptions, Rollout, Taste},
    models::{Gpt2, Transformer},
    progress::CancelToken,
    protocol::{AlignOptions, AlignStep, Ending, Event, Sample},
};

/// Texts that are judged, and that are learnt from, without a break.
const JUDGED: usize = 4;
const LEARNT: usize = 2;
/// Texts that are reported.
const SAMPLES: usize = 3;
/// Most texts of an iteration.
const MOST: usize = 256;

/// A request to align.
pub(super) struct Aligning<'a> {
    pub(super) texts: Vec<String>,
    pub(super) options: AlignOptions,
    pub(super) cancel: &'a CancelToken,
    pub(super) emit: &'a dyn Fn(Event),
}

/// A decoder that learned, and how.
pub(super) struct Found {
    pub(super) student: Loaded,
    pub(super) ending: Ending,
    pub(super) seconds: f64,
}

impl Aligning<'_> {
    fn check(&self, context: usize) -> Result<()> {
        let AlignOptions { beta, rate, clip, rollouts, tokens, epochs, layers, .. } = self.options;
        check_count("rollouts", rollouts, MOST / self.texts.len().max(1))?;
        check_count("tokens", tokens, context)?;
        check_count("epochs", epochs, 16)?;
        check_count("layers", layers, usize::from(u16::MAX))?;
        if !(beta.is_finite() && beta >= 0.0) {
            return Err(LecternError::bad_option("beta", beta, Allowed::AtLeast { least: 0.0 }));
        }
        for (option, given) in [("rate", rate), ("clip", clip)] {
            if !(given.is_finite() && given > 0.0) {
                return Err(LecternError::bad_option(option, given, Allowed::Above { limit: 0.0 }));
            }
        }
        Ok(())
    }

    /// Returns the policy when it stopped learning.
    pub(super) async fn run(&self, reward: &Reward) -> Result<Found> {
        let loaded = &reward.loaded;
        self.check(loaded.info.context)?;
        let start = Instant::now();
        let AlignOptions { beta, clip, rate, layers, iterations, seed, .. } = self.options;
        let ppo = PpoOptions { beta, clip, ..PpoOptions::default() };
        let options = AlignmentOptions { ppo, rate, layers };
        let mut run = Run {
            request: self,
            loaded,
            openings: openings(loaded, &self.texts, self.options.tokens)?,
            end: end_of(loaded, &reward.model),
            taste: Taste::new(self.options.taste.iter().map(String::as_str)),
            alignment: Alignment::new(reward.model.clone(), reward.judge.clone(), options),
            random: ChaCha8Rng::seed_from_u64(seed.into()),
        };
        // The last policy that wrote something: what is kept when a step is broken off, or leads to nothing.
        let mut kept = run.alignment.policy();
        let mut ending = Ending::Complete;
        for step in 0..=iterations {
            match run.iterate(step, &mut kept).await {
                Ok(true) => (),
                Ok(false) => ending = Ending::Diverged,
                Err(LecternError::Cancelled) => ending = Ending::Stopped,
                Err(error) => return Err(error),
            }
            if ending != Ending::Complete {
                break;
            }
        }
        let student = Transformer::Decoder(Box::new(kept));
        let student = loaded.student(student, format!("{} *", loaded.info.name));
        Ok(Found { student, ending, seconds: start.elapsed().as_secs_f64() })
    }
}

/// An alignment in progress.
struct Run<'a> {
    request: &'a Aligning<'a>,
    loaded: &'a Loaded,
    openings: Vec<Vec<u32>>,
    end: Option<u32>,
    taste: Taste,
    alignment: Alignment,
    random: ChaCha8Rng,
}

impl Run<'_> {
    /// Writes and reports, then learns from that, unless it is the last time. Returns whether all numbers are finite;
    /// the policy that wrote is kept.
    async fn iterate(&mut self, step: usize, kept: &mut Gpt2) -> Result<bool> {
        let (cancel, total) = (self.request.cancel, self.request.options.iterations);
        cancel.step().await?;
        let policy = self.alignment.policy();
        let mut rollouts = self.rollouts(&policy).await?;
        let is_finite = |it: &Rollout| {
            it.reward().is_finite() && it.divergences.iter().all(|it| it.is_finite())
        };
        if !rollouts.iter().all(is_finite) {
            return Ok(false);
        }
        *kept = policy;
        (self.request.emit)(Event::AlignStep { step: self.described(step, &rollouts) });
        if step == total {
            return Ok(true);
        }
        self.alignment.weigh(&mut rollouts);
        self.learn(&rollouts).await
    }

    /// What a policy writes, judged.
    async fn rollouts(&mut self, policy: &Gpt2) -> Result<Vec<Rollout>> {
        let AlignOptions { rollouts, tokens, .. } = self.request.options;
        let cancel = self.request.cancel;
        // All openings once, then all once more: the first texts are of different openings.
        let each: Vec<&[u32]> =
            (0..rollouts).flat_map(|_| self.openings.iter().map(|it| &it[..])).collect();
        let mut texts =
            write(policy, &each, tokens, self.end, &mut self.random, cancel).await?.into_iter();
        let mut judged = Vec::with_capacity(each.len());
        while texts.len() > 0 {
            pause().await;
            cancel.check()?;
            judged.extend(self.alignment.judge(texts.by_ref().take(JUDGED).collect()));
        }
        Ok(judged)
    }

    /// Learns from rollouts. Returns whether the loss is finite.
    async fn learn(&mut self, rollouts: &[Rollout]) -> Result<bool> {
        let total = rollouts.iter().map(|it| it.shares.len()).sum();
        for epoch in 0..self.request.options.epochs {
            let mut loss = 0.0;
            for part in rollouts.chunks(LEARNT) {
                pause().await;
                self.request.cancel.check()?;
                loss += self.alignment.learn(part, total);
            }
            if !loss.is_finite() {
                return Ok(false);
            }
            self.alignment.step(epoch == 0);
        }
        Ok(true)
    }

    fn described(&self, step: usize, rollouts: &[Rollout]) -> AlignStep {
        let read = |it: &Rollout| read_out(self.loaded, &it.text, self.end);
        let worth: Vec<f64> = rollouts.iter().map(|it| self.taste.worth(&read(it).1)).collect();
        let count = self.openings.len();
        let sample = |index: usize| {
            let rollout = &rollouts[index];
            Sample {
                opening: self.request.texts[index % count].clone(),
                tokens: read(rollout).0,
                shares: rollout.shares.iter().map(|share| *share as f32).collect(),
                reward: rollout.reward(),
                worth: worth[index],
            }
        };
        let at_place = |place: usize| {
            mean(rollouts.iter().filter_map(|it| it.divergences.get(place).copied()))
        };
        let longest = rollouts.iter().map(|it| it.divergences.len()).max().unwrap_or_default();
        AlignStep {
            step,
            total: self.request.options.iterations,
            reward: mean(rollouts.iter().map(Rollout::reward)),
            worth: mean(worth.iter().copied()),
            divergence: mean(rollouts.iter().flat_map(|it| it.divergences.iter().copied())),
            entropy: mean(rollouts.iter().flat_map(|it| it.entropies.iter().copied())),
            by_position: (0..longest).map(at_place).collect(),
            samples: (0..SAMPLES.min(rollouts.len())).map(sample).collect(),
        }
    }
}

fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), it| (sum + it, count + 1.0));
    sum / f64::max(count, 1.0)
}
