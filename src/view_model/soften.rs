//! A teacher's logits as soft labels: the lecture's softmax with a temperature, and what its loss asks of a student.

/// A word with what is asked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Softened {
    /// The teacher's probability at the temperature.
    pub share: f64,
    /// The change of a student's logit that lowers the loss most, where the student gives all words the same
    /// probability: −(α T (q − p) + (1 − α) (q − y)), with T² before the soft term, else −(α (q − p) / T + …).
    pub pull: f64,
}

/// The lecture's loss at one gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loss {
    /// Temperature of both distributions.
    pub temperature: f64,
    /// Weight of the soft term.
    pub alpha: f64,
    /// Whether the soft term is multiplied by T².
    pub squared: bool,
}

impl Loss {
    /// Returns each word's share and pull, and the entropy of the soft labels in bits. The hard label is the word at
    /// `hard`.
    pub fn soften(&self, logits: &[f32], hard: usize) -> (Vec<Softened>, f64) {
        let shares = softmax(logits, self.temperature);
        let equal = 1.0 / logits.len().max(1) as f64;
        let factor =
            self.alpha * if self.squared { self.temperature } else { 1.0 / self.temperature };
        let entropy =
            shares.iter().filter(|share| **share > 0.0).map(|share| -share * share.log2()).sum();
        let word = |(index, share): (usize, f64)| {
            let label = f64::from(u8::from(index == hard));
            let pull = factor * (share - equal) + (1.0 - self.alpha) * (label - equal);
            Softened { share, pull }
        };
        (shares.into_iter().enumerate().map(word).collect(), entropy)
    }
}

fn softmax(logits: &[f32], temperature: f64) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> =
        logits.iter().map(|logit| (f64::from(logit - largest) / temperature).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 4] = [3.0, 2.0, 0.0, -1.0];

    fn soften(temperature: f64, alpha: f64, squared: bool) -> (Vec<Softened>, f64) {
        Loss { temperature, alpha, squared }.soften(&LOGITS, 1)
    }

    #[test]
    fn a_temperature_softens_and_the_entropy_says_so() {
        let shares = |temperature| soften(temperature, 1.0, true).0.into_iter().map(|it| it.share);
        assert!((shares(1.0).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(shares(0.25).next().unwrap() > 0.98);
        assert!(shares(1000.0).all(|share| (share - 0.25).abs() < 1e-3));
        let entropy = |temperature| soften(temperature, 1.0, true).1;
        assert!(entropy(0.25) < entropy(1.0) && entropy(1.0) < entropy(20.0));
        assert!((entropy(1e6) - 2.0).abs() < 1e-6);
    }

    #[test]
    fn hard_labels_pull_one_word_up_and_all_others_down() {
        let (words, _) = soften(2.0, 0.0, true);
        assert_eq!(words.iter().map(|it| it.pull).collect::<Vec<_>>(), [-0.25, 0.75, -0.25, -0.25]);
    }

    #[test]
    fn without_its_square_a_high_temperature_hardly_pulls() {
        let pull = |squared| soften(20.0, 1.0, squared).0[0].pull;
        assert!((pull(true) / pull(false) - 400.0).abs() < 1e-6);
        // With it, the pull of a high temperature tends to the difference of centred logits.
        let expected = (3.0 - 1.0) / 4.0;
        assert!(
            (Loss { temperature: 1e4, alpha: 1.0, squared: true }.soften(&LOGITS, 1).0[0].pull
                - expected)
                .abs()
                < 1e-3
        );
    }
}
