//! Proximal policy optimization (Schulman et al. 2017) of a language model against a reward, held near a reference
//! (Ziegler et al. 2019; Ouyang et al. 2022, equation 2): an action is a token, a state the text before it.
//!
//! All in 64 bits, with the gradients written out down to the logits and values of the visited places.

use super::softmax::{entropy, log_softmax};

/// Added to the variance under the root of the whitening.
const EPSILON: f64 = 1e-8;

/// The settings of the objective.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PpoOptions {
    /// β: how much a nat of distance from the reference costs.
    pub beta: f64,
    /// γ: what a reward is worth a token earlier.
    pub gamma: f64,
    /// λ of the advantages (Schulman et al. 2016): 1 trusts the rewards that came, 0 the values alone.
    pub lambda: f64,
    /// ε: how far a probability's ratio may move from 1 before its gradient ends.
    pub clip: f64,
    /// Weight of the values' loss.
    pub value_weight: f64,
}

impl Default for PpoOptions {
    fn default() -> Self {
        Self { beta: 0.05, gamma: 1.0, lambda: 0.95, clip: 0.2, value_weight: 0.1 }
    }
}

/// The rewards of a rollout's tokens: −β (ln π_old − ln π_ref) at each, and the answer's score at the last one.
pub fn token_rewards(old: &[f64], reference: &[f64], score: f64, beta: f64) -> Vec<f64> {
    let mut rewards: Vec<f64> =
        old.iter().zip(reference).map(|(old, reference)| -beta * (old - reference)).collect();
    if let Some(last) = rewards.last_mut() {
        *last += score;
    }
    rewards
}

/// The generalized advantages of a rollout's tokens (Schulman et al. 2016, equation 16):
/// δ_t = r_t + γ V_{t+1} − V_t, A_t = δ_t + γ λ A_{t+1}, with nothing after the last token.
pub fn advantages(rewards: &[f64], values: &[f64], options: &PpoOptions) -> Vec<f64> {
    let mut found = vec![0.0; rewards.len()];
    let (mut next_value, mut next) = (0.0, 0.0);
    for ((found, reward), value) in found.iter_mut().zip(rewards).zip(values).rev() {
        let delta = reward + options.gamma * next_value - value;
        next = delta + options.gamma * options.lambda * next;
        (*found, next_value) = (next, *value);
    }
    found
}

/// Numbers moved and scaled to mean 0 and variance 1, divided by their number.
pub fn whitened(numbers: &[f64]) -> Vec<f64> {
    let (mean, variance) = moments(numbers);
    let deviation = (variance + EPSILON).sqrt();
    numbers.iter().map(|number| (number - mean) / deviation).collect()
}

/// Mean and variance; zeros without numbers.
pub fn moments(numbers: &[f64]) -> (f64, f64) {
    let count = numbers.len().max(1) as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    (mean, numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / count)
}

/// The exact divergence KL(policy ‖ reference) at one place, in nats, from log-probabilities of the whole vocabulary.
pub fn divergence(policy: &[f64], reference: &[f64]) -> f64 {
    // A token without any probability adds nothing, whatever the reference says.
    let terms = policy.iter().zip(reference).filter(|(own, _)| **own > f64::NEG_INFINITY);
    terms.map(|(own, reference)| own.exp() * (own - reference)).sum()
}

/// A token that was sampled, with what stays constant while the policy learns from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Action {
    /// The token.
    pub token: usize,
    /// ln π_old(token).
    pub old: f64,
    /// Its advantage, whitened.
    pub advantage: f64,
    /// What its value is to become: the advantage before whitening, plus the value.
    pub value_target: f64,
}

/// The loss of actions, or a part of it, with its gradients.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PpoLoss {
    /// −mean of min(ρ A, clip(ρ, 1 ± ε) A).
    pub policy: f64,
    /// Mean of (V − R)².
    pub value: f64,
    /// Entropy of the policy, in nats, mean over the places; the loss has no part of it.
    pub entropy: f64,
    /// The ratios ρ = π / π_old.
    pub ratios: Vec<f64>,
    /// Share of the actions with |ρ − 1| > ε.
    pub clipped: f64,
    /// Share of the actions whose gradient the clipping ends.
    pub ended: f64,
    /// At the logits, `[actions, vocabulary]`.
    pub by_logits: Vec<f32>,
    /// At the values, `[actions]`.
    pub by_values: Vec<f64>,
}

/// Returns the loss −mean min(ρ A, clip(ρ) A) + c · mean (V − R)² of actions, from the policy's logits
/// `[actions, vocabulary]` and the values there. The means are over `total` actions: parts of a batch add up.
///
/// # Panics
/// If there are no actions, the logits do not divide by them, or a token has no logit.
pub fn ppo_loss(
    actions: &[Action],
    logits: &[f32],
    values: &[f64],
    options: &PpoOptions,
    total: usize,
) -> PpoLoss {
    assert!(logits.len().is_multiple_of(actions.len()), "logits for each action");
    let (vocabulary, count) = (logits.len() / actions.len(), total as f64);
    let mut found = PpoLoss { by_logits: Vec::with_capacity(logits.len()), ..PpoLoss::default() };
    for ((action, row), value) in actions.iter().zip(logits.chunks_exact(vocabulary)).zip(values) {
        let row: Vec<f64> = row.iter().map(|logit| f64::from(*logit)).collect();
        let logs = log_softmax(&row, 1.0);
        let shares: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
        let ratio = (logs[action.token] - action.old).exp();
        let free = ratio * action.advantage;
        let held = ratio.clamp(1.0 - options.clip, 1.0 + options.clip) * action.advantage;
        let is_ended = held < free;
        found.policy -= free.min(held) / count;
        found.entropy += entropy(&shares) / count;
        found.clipped += f64::from(u8::from((ratio - 1.0).abs() > options.clip)) / count;
        found.ended += f64::from(u8::from(is_ended)) / count;
        found.ratios.push(ratio);
        // dρ/dln π = ρ; and ln π(token) has the slope [token] − π at the logits.
        let slope = if is_ended { 0.0 } else { -free / count };
        let start = found.by_logits.len();
        found.by_logits.extend(shares.iter().map(|share| (-slope * share) as f32));
        found.by_logits[start + action.token] = (slope * (1.0 - shares[action.token])) as f32;
        let error = value - action.value_target;
        found.value += error.powi(2) / count;
        found.by_values.push(2.0 * options.value_weight * error / count);
    }
    found
}

impl PpoLoss {
    /// The whole loss.
    pub fn sum(&self, options: &PpoOptions) -> f64 {
        self.policy + options.value_weight * self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: usize = 3;

    fn actions() -> Vec<Action> {
        let action = |token, old: f64, advantage| Action {
            token,
            old: old.ln(),
            advantage,
            value_target: 0.5 * advantage,
        };
        vec![action(0, 0.4, 1.0), action(2, 0.3, -0.7), action(1, 0.05, 0.8), action(1, 0.6, -0.2)]
    }

    fn logits() -> Vec<f32> {
        (0..4 * VOCABULARY).map(|index| (index as f32 * 1.7).sin()).collect()
    }

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        let (actions, options) = (actions(), PpoOptions::default());
        let values = [0.1, -0.3, 0.2, 0.4];
        let sum = |logits: &[f32], values: &[f64]| {
            ppo_loss(&actions, logits, values, &options, 4).sum(&options)
        };
        let found = ppo_loss(&actions, &logits(), &values, &options, 4);
        assert!(found.ended > 0.0 && found.ended < 1.0, "both sides of the clip");
        for index in 0..found.by_logits.len() {
            let moved = |by: f32| {
                let mut logits = logits();
                logits[index] += by;
                sum(&logits, &values)
            };
            let slope = (moved(1e-3) - moved(-1e-3)) / 2e-3;
            assert!((slope - f64::from(found.by_logits[index])).abs() < 1e-4, "logit {index}");
        }
        for index in 0..values.len() {
            let moved = |by: f64| {
                let mut values = values;
                values[index] += by;
                sum(&logits(), &values)
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((slope - found.by_values[index]).abs() < 1e-8, "value {index}");
        }
    }

    #[test]
    fn parts_of_a_batch_add_up() {
        let (actions, logits, options) = (actions(), logits(), PpoOptions::default());
        let values = [0.1, -0.3, 0.2, 0.4];
        let whole = ppo_loss(&actions, &logits, &values, &options, 4);
        let (middle, row) = (2, 2 * VOCABULARY);
        let first = ppo_loss(&actions[..middle], &logits[..row], &values[..middle], &options, 4);
        let second = ppo_loss(&actions[middle..], &logits[row..], &values[middle..], &options, 4);
        assert!((first.sum(&options) + second.sum(&options) - whole.sum(&options)).abs() < 1e-12);
        assert_eq!([first.by_logits, second.by_logits].concat(), whole.by_logits);
    }

    #[test]
    fn a_reward_at_the_end_reaches_the_first_token() {
        let options = PpoOptions { gamma: 1.0, lambda: 1.0, ..PpoOptions::default() };
        let rewards = token_rewards(&[-1.0, -2.0, -1.0], &[-1.0, -1.0, -2.0], 3.0, 0.5);
        assert_eq!(rewards, [0.0, 0.5, 2.5]);
        assert_eq!(advantages(&rewards, &[0.0; 3], &options), [3.0, 3.0, 2.5]);
        let trusting = PpoOptions { lambda: 0.0, ..options };
        assert_eq!(advantages(&rewards, &[1.0, 2.0, 4.0], &trusting), [1.0, 2.5, -1.5]);
    }

    #[test]
    fn whitening_gives_mean_0_and_variance_1() {
        let (mean, variance) = moments(&whitened(&[1.0, 2.0, 6.0, -3.0]));
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-6);
        assert_eq!(whitened(&[2.0, 2.0]), [0.0, 0.0]);
    }

    #[test]
    fn no_distance_from_itself() {
        let logs = log_softmax(&[0.3, -2.0, 1.0], 1.0);
        assert_eq!(divergence(&logs, &logs), 0.0);
        let sure = [0.0, f64::NEG_INFINITY, f64::NEG_INFINITY];
        assert!((divergence(&sure, &logs) + logs[0]).abs() < 1e-12);
    }
}
