//! PPO on a recorded rollout, the closed form over eight answers, and PPO on the way to it.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use super::{
    assert_close, assert_like, assert_near,
    case::{Case, Tensors, list, number, single},
};
use crate::{
    learning::{
        Action, Adam, AdamOptions, PpoOptions, Schedule, advantages, divergence, log_softmax,
        ppo_loss, softmax, token_rewards, whitened,
    },
    view_model::BestPolicy,
};

/// How near a loss, an entropy or a divergence must be.
const NUMBER: f64 = 1e-5;
/// How near a probability of the closed form must be.
const PROBABILITY: f32 = 1e-6;
/// How near PPO must come to the closed form, in total variation.
const VARIATION: f64 = 0.02;
/// Where the clipping is so near, rounding may decide it.
const AT_THE_CLIP: f64 = 1e-6;

/// A rollout as it lies in the file: padded rows, of which a prefix is real.
struct Rollouts<'a> {
    tensors: &'a Tensors,
    lengths: Vec<usize>,
    tokens: usize,
    vocabulary: usize,
}

impl<'a> Rollouts<'a> {
    fn new(tensors: &'a Tensors) -> Self {
        let (shape, mask) = tensors.get("mask");
        let tokens = shape[1];
        let lengths = mask.chunks_exact(tokens).map(|row| row.iter().sum::<f32>() as usize);
        let vocabulary = tensors.get("logits_new").0[2];
        Self { tensors, lengths: lengths.collect(), tokens, vocabulary }
    }

    /// A tensor's numbers at the real tokens of each rollout.
    fn rows(&self, name: &str) -> Vec<Vec<f64>> {
        let all = self.tensors.double(name);
        let rows = all.chunks_exact(self.tokens).zip(&self.lengths);
        rows.map(|(row, length)| row[..*length].to_vec()).collect()
    }

    /// Numbers at the real tokens, laid out as in the file, so many for each token.
    fn padded(&self, numbers: &[f64], each: usize) -> Vec<f32> {
        let mut found = vec![0.0; self.lengths.len() * self.tokens * each];
        let mut rest = numbers;
        for (row, length) in found.chunks_exact_mut(self.tokens * each).zip(&self.lengths) {
            let (own, others) = rest.split_at(length * each);
            row.iter_mut().zip(own).for_each(|(to, from)| *to = *from as f32);
            rest = others;
        }
        found
    }

    /// A tensor of logits at the real tokens.
    fn logits(&self, name: &str) -> Vec<f32> {
        let rows = self.tensors.get(name).1.chunks_exact(self.tokens * self.vocabulary);
        let own =
            rows.zip(&self.lengths).flat_map(|(row, length)| &row[..length * self.vocabulary]);
        own.copied().collect()
    }
}

pub(super) fn check(case: &Case) {
    let (expected, tensors) = (case.expected(), case.tensors());
    for (index, run) in list(&expected["cases"]).iter().enumerate() {
        check_rollout(case, &tensors, index, run);
    }
    for (index, run) in list(&expected["eight"]).iter().enumerate() {
        check_eight(case, &tensors, index, run);
    }
}

fn check_rollout(case: &Case, tensors: &Tensors, index: usize, run: &Value) {
    let what = |name: &str| case.what(&format!("case {index} {name}"));
    let setting = |name: &str| number(&run[name]);
    let options = PpoOptions {
        beta: setting("beta"),
        gamma: setting("gamma"),
        lambda: setting("lam"),
        clip: setting("clip"),
        value_weight: setting("value_weight"),
    };
    let rollouts = Rollouts::new(tensors);
    let like = |name: &str, found: &[f64]| {
        let expected = tensors.get(&format!("{index}.{name}")).1;
        assert_like(&what(name), &rollouts.padded(found, 1), expected, NUMBER as f32);
    };
    let [old, reference, values] =
        ["old_logprobs", "ref_logprobs", "values_old"].map(|name| rollouts.rows(name));
    let scores = tensors.double("scores");
    let rewards: Vec<Vec<f64>> = (0..scores.len())
        .map(|it| token_rewards(&old[it], &reference[it], scores[it], options.beta))
        .collect();
    like("rewards", &rewards.concat());
    let found: Vec<f64> =
        rewards.iter().zip(&values).flat_map(|(r, v)| advantages(r, v, &options)).collect();
    like("advantages", &found);
    let targets: Vec<f64> = found.iter().zip(values.concat()).map(|(a, v)| a + v).collect();
    like("returns", &targets);
    let white = whitened(&found);
    like("whitened", &white);

    let tokens = rollouts.rows("tokens").concat();
    let old = old.concat();
    let action = |it: usize| Action {
        token: tokens[it] as usize,
        old: old[it],
        advantage: white[it],
        value_target: targets[it],
    };
    let actions: Vec<Action> = (0..tokens.len()).map(action).collect();
    let logits = rollouts.logits("logits_new");
    let new_values = rollouts.rows("values_new").concat();
    let loss = ppo_loss(&actions, &logits, &new_values, &options, actions.len());
    like("ratio", &loss.ratios);
    let near = |name: &str, found: f64| {
        let difference = (found - setting(name)).abs();
        assert!(difference <= NUMBER, "{}: {found}, expected {}", what(name), setting(name));
    };
    near("policy_loss", loss.policy);
    near("value_loss", loss.value);
    near("loss", loss.sum(&options));
    near("entropy", loss.entropy);
    if setting("nearest_to_clip") > AT_THE_CLIP {
        near("clipped_share", loss.clipped);
        near("clipped_share_that_bites", loss.ended);
    }
    let row =
        |row: &[f32]| log_softmax(&row.iter().map(|it| f64::from(*it)).collect::<Vec<_>>(), 1.0);
    let of_reference = rollouts.logits("logits_ref");
    let pairs = logits.chunks_exact(rollouts.vocabulary);
    let pairs = pairs.zip(of_reference.chunks_exact(rollouts.vocabulary));
    let distances = pairs.map(|(new, reference)| divergence(&row(new), &row(reference)));
    near("kl", distances.sum::<f64>() / actions.len() as f64);
    let sampled = old.iter().zip(reference.concat()).map(|(old, reference)| old - reference);
    near("sampled_kl", sampled.sum::<f64>() / actions.len() as f64);

    let by_logits: Vec<f64> = loss.by_logits.iter().map(|it| f64::from(*it)).collect();
    for (name, found) in [
        ("grad_logits", rollouts.padded(&by_logits, rollouts.vocabulary)),
        ("grad_values", rollouts.padded(&loss.by_values, 1)),
    ] {
        let expected = tensors.get(&format!("{index}.{name}")).1;
        assert_close(&what(name), &found, expected, PROBABILITY);
    }
}

fn check_eight(case: &Case, tensors: &Tensors, index: usize, run: &Value) {
    let what = |name: &str| case.what(&format!("eight {index} {name}"));
    let (logs, rewards) = (tensors.double("eight.logprobs"), tensors.double("eight.rewards"));
    let beta = number(&run["beta"]);
    let best = BestPolicy::new(&logs, &rewards, beta);
    let reference = tensors.get("eight.pi_ref").1;
    assert_close(&what("pi_ref"), &single(&best.reference), reference, PROBABILITY);
    let expected = tensors.get(&format!("eight.{index}.pi")).1;
    assert_close(&what("pi"), &single(&best.probabilities), expected, PROBABILITY);
    assert_near(&what("ln Z"), best.log_z, number(&run["log_Z"]), 1e-5);
    for (name, found) in [("expected_reward", best.reward), ("kl", best.divergence)] {
        let expected = number(&run[name]);
        assert!((found - expected).abs() <= 1e-6, "{}: {found}, expected {expected}", what(name));
    }
    let found = learn_eight(&best.reference, &rewards, beta);
    let pairs = found.iter().zip(&best.probabilities);
    let variation = pairs.map(|(found, best)| (found - best).abs()).sum::<f64>() / 2.0;
    assert!(variation <= VARIATION, "{}: {variation} from the optimum", what("PPO"));
}

/// The policy over a few answers after PPO: an answer is a rollout of one token. It begins with equal shares, since
/// nothing is learnt about answers that are never tried.
fn learn_eight(reference: &[f64], rewards: &[f64], beta: f64) -> Vec<f64> {
    const STEPS: usize = 300;
    const ROLLOUTS: usize = 512;
    const EPOCHS: usize = 2;
    let options = PpoOptions { beta, value_weight: 0.0, ..PpoOptions::default() };
    let schedule = Schedule { peak: 0.1, warmup: 0, total: STEPS, floor: 0.0 };
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut adam = Adam::default();
    let mut logits = vec![0.0; reference.len()];
    let policy =
        |logits: &[f32]| softmax(&logits.iter().map(|it| f64::from(*it)).collect::<Vec<_>>(), 1.0);
    for step in 1..=STEPS {
        let shares = policy(&logits);
        let tokens: Vec<usize> = (0..ROLLOUTS).map(|_| sampled(&shares, random.random())).collect();
        let paid = tokens.iter().flat_map(|token| {
            let logs = [shares[*token].ln(), reference[*token].ln()];
            let paid = token_rewards(&logs[..1], &logs[1..], rewards[*token], beta);
            advantages(&paid, &[0.0], &options)
        });
        let advantages = whitened(&paid.collect::<Vec<_>>());
        let actions: Vec<Action> = tokens
            .iter()
            .zip(advantages)
            .map(|(&token, advantage)| Action {
                token,
                old: shares[token].ln(),
                advantage,
                value_target: 0.0,
            })
            .collect();
        for _ in 0..EPOCHS {
            let rows = logits.repeat(ROLLOUTS);
            let loss = ppo_loss(&actions, &rows, &[0.0; ROLLOUTS], &options, ROLLOUTS);
            let mut gradient = vec![0.0; logits.len()];
            for row in loss.by_logits.chunks_exact(logits.len()) {
                gradient.iter_mut().zip(row).for_each(|(sum, it)| *sum += it);
            }
            adam.step(&mut logits, &gradient, schedule.rate(step), &AdamOptions::default());
        }
    }
    policy(&logits)
}

/// The answer at a share of all probability, from 0 to 1.
fn sampled(shares: &[f64], at: f64) -> usize {
    let mut rest = at;
    let passes = |share: &f64| {
        rest -= share;
        rest < 0.0
    };
    shares.iter().position(passes).unwrap_or(shares.len() - 1)
}
