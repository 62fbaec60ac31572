//! Softmax regression on vectors: the head of a frozen encoder. Convex, so that it has one optimum, the same for every
//! start and order of the examples: what the lane "features" needs is there at once, and nothing is tuned.
//!
//! The objective is the sum of the cross-entropies plus λ ΣW²; the bias is not penalized.

use super::{distillation::cross_entropy, optimum::lowest, softmax::softmax};

/// A linear layer with a softmax.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// `[classes, width]`, row-major.
    pub weights: Vec<f64>,
    /// `[classes]`, with mean 0: a constant for all classes would change nothing.
    pub bias: Vec<f64>,
}

/// The share of texts whose label is the class with the highest of their logits; the first one where several are as high.
pub fn share_right<'a>(
    rows: impl Iterator<Item = Vec<f64>>,
    labels: impl Iterator<Item = &'a usize>,
) -> f64 {
    let (mut right, mut all) = (0, 0);
    for (row, label) in rows.zip(labels) {
        let highest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        right += usize::from(row.iter().position(|logit| *logit >= highest) == Some(*label));
        all += 1;
    }
    if all == 0 { 0.0 } else { f64::from(right as u32) / f64::from(all as u32) }
}

/// Labelled vectors.
struct Problem<'a> {
    /// `[labels, width]`
    vectors: &'a [f32],
    labels: Vec<Option<usize>>,
    width: usize,
    classes: usize,
    penalty: f64,
}

impl Head {
    /// Fits a head to row-major vectors `[labels, width]`, for so many classes, with the factor λ of ΣW².
    ///
    /// # Panics
    /// If there are no labels, a label is not below `classes`, or the vectors do not divide by the labels.
    pub fn fit(vectors: &[f32], labels: &[usize], classes: usize, penalty: f64) -> Self {
        assert!(labels.iter().all(|label| *label < classes), "labels below {classes}");
        assert!(vectors.len().is_multiple_of(labels.len()), "a vector for each label");
        let width = vectors.len() / labels.len();
        let labels = labels.iter().copied().map(Some).collect();
        let problem = Problem { vectors, labels, width, classes, penalty };
        let numbers = lowest(vec![0.0; classes * (width + 1)], |at| problem.value(at));
        let (weights, bias) = numbers.split_at(classes * width);
        let mean = bias.iter().sum::<f64>() / classes as f64;
        Self { weights: weights.to_vec(), bias: bias.iter().map(|bias| bias - mean).collect() }
    }

    /// Returns the logits of a vector.
    pub fn logits(&self, vector: &[f32]) -> Vec<f64> {
        logits(&self.weights, &self.bias, vector)
    }

    /// Returns the probabilities of the classes.
    pub fn probabilities(&self, vector: &[f32]) -> Vec<f64> {
        softmax(&self.logits(vector), 1.0)
    }

    /// Returns the objective for labelled vectors.
    pub fn objective(&self, vectors: &[f32], labels: &[usize], penalty: f64) -> f64 {
        let width = vectors.len() / labels.len();
        let labels = labels.iter().copied().map(Some).collect();
        let problem = Problem { vectors, labels, width, classes: self.bias.len(), penalty };
        problem.value(&[&self.weights[..], &self.bias].concat()).0
    }
}

fn logits(weights: &[f64], bias: &[f64], vector: &[f32]) -> Vec<f64> {
    let product = |row: &[f64]| row.iter().zip(vector).map(|(w, x)| w * f64::from(*x)).sum::<f64>();
    weights.chunks_exact(vector.len()).zip(bias).map(|(row, bias)| product(row) + bias).collect()
}

impl Problem<'_> {
    /// The objective and its gradient at weights and bias, one after the other.
    fn value(&self, at: &[f64]) -> (f64, Vec<f64>) {
        let (weights, bias) = at.split_at(self.classes * self.width);
        let rows = self.vectors.chunks_exact(self.width);
        let all: Vec<f64> = rows.clone().flat_map(|row| logits(weights, bias, row)).collect();
        let found = cross_entropy(&all, &self.labels);
        // The losses are means; the objective is a sum.
        let count = self.labels.len() as f64;
        let penalty = self.penalty * weights.iter().map(|weight| weight * weight).sum::<f64>();
        let mut gradient: Vec<f64> =
            weights.iter().map(|weight| 2.0 * self.penalty * weight).collect();
        gradient.resize(at.len(), 0.0);
        let (by_weights, by_bias) = gradient.split_at_mut(self.classes * self.width);
        for (row, errors) in rows.zip(found.gradient.chunks_exact(self.classes)) {
            for (class, error) in errors.iter().map(|error| error * count).enumerate() {
                by_bias[class] += error;
                let slopes = by_weights[class * self.width..][..self.width].iter_mut();
                slopes.zip(row).for_each(|(slope, x)| *slope += error * f64::from(*x));
            }
        }
        (count * found.loss + penalty, gradient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTORS: [f32; 8] = [1.0, 0.1, 0.9, -0.2, -1.0, 0.3, -0.8, 0.0];

    #[test]
    fn it_tells_the_classes_apart_and_a_penalty_holds_it_back() {
        let labels = [0, 0, 1, 1];
        let [free, held] = [0.01, 10.0].map(|penalty| Head::fit(&VECTORS, &labels, 2, penalty));
        assert!(free.probabilities(&[1.0, 0.0])[0] > 0.95);
        assert!(free.probabilities(&[-1.0, 0.0])[1] > 0.95);
        let of_held = held.probabilities(&[1.0, 0.0])[0];
        assert!(of_held > 0.5 && of_held < 0.6, "{of_held}");
        assert!(free.bias.iter().sum::<f64>().abs() < 1e-12);
    }

    #[test]
    fn it_is_the_lowest_point() {
        let labels = [0, 2, 1, 1];
        let head = Head::fit(&VECTORS, &labels, 3, 0.3);
        let lowest = head.objective(&VECTORS, &labels, 0.3);
        for index in 0..head.weights.len() {
            for by in [-1e-3, 1e-3] {
                let mut moved = head.clone();
                moved.weights[index] += by;
                assert!(moved.objective(&VECTORS, &labels, 0.3) > lowest);
            }
        }
    }

    #[test]
    fn who_cannot_decide_is_right_by_chance_only() {
        let rows = [[0.0, 0.0], [0.0, 0.0], [-1.0, 2.0]].map(|row| row.to_vec());
        assert_eq!(share_right(rows.into_iter(), [0, 1, 1].iter()), 2.0 / 3.0);
        assert_eq!(share_right([vec![f64::NAN; 2]].into_iter(), [0].iter()), 0.0);
    }

    #[test]
    fn one_example_is_enough_and_equal_ones_do_no_harm() {
        let head = Head::fit(&[1.0, 0.0], &[1], 2, 0.1);
        assert!(head.probabilities(&[1.0, 0.0])[1] > 0.7);
        let torn = Head::fit(&[1.0, 0.0, 1.0, 0.0], &[0, 1], 2, 0.1);
        assert!((torn.probabilities(&[1.0, 0.0])[0] - 0.5).abs() < 1e-6);
    }
}
