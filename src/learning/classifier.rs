//! Classes on top of an encoder that learns with them: the mean of a text's last hidden states at unit length, a linear
//! layer, softmax and cross-entropy. The gradient is written out down to the hidden states.

use super::{head::Head, softmax::softmax};

/// The loss of labelled texts, and its gradients.
#[derive(Debug, Clone, PartialEq)]
pub struct Classified {
    /// Mean of −ln p(label).
    pub loss: f64,
    /// Number of texts whose label is the most probable class.
    pub right: usize,
    /// At the hidden states, `[tokens, width]`.
    pub by_states: Vec<f32>,
    /// At the head's weights, `[classes, width]`.
    pub by_weights: Vec<f32>,
    /// At its bias, `[classes]`.
    pub by_bias: Vec<f32>,
}

/// The mean of each text's hidden states at unit length, `[texts, width]`; `states` is `[tokens, width]`, the texts one
/// after the other.
pub fn pooled(states: &[f32], lengths: &[usize], width: usize) -> Vec<f32> {
    let mut rows = states.chunks_exact(width);
    let mut vectors = Vec::with_capacity(lengths.len() * width);
    for length in lengths {
        let (unit, _) = mean_at_unit_length(rows.by_ref().take(*length), width);
        vectors.extend(unit.iter().map(|x| *x as f32));
    }
    vectors
}

/// The mean of rows divided by its length, and that length.
fn mean_at_unit_length<'a>(rows: impl Iterator<Item = &'a [f32]>, width: usize) -> (Vec<f64>, f64) {
    let mut mean = vec![0.0; width];
    let mut count = 0.0;
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += f64::from(*x));
        count += 1.0;
    }
    let length = mean.iter().map(|x| x * x).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    mean.iter_mut().for_each(|mean| *mean /= length);
    (mean, length / f64::max(count, 1.0))
}

/// Returns the loss of texts whose hidden states `[tokens, width]` lie end to end, divided by `batch`: the number of
/// texts of the batch that they are a part of.
pub fn classify(
    states: &[f32],
    lengths: &[usize],
    labels: &[usize],
    head: &Head,
    batch: usize,
) -> Classified {
    let classes = head.bias.len();
    let width = head.weights.len() / classes;
    let mut found = Classified {
        loss: 0.0,
        right: 0,
        by_states: Vec::with_capacity(states.len()),
        by_weights: vec![0.0; classes * width],
        by_bias: vec![0.0; classes],
    };
    let mut rows = states.chunks_exact(width);
    for (length, label) in lengths.iter().zip(labels) {
        let (unit, mean_length) = mean_at_unit_length(rows.by_ref().take(*length), width);
        let product = |row: &[f64]| row.iter().zip(&unit).map(|(w, x)| w * x).sum::<f64>();
        let heads = head.weights.chunks_exact(width).zip(&head.bias);
        let logits: Vec<f64> = heads.map(|(row, bias)| product(row) + bias).collect();
        let shares = softmax(&logits, 1.0);
        found.loss -= shares[*label].max(f64::MIN_POSITIVE).ln() / batch as f64;
        found.right += usize::from(shares.iter().all(|share| *share <= shares[*label]));
        let mut by_unit = vec![0.0; width];
        for (class, share) in shares.iter().enumerate() {
            let error = (share - f64::from(u8::from(class == *label))) / batch as f64;
            found.by_bias[class] += error as f32;
            let row = class * width..(class + 1) * width;
            let slopes = found.by_weights[row.clone()].iter_mut().zip(&unit);
            slopes.for_each(|(slope, x)| *slope += (error * x) as f32);
            by_unit.iter_mut().zip(&head.weights[row]).for_each(|(by, w)| *by += error * w);
        }
        // What lies along the vector changes its length only, which the division takes away.
        let along: f64 = by_unit.iter().zip(&unit).map(|(by, x)| by * x).sum();
        let scale = 1.0 / (mean_length * *length as f64);
        let by_state: Vec<f32> =
            by_unit.iter().zip(&unit).map(|(by, x)| ((by - along * x) * scale) as f32).collect();
        (0..*length).for_each(|_| found.by_states.extend(&by_state));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 3;
    const LENGTHS: [usize; 2] = [2, 3];
    const LABELS: [usize; 2] = [1, 0];

    fn numbers(count: usize, phase: f64) -> Vec<f64> {
        (0..count).map(|index| (index as f64 * 1.3 + phase).sin()).collect()
    }

    fn states() -> Vec<f32> {
        numbers(5 * WIDTH, 0.2).iter().map(|it| *it as f32).collect()
    }

    fn head() -> Head {
        Head { weights: numbers(2 * WIDTH, 1.0), bias: numbers(2, 2.0) }
    }

    fn loss(states: &[f32], head: &Head) -> f64 {
        classify(states, &LENGTHS, &LABELS, head, 2).loss
    }

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        let (states, head) = (states(), head());
        let found = classify(&states, &LENGTHS, &LABELS, &head, 2);
        let near = |slope: f64, found: f32| assert!((slope - f64::from(found)).abs() < 2e-4);
        for index in 0..states.len() {
            let moved = |by: f32| {
                let mut moved = states.clone();
                moved[index] += by;
                loss(&moved, &head)
            };
            near((moved(1e-3) - moved(-1e-3)) / 2e-3, found.by_states[index]);
        }
        for index in 0..head.weights.len() {
            let moved = |by: f64| {
                let mut moved = head.clone();
                moved.weights[index] += by;
                loss(&states, &moved)
            };
            near((moved(1e-5) - moved(-1e-5)) / 2e-5, found.by_weights[index]);
        }
        for index in 0..2 {
            let moved = |by: f64| {
                let mut moved = head.clone();
                moved.bias[index] += by;
                loss(&states, &moved)
            };
            near((moved(1e-5) - moved(-1e-5)) / 2e-5, found.by_bias[index]);
        }
    }

    #[test]
    fn parts_of_a_batch_add_up() {
        let (states, head) = (states(), head());
        let whole = classify(&states, &LENGTHS, &LABELS, &head, 2);
        let first = classify(&states[..2 * WIDTH], &LENGTHS[..1], &LABELS[..1], &head, 2);
        let second = classify(&states[2 * WIDTH..], &LENGTHS[1..], &LABELS[1..], &head, 2);
        assert!((first.loss + second.loss - whole.loss).abs() < 1e-12);
        assert_eq!([first.by_states, second.by_states].concat(), whole.by_states);
    }

    #[test]
    fn vectors_have_unit_length() {
        let vectors = pooled(&states(), &LENGTHS, WIDTH);
        for vector in vectors.chunks_exact(WIDTH) {
            assert!((vector.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-6);
        }
    }
}
