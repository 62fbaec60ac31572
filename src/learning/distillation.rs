//! Knowledge distillation: the losses of a student beside its teacher, with their gradients.
//!
//! The lecture's sum: α T² KL(softmax(teacher/T) ‖ softmax(student/T)) + (1 − α) CE(student, label), mean over the
//! batch (Hinton et al. 2015, section 2): α weighs the soft term. DistilBERT's sum (Sanh et al. 2019, section 2) is
//! made of [`soft_loss`], [`cross_entropy`] and [`cosine_loss`].

use super::softmax::{log_softmax, softmax};

/// A loss, and its gradient at the student's numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Distilled {
    /// The loss.
    pub loss: f64,
    /// Its derivative by each of the student's numbers, in their order.
    pub gradient: Vec<f64>,
}

/// The lecture's sum and its terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Kd {
    /// KL(softmax(teacher/T) ‖ softmax(student/T)), mean over the batch, without T².
    pub divergence: f64,
    /// Cross-entropy of the labels, mean over the batch.
    pub hard: f64,
    /// The sum.
    pub loss: f64,
    /// Its derivative by the student's logits, row-major `[batch, classes]`.
    pub gradient: Vec<f64>,
}

/// Returns the lecture's sum for row-major logits `[labels, classes]`. `squared` is the factor T² before the soft term;
/// without it, the gradient of that term shrinks as 1/T².
pub fn kd(
    student: &[f64],
    teacher: &[f64],
    labels: &[usize],
    temperature: f64,
    alpha: f64,
    squared: bool,
) -> Kd {
    let every = vec![true; labels.len()];
    let soft = soft_loss(student, teacher, &every, temperature);
    let asked: Vec<Option<usize>> = labels.iter().copied().map(Some).collect();
    let hard = cross_entropy(student, &asked);
    let scale = alpha * if squared { temperature.powi(2) } else { 1.0 };
    let terms = soft.gradient.iter().zip(&hard.gradient);
    Kd {
        divergence: soft.loss,
        hard: hard.loss,
        loss: scale * soft.loss + (1.0 - alpha) * hard.loss,
        gradient: terms.map(|(soft, hard)| scale * soft + (1.0 - alpha) * hard).collect(),
    }
}

/// KL(softmax(teacher/T) ‖ softmax(student/T)), mean over the chosen rows of `[chosen, classes]`, without T². Its
/// gradient is (q − p) / T.
pub fn soft_loss(student: &[f64], teacher: &[f64], chosen: &[bool], temperature: f64) -> Distilled {
    let classes = student.len() / chosen.len().max(1);
    let count = chosen.iter().filter(|chosen| **chosen).count().max(1) as f64;
    let mut found = Distilled { loss: 0.0, gradient: vec![0.0; student.len()] };
    for (row, _) in chosen.iter().enumerate().filter(|(_, chosen)| **chosen) {
        let range = row * classes..(row + 1) * classes;
        let log_q = log_softmax(&student[range.clone()], temperature);
        let log_p = log_softmax(&teacher[range.clone()], temperature);
        for ((gradient, log_q), log_p) in found.gradient[range].iter_mut().zip(log_q).zip(log_p) {
            let p = log_p.exp();
            // 0 · ln 0 is 0.
            if p > 0.0 {
                found.loss += p * (log_p - log_q) / count;
            }
            *gradient = (log_q.exp() - p) / (temperature * count);
        }
    }
    found
}

/// −ln softmax(student)[label], mean over the rows `[labels, classes]` that have a label.
pub fn cross_entropy(student: &[f64], labels: &[Option<usize>]) -> Distilled {
    let classes = student.len() / labels.len().max(1);
    let count = labels.iter().flatten().count().max(1) as f64;
    let mut found = Distilled { loss: 0.0, gradient: vec![0.0; student.len()] };
    for (row, label) in labels.iter().enumerate() {
        let Some(label) = *label else { continue };
        let range = row * classes..(row + 1) * classes;
        found.loss -= log_softmax(&student[range.clone()], 1.0)[label] / count;
        let shares = softmax(&student[range.clone()], 1.0);
        let gradient = &mut found.gradient[range];
        gradient.iter_mut().zip(shares).for_each(|(gradient, share)| *gradient = share / count);
        gradient[label] -= 1.0 / count;
    }
    found
}

/// 1 − cos(student, teacher), mean over the chosen rows of `[chosen, width]`.
pub fn cosine_loss(student: &[f64], teacher: &[f64], chosen: &[bool]) -> Distilled {
    let width = student.len() / chosen.len().max(1);
    let count = chosen.iter().filter(|chosen| **chosen).count().max(1) as f64;
    let mut found = Distilled { loss: 0.0, gradient: vec![0.0; student.len()] };
    for (row, _) in chosen.iter().enumerate().filter(|(_, chosen)| **chosen) {
        let range = row * width..(row + 1) * width;
        let (own, other) = (&student[range.clone()], &teacher[range.clone()]);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (own_length, other_length) = (dot(own, own).sqrt(), dot(other, other).sqrt());
        let length = (own_length * other_length).max(f64::MIN_POSITIVE);
        let cosine = dot(own, other) / length;
        found.loss += (1.0 - cosine) / count;
        let own_square = (own_length * own_length).max(f64::MIN_POSITIVE);
        let pairs = own.iter().zip(other);
        for (gradient, (own, other)) in found.gradient[range].iter_mut().zip(pairs) {
            *gradient = (cosine * own / own_square - other / length) / count;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, phase: f64) -> Vec<f64> {
        (0..count).map(|index| 3.0 * (index as f64 * 1.7 + phase).sin()).collect()
    }

    /// Compares a gradient with central differences.
    fn check(at: &[f64], loss: impl Fn(&[f64]) -> f64, gradient: &[f64]) {
        for index in 0..at.len() {
            let moved = |by: f64| {
                let mut moved = at.to_vec();
                moved[index] += by;
                loss(&moved)
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!(
                (slope - gradient[index]).abs() < 1e-8,
                "{index}: {slope}, {}",
                gradient[index]
            );
        }
    }

    #[test]
    fn gradients_are_the_slopes_of_the_losses() {
        let (student, teacher) = (numbers(12, 0.3), numbers(12, 1.1));
        let chosen = [true, false, true];
        let found = soft_loss(&student, &teacher, &chosen, 2.5);
        check(&student, |at| soft_loss(at, &teacher, &chosen, 2.5).loss, &found.gradient);
        let labels = [Some(3), None, Some(0)];
        let found = cross_entropy(&student, &labels);
        check(&student, |at| cross_entropy(at, &labels).loss, &found.gradient);
        let found = cosine_loss(&student, &teacher, &chosen);
        check(&student, |at| cosine_loss(at, &teacher, &chosen).loss, &found.gradient);
        for squared in [true, false] {
            let sum = |at: &[f64]| kd(at, &teacher, &[1, 0, 3], 3.0, 0.7, squared);
            check(&student, |at| sum(at).loss, &sum(&student).gradient);
        }
    }

    #[test]
    fn without_its_square_a_high_temperature_silences_the_teacher() {
        let (student, teacher) = (numbers(8, 0.0), numbers(8, 2.0));
        let largest = |squared| {
            let found = kd(&student, &teacher, &[0, 1], 20.0, 1.0, squared);
            found.gradient.iter().fold(0.0, |largest: f64, it| largest.max(it.abs()))
        };
        assert!((largest(true) / largest(false) - 400.0).abs() < 1e-6);
    }

    #[test]
    fn a_student_like_its_teacher_has_nothing_to_learn() {
        let teacher = numbers(8, 0.0);
        let found = kd(&teacher, &teacher, &[0, 1], 4.0, 1.0, true);
        assert!(found.loss.abs() < 1e-12 && found.gradient.iter().all(|it| it.abs() < 1e-12));
        assert!(cosine_loss(&teacher, &teacher, &[true, true]).loss.abs() < 1e-12);
    }
}
