//! The policy that a reward asks for when every step away from a reference has its price:
//! π*(y) = π_ref(y) · exp(r(y)/β) / Z, the one optimum of E[r] − β · KL(π ‖ π_ref) (Rafailov et al. 2023, equation 4).

/// The optimum over a few answers.
#[derive(Debug, Clone, PartialEq)]
pub struct BestPolicy {
    /// π_ref: the answers' probabilities by the reference, together 1.
    pub reference: Vec<f64>,
    /// π*.
    pub probabilities: Vec<f64>,
    /// ln Z.
    pub log_z: f64,
    /// E[r] under π*.
    pub reward: f64,
    /// KL(π* ‖ π_ref) in nats.
    pub divergence: f64,
}

impl BestPolicy {
    /// The optimum for answers with these log-probabilities, which need not be normalized, and rewards; β > 0.
    pub fn new(log_probabilities: &[f64], rewards: &[f64], beta: f64) -> Self {
        let total = log_sum(log_probabilities);
        let logs: Vec<f64> = log_probabilities.iter().map(|log| log - total).collect();
        let tilted: Vec<f64> = logs.iter().zip(rewards).map(|(log, r)| log + r / beta).collect();
        let log_z = log_sum(&tilted);
        let probabilities: Vec<f64> = tilted.iter().map(|log| (log - log_z).exp()).collect();
        let reward: f64 = probabilities.iter().zip(rewards).map(|(p, r)| p * r).sum();
        // ln π* − ln π_ref = r/β − ln Z; an answer without probability adds nothing.
        let divergence = (reward / beta - log_z).max(0.0);
        let reference = logs.iter().map(|log| log.exp()).collect();
        Self { reference, probabilities, log_z, reward, divergence }
    }
}

/// ln Σ exp, without overflow.
fn log_sum(logs: &[f64]) -> f64 {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + logs.iter().map(|log| (log - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGS: [f64; 3] = [-1.0, -2.0, -4.0];
    const REWARDS: [f64; 3] = [0.0, 1.0, 2.0];

    fn objective(policy: &[f64], reference: &[f64], beta: f64) -> f64 {
        let terms = policy.iter().zip(reference).zip(REWARDS);
        terms.map(|((p, reference), r)| p * r - beta * p * (p / reference).ln()).sum()
    }

    #[test]
    fn a_low_price_gives_all_to_the_best_paid_and_a_high_one_changes_nothing() {
        let greedy = BestPolicy::new(&LOGS, &REWARDS, 0.01);
        assert!(greedy.probabilities[2] > 0.999_999);
        let timid = BestPolicy::new(&LOGS, &REWARDS, 1000.0);
        let pairs = timid.probabilities.iter().zip(&timid.reference);
        assert!(pairs.into_iter().all(|(p, reference)| (p - reference).abs() < 1e-3));
        assert!(timid.divergence < 1e-6);
    }

    #[test]
    fn no_other_policy_is_better() {
        let best = BestPolicy::new(&LOGS, &REWARDS, 0.5);
        let highest = objective(&best.probabilities, &best.reference, 0.5);
        assert!((highest - 0.5 * best.log_z).abs() < 1e-12);
        for (from, to) in [(0, 1), (1, 0), (1, 2), (2, 0)] {
            let mut other = best.probabilities.clone();
            other[from] -= 1e-3;
            other[to] += 1e-3;
            assert!(objective(&other, &best.reference, 0.5) < highest);
        }
    }
}
