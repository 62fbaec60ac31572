//! Softmax with a temperature, in double precision.

/// Returns ln softmax(logits / temperature).
pub fn log_softmax(logits: &[f64], temperature: f64) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scaled = |logit: f64| (logit - largest) / temperature;
    let sum: f64 = logits.iter().map(|&logit| scaled(logit).exp()).sum();
    logits.iter().map(|&logit| scaled(logit) - sum.ln()).collect()
}

/// Returns softmax(logits / temperature).
pub fn softmax(logits: &[f64], temperature: f64) -> Vec<f64> {
    log_softmax(logits, temperature).into_iter().map(f64::exp).collect()
}

/// Returns −Σ p ln p in nats.
pub fn entropy(shares: &[f64]) -> f64 {
    -shares.iter().filter(|share| **share > 0.0).map(|share| share * share.ln()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_temperature_sharpens_and_flattens() {
        let logits = [2.0, 1.0, 0.0];
        assert!(softmax(&logits, 0.05)[0] > 0.999_999);
        assert!(softmax(&logits, 1e6).iter().all(|share| (share - 1.0 / 3.0).abs() < 1e-6));
        assert!((softmax(&logits, 1.0)[0] - 0.665_240_956).abs() < 1e-9);
        let large = softmax(&[1e4, 0.0, -1e4], 1.0);
        assert_eq!(large, [1.0, 0.0, 0.0]);
    }

    #[test]
    fn entropy_is_largest_for_equal_shares() {
        assert!((entropy(&[0.25; 4]) - 4f64.ln()).abs() < 1e-12);
        assert_eq!(entropy(&[1.0, 0.0]), 0.0);
    }
}
