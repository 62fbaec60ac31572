//! A model's distribution over the next token, as logits, and its divergence from another one.

/// Logits as logarithms of probabilities.
pub(super) struct LogSoftmax<'a> {
    logits: &'a [f32],
    /// ln Σ exp(logit).
    normalizer: f64,
}

impl<'a> LogSoftmax<'a> {
    pub(super) fn of(logits: &'a [f32]) -> Self {
        let largest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let sum: f64 = logits.iter().map(|&logit| (f64::from(logit) - largest).exp()).sum();
        Self { logits, normalizer: largest + sum.ln() }
    }

    /// ln p of a token.
    pub(super) fn at(&self, id: usize) -> f64 {
        f64::from(self.logits[id]) - self.normalizer
    }

    /// The most probable token.
    pub(super) fn best(&self) -> Option<usize> {
        (0..self.logits.len()).max_by(|&a, &b| self.logits[a].total_cmp(&self.logits[b]))
    }

    /// The divergence of another distribution from this one, Kullback–Leibler's `Σ p·(ln p − ln q)`, p being
    /// this one's (Kullback, Leibler 1951), in nats.
    pub(super) fn divergence(&self, other: &LogSoftmax<'_>) -> f64 {
        let terms =
            (0..self.logits.len()).map(|id| self.at(id).exp() * (self.at(id) - other.at(id)));
        // Rounding can bring it a little below 0.
        terms.sum::<f64>().max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergence_is_that_of_the_formula() {
        // Softmax gives (1/2, 1/4, 1/4) and (1/4, 1/4, 1/2).
        let (p, q) = ([2.0f32.ln(), 0.0, 0.0], [5.0, 5.0, 5.0 + 2.0f32.ln()]);
        let (p, q) = (LogSoftmax::of(&p), LogSoftmax::of(&q));
        let expected = 0.5 * 2.0f64.ln() - 0.25 * 2.0f64.ln();
        assert!((p.divergence(&q) - expected).abs() < 1e-6);
        assert_eq!(p.divergence(&p), 0.0);
        assert_eq!((p.best(), q.best()), (Some(0), Some(2)));
    }
}
