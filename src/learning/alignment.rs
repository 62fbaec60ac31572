//! Reinforcement learning of a decoder against a reward (Ouyang et al. 2022, section 3.4): the policy writes, a reward
//! model judges what it wrote by the frozen reference's states, and PPO moves the policy. Part by part: no part takes
//! long.

use burn::{
    module::Module,
    tensor::{Int, Tensor, TensorData},
};

use super::{
    adam::{Adam, AdamOptions, clip},
    language::double,
    ppo::{Action, PpoOptions, advantages, divergence, moments, ppo_loss, token_rewards, whitened},
    reward::RewardModel,
    softmax::{entropy, log_softmax},
    tape::{ModelGradients, Optimizer, numbers},
    writing::Written,
};
use crate::models::Gpt2;

/// The largest norm of the gradients.
const LARGEST_NORM: f64 = 1.0;
/// The values begin with nothing learnt, and learn so many times faster.
const VALUE_RATE: f64 = 10.0;
/// Iterations in which the rate rises.
const WARM_UP: usize = 3;

/// A reward model whose rewards have mean 0 and variance 1 over what the reference writes: a reward is known up to a
/// constant, and β has the same meaning for all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Judge {
    model: RewardModel,
    mean: f64,
    deviation: f64,
}

impl Judge {
    /// A judge by a reward model; the mean states of what the reference writes are the rows of `answers`.
    pub fn new(model: RewardModel, answers: &[f32]) -> Self {
        let rewards: Vec<f64> =
            answers.chunks_exact(model.weights.len()).map(|it| model.reward(it)).collect();
        let (mean, variance) = moments(&rewards);
        // Where all are worth the same, nothing is worth more than anything else.
        let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        Self { model, mean, deviation }
    }

    /// What each token adds to the reward of an answer, from its states `[tokens, width]`: they add up to it.
    pub fn shares(&self, states: &[f32]) -> Vec<f64> {
        let shares = self.model.shares(states);
        let of_mean = self.mean / shares.len().max(1) as f64;
        shares.into_iter().map(|share| (share - of_mean) / self.deviation).collect()
    }
}

/// The last hidden states of what was written in each text, `[tokens, width]`.
///
/// # Panics
/// If there are no texts.
pub fn written_states(model: &Gpt2, texts: &[Written]) -> Vec<Vec<f32>> {
    let ids: Vec<&[u32]> = texts.iter().map(|text| &text.ids[..]).collect();
    let last = numbers(model.read_batch(&ids));
    own_rows(texts, &last, model.config.n_embd)
}

/// Of the rows of texts end to end, those of each text's written tokens.
fn own_rows(texts: &[Written], rows: &[f32], width: usize) -> Vec<Vec<f32>> {
    let mut start = 0;
    let own = |text: &Written| {
        let own = start + text.opening..start + text.ids.len();
        start = own.end;
        rows[own.start * width..own.end * width].to_vec()
    };
    texts.iter().map(own).collect()
}

/// What a reference found in a text.
struct Reading {
    /// Its last hidden states of the tokens that were written, `[tokens, width]`.
    states: Vec<f32>,
    /// For each of these tokens: its log-probabilities of the whole vocabulary before it.
    logs: Vec<Vec<f64>>,
    /// Hidden states of the whole text before a layer, `[text, width]`; empty before the first one.
    below: Vec<f32>,
}

/// Reads texts together, and keeps the states before `layer`.
fn read_written(model: &Gpt2, texts: &[Written], layer: usize) -> Vec<Reading> {
    let ids: Vec<&[u32]> = texts.iter().map(|text| &text.ids[..]).collect();
    let lengths: Vec<usize> = ids.iter().map(|ids| ids.len()).collect();
    let below = model.read_batch_to(&ids, layer);
    let last = model.read_batch_from(below.clone(), &lengths, layer);
    let logits = numbers(model.logits(select(&last, &places(texts.iter()))));
    let (below, last) = (numbers(below), numbers(last));
    let width = model.config.n_embd;
    let mut rows = logits.chunks_exact(model.config.vocab_size);
    let mut rest = &below[..];
    let read = |(text, states): (&Written, Vec<f32>)| {
        let (below, others) = rest.split_at(text.ids.len() * width);
        rest = others;
        let rows = rows.by_ref().take(text.own().len());
        Reading {
            states,
            logs: rows.map(|row| log_softmax(&double(row), 1.0)).collect(),
            below: if layer > 0 { below.to_vec() } else { Vec::new() },
        }
    };
    texts.iter().zip(own_rows(texts, &last, width)).map(read).collect()
}

/// The rows of texts end to end from which their written tokens were chosen.
fn places<'a>(texts: impl Iterator<Item = &'a Written>) -> Vec<i32> {
    let mut start = 0;
    let of_text = |text: &Written| {
        let first = start + text.opening - 1;
        start += text.ids.len();
        first as i32..(first + text.own().len()) as i32
    };
    texts.flat_map(of_text).collect()
}

fn select(states: &Tensor<2>, rows: &[i32]) -> Tensor<2> {
    states.clone().select(0, Tensor::<1, Int>::from_ints(rows, &states.device()))
}

/// A text of the policy, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    /// The text.
    pub text: Written,
    /// What each of its tokens adds to its reward.
    pub shares: Vec<f64>,
    /// The exact divergence of the policy from the reference at each of its tokens, in nats.
    pub divergences: Vec<f64>,
    /// The policy's entropy there, in nats.
    pub entropies: Vec<f64>,
    /// The reference's log-probability of each of its tokens.
    reference: Vec<f64>,
    below: Vec<f32>,
    actions: Vec<Action>,
}

impl Rollout {
    /// Its reward.
    pub fn reward(&self) -> f64 {
        self.shares.iter().sum()
    }
}

/// How a policy learns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlignmentOptions {
    /// The objective.
    pub ppo: PpoOptions,
    /// The learning rate after its rise.
    pub rate: f64,
    /// Number of layers that learn, from the last one down; all of them and the embeddings where there are not more.
    pub layers: usize,
}

/// A policy that learns.
pub struct Alignment {
    policy: Option<Gpt2>,
    reference: Gpt2,
    judge: Judge,
    options: AlignmentOptions,
    first_layer: usize,
    optimizer: Optimizer,
    /// The value of a state: weights and a constant, which learn beside the policy without moving its states.
    values: Vec<f32>,
    moments: Adam,
    gradients: ModelGradients,
    by_values: Vec<f32>,
    iteration: usize,
}

impl Alignment {
    /// A policy that begins as the reference, which is on the CPU with weights in floats.
    pub fn new(reference: Gpt2, judge: Judge, options: AlignmentOptions) -> Self {
        let width = reference.config.n_embd;
        Self {
            policy: Some(reference.clone().train()),
            first_layer: reference.layers.len().saturating_sub(options.layers),
            reference,
            judge,
            options,
            optimizer: Optimizer::new(AdamOptions::default(), Some(LARGEST_NORM)),
            values: vec![0.0; width + 1],
            moments: Adam::default(),
            gradients: ModelGradients::default(),
            by_values: vec![0.0; width + 1],
            iteration: 0,
        }
    }

    /// The policy as it is now, off the tape.
    pub fn policy(&self) -> Gpt2 {
        self.taped().valid()
    }

    fn taped(&self) -> &Gpt2 {
        self.policy.as_ref().expect("taken during a step only")
    }

    /// Judges texts that the policy wrote. They have no advantages yet.
    pub fn judge(&self, texts: Vec<Written>) -> Vec<Rollout> {
        let readings = read_written(&self.reference, &texts, self.first_layer);
        let judged = |(text, reading): (Written, Reading)| {
            let own: Vec<Vec<f64>> = text.logs.iter().map(|logs| double(logs)).collect();
            let entropy =
                |logs: &Vec<f64>| entropy(&logs.iter().map(|log| log.exp()).collect::<Vec<_>>());
            let pairs = own.iter().zip(&reading.logs);
            let chosen = text.own().iter().zip(&reading.logs);
            Rollout {
                shares: self.judge.shares(&reading.states),
                divergences: pairs.map(|(own, reference)| divergence(own, reference)).collect(),
                entropies: own.iter().map(entropy).collect(),
                reference: chosen.map(|(id, logs)| logs[*id as usize]).collect(),
                below: reading.below,
                actions: Vec::new(),
                text,
            }
        };
        texts.into_iter().zip(readings).map(judged).collect()
    }

    /// Gives the tokens of an iteration's rollouts their advantages.
    pub fn weigh(&self, rollouts: &mut [Rollout]) {
        let ppo = &self.options.ppo;
        let mut all = Vec::new();
        for rollout in rollouts.iter_mut() {
            let old = rollout.text.log_probabilities();
            let values: Vec<f64> =
                rollout.text.states.iter().map(|state| self.value(state)).collect();
            let rewards = token_rewards(&old, &rollout.reference, rollout.reward(), ppo.beta);
            let found = advantages(&rewards, &values, ppo);
            let tokens = rollout.text.own().iter().zip(old).zip(found.iter().zip(values));
            rollout.actions = tokens
                .map(|((token, old), (advantage, value))| Action {
                    token: *token as usize,
                    old,
                    advantage: 0.0,
                    value_target: advantage + value,
                })
                .collect();
            all.extend(found);
        }
        let actions = rollouts.iter_mut().flat_map(|it| &mut it.actions);
        actions.zip(whitened(&all)).for_each(|(action, white)| action.advantage = white);
    }

    fn value(&self, state: &[f32]) -> f64 {
        let (weights, constant) = self.values.split_at(state.len());
        let product: f32 = weights.iter().zip(state).map(|(v, x)| v * x).sum();
        f64::from(product + constant[0])
    }

    /// Learns from some of an iteration's rollouts, which hold `total` tokens together. Returns their part of the loss.
    ///
    /// # Panics
    /// If there are none, or they were not weighed.
    pub fn learn(&mut self, part: &[Rollout], total: usize) -> f64 {
        let policy = self.taped();
        let texts: Vec<&[u32]> = part.iter().map(|it| &it.text.ids[..]).collect();
        let last = if self.first_layer == 0 {
            policy.read_batch(&texts)
        } else {
            let lengths: Vec<usize> = texts.iter().map(|ids| ids.len()).collect();
            let below: Vec<f32> = part.iter().flat_map(|it| &it.below).copied().collect();
            let shape = [lengths.iter().sum(), policy.config.n_embd];
            let below = Tensor::from_data(TensorData::new(below, shape), &policy.device());
            policy.read_batch_from(below, &lengths, self.first_layer)
        };
        let chosen = select(&last, &places(part.iter().map(|it| &it.text)));
        let logits = policy.logits(chosen.clone());
        let states = numbers(chosen);
        let values: Vec<f64> =
            states.chunks_exact(policy.config.n_embd).map(|state| self.value(state)).collect();
        let actions: Vec<Action> = part.iter().flat_map(|it| it.actions.clone()).collect();
        let ppo = &self.options.ppo;
        let loss = ppo_loss(&actions, &numbers(logits.clone()), &values, ppo, total);
        let sum = loss.sum(ppo);
        let gradients = ModelGradients::of(policy, vec![(logits, loss.by_logits)]);
        let width = policy.config.n_embd;
        for (state, slope) in states.chunks_exact(width).zip(&loss.by_values) {
            let (weights, constant) = self.by_values.split_at_mut(width);
            weights.iter_mut().zip(state).for_each(|(by, x)| *by += *slope as f32 * x);
            constant[0] += *slope as f32;
        }
        self.gradients.add(gradients);
        sum
    }

    /// Moves the policy by what was learnt since the last step; `is_first` begins an iteration.
    pub fn step(&mut self, is_first: bool) {
        self.iteration += usize::from(is_first);
        let rate = self.options.rate * (self.iteration as f64 / WARM_UP as f64).min(1.0);
        let policy = self.policy.take().expect("taken during a step only");
        let gradients = std::mem::take(&mut self.gradients);
        let (policy, _) = self.optimizer.step(policy, gradients, rate);
        self.policy = Some(policy);
        clip(&mut [&mut self.by_values], LARGEST_NORM);
        let options = AdamOptions::default();
        self.moments.step(&mut self.values, &self.by_values, VALUE_RATE * rate, &options);
        self.by_values.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_judges_shares_add_up_to_a_reward_of_mean_0_and_variance_1() {
        let answers = [1.0, 0.0, 3.0, 1.0, -1.0, 2.0];
        let judge = Judge::new(RewardModel { weights: vec![2.0, -1.0] }, &answers);
        let rewards: Vec<f64> =
            answers.chunks_exact(2).map(|it| judge.shares(it).iter().sum()).collect();
        let (mean, variance) = moments(&rewards);
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12, "{rewards:?}");
        let both: f64 = judge.shares(&answers[..4]).iter().sum();
        assert!((both - (rewards[0] + rewards[1]) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_judge_without_an_opinion_gives_nothing() {
        let judge = Judge::new(RewardModel { weights: vec![0.0, 0.0] }, &[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(judge.shares(&[5.0, 6.0]), [0.0]);
    }
}
