//! A reward model (Ouyang et al. 2022, section 3.5): a linear reward on the mean of an answer's last hidden states, from
//! rankings of answers.
//!
//! Bradley and Terry (1952): P(w before l) = σ(r_w − r_l). The objective is the mean over all pairs of all rankings of
//! −ln σ(r_w − r_l), plus λ Σu²: convex, with one optimum. There is no bias, as it would cancel in every pair: a reward
//! is known up to a constant.

use super::optimum::lowest;

/// A pair of answers, by their indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The one that was put first.
    pub better: usize,
    /// The other one.
    pub worse: usize,
}

/// All pairs of a ranking, which names answers from the best to the worst.
pub fn pairs(ranking: &[usize]) -> Vec<Pair> {
    let places = (0..ranking.len()).flat_map(|a| (a + 1..ranking.len()).map(move |b| (a, b)));
    places.map(|(a, b)| Pair { better: ranking[a], worse: ranking[b] }).collect()
}

/// The mean of an answer's states `[tokens, width]`; `None` without tokens.
pub fn mean_state(states: &[f32], width: usize) -> Option<Vec<f32>> {
    let count = states.len() / width.max(1);
    let mut mean = vec![0.0; width];
    for state in states.chunks_exact(width.max(1)) {
        mean.iter_mut().zip(state).for_each(|(mean, x)| *mean += f64::from(*x));
    }
    (count > 0).then(|| mean.into_iter().map(|sum| (sum / count as f64) as f32).collect())
}

/// A linear reward.
#[derive(Debug, Clone, PartialEq)]
pub struct RewardModel {
    /// u, `[width]`.
    pub weights: Vec<f64>,
}

impl RewardModel {
    /// Fits the reward to pairs of answers, whose mean states are the rows of `answers`, `[answers, width]`; `l2` is λ.
    ///
    /// # Panics
    /// If a pair names no answer.
    pub fn fit(answers: &[f32], width: usize, pairs: &[Pair], l2: f64) -> Self {
        Self { weights: lowest(vec![0.0; width], |at| objective(at, answers, pairs, l2)) }
    }

    /// The objective for pairs of answers.
    pub fn objective(&self, answers: &[f32], pairs: &[Pair], l2: f64) -> f64 {
        objective(&self.weights, answers, pairs, l2).0
    }

    /// The reward of an answer, from its mean state.
    pub fn reward(&self, mean: &[f32]) -> f64 {
        dot(&self.weights, mean)
    }

    /// What each token of an answer adds to its reward: u · h_t / n. `states` is `[tokens, width]`.
    pub fn shares(&self, states: &[f32]) -> Vec<f64> {
        let width = self.weights.len();
        let count = (states.len() / width) as f64;
        states.chunks_exact(width).map(|state| dot(&self.weights, state) / count).collect()
    }

    /// The share of pairs whose better answer has the higher reward; 0 without pairs.
    pub fn pairs_right(&self, answers: &[f32], pairs: &[Pair]) -> f64 {
        let rewards = rewards(&self.weights, answers);
        let right = pairs.iter().filter(|pair| rewards[pair.better] > rewards[pair.worse]).count();
        right as f64 / pairs.len().max(1) as f64
    }
}

fn dot(weights: &[f64], state: &[f32]) -> f64 {
    weights.iter().zip(state).map(|(u, x)| u * f64::from(*x)).sum()
}

fn rewards(weights: &[f64], answers: &[f32]) -> Vec<f64> {
    answers.chunks_exact(weights.len()).map(|answer| dot(weights, answer)).collect()
}

/// The objective at weights, and its gradient.
fn objective(weights: &[f64], answers: &[f32], pairs: &[Pair], l2: f64) -> (f64, Vec<f64>) {
    let (width, count) = (weights.len(), pairs.len().max(1) as f64);
    let rewards = rewards(weights, answers);
    let mut by_reward = vec![0.0; rewards.len()];
    let mut loss = 0.0;
    for pair in pairs {
        let margin = rewards[pair.better] - rewards[pair.worse];
        // ln(1 + exp(−m)) without overflow, and its slope −σ(−m).
        loss += (-margin.abs()).exp().ln_1p() + (-margin).max(0.0);
        let slope = 1.0 / (1.0 + margin.exp());
        by_reward[pair.better] -= slope / count;
        by_reward[pair.worse] += slope / count;
    }
    let mut gradient: Vec<f64> = weights.iter().map(|u| 2.0 * l2 * u).collect();
    for (answer, slope) in answers.chunks_exact(width).zip(by_reward) {
        gradient.iter_mut().zip(answer).for_each(|(by, x)| *by += slope * f64::from(*x));
    }
    (loss / count + l2 * weights.iter().map(|u| u * u).sum::<f64>(), gradient)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 2;
    /// The first number decides the order, the second one is noise.
    const ANSWERS: [f32; 8] = [1.0, 0.3, 0.5, -0.2, -0.4, 0.1, -1.0, 0.2];

    #[test]
    fn a_ranking_of_four_has_six_pairs() {
        let found = pairs(&[2, 0, 3, 1]);
        assert_eq!(found.len(), 6);
        assert_eq!(found[0], Pair { better: 2, worse: 0 });
        assert_eq!(found[5], Pair { better: 3, worse: 1 });
    }

    #[test]
    fn it_follows_the_ranking_and_shrugs_at_a_contradiction() {
        let model = RewardModel::fit(&ANSWERS, WIDTH, &pairs(&[0, 1, 2, 3]), 0.01);
        assert_eq!(model.pairs_right(&ANSWERS, &pairs(&[0, 1, 2, 3])), 1.0);
        let torn = [pairs(&[0, 1, 2, 3]), pairs(&[3, 2, 1, 0])].concat();
        let shrugs = RewardModel::fit(&ANSWERS, WIDTH, &torn, 0.01);
        assert!(shrugs.weights.iter().all(|u| u.abs() < 1e-6), "{shrugs:?}");
        assert!((shrugs.objective(&ANSWERS, &torn, 0.01) - 2f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn it_is_the_lowest_point() {
        let pairs = pairs(&[1, 0, 2, 3]);
        let model = RewardModel::fit(&ANSWERS, WIDTH, &pairs, 0.1);
        for (index, by) in [(0, 1e-3), (0, -1e-3), (1, 1e-3), (1, -1e-3)] {
            let mut moved = model.clone();
            moved.weights[index] += by;
            let lowest = model.objective(&ANSWERS, &pairs, 0.1);
            assert!(moved.objective(&ANSWERS, &pairs, 0.1) > lowest);
        }
    }

    #[test]
    fn shares_add_up_to_the_reward_of_the_mean() {
        let model = RewardModel { weights: vec![2.0, -1.0] };
        let mean = mean_state(&ANSWERS, WIDTH).expect("tokens");
        let sum: f64 = model.shares(&ANSWERS).iter().sum();
        assert!((sum - model.reward(&mean)).abs() < 1e-6);
        assert_eq!(mean_state(&[], WIDTH), None);
    }
}
