//! DistilBERT's lesson (Sanh et al. 2019, section 2): a student with some of its teacher's layers learns from the
//! teacher's distribution, from the hidden words themselves, and from the direction of the teacher's hidden states.

use burn::tensor::{Int, Tensor};

use super::{
    distillation::{cosine_loss, cross_entropy, soft_loss},
    language::{double, single},
    tape::{Slope, numbers},
    tuning::read_texts,
};
use crate::models::Bert;

/// A text in which words are hidden.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskedText {
    /// The tokens as the models see them.
    pub ids: Vec<u32>,
    /// For each token the one to name there, if any is asked.
    pub labels: Vec<Option<u32>>,
}

/// The weights of the three terms. All are the paper's where it says them (T = 2, 5 : 2 : 1 in its published code).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Triple {
    /// Temperature of the two distributions.
    pub temperature: f64,
    /// Weight of T² KL(teacher ‖ student).
    pub soft: f64,
    /// Weight of the cross-entropy of the hidden words.
    pub hard: f64,
    /// Weight of 1 − cosine of the last hidden states.
    pub cosine: f64,
    /// Whether the distributions are compared at every token, or at the asked ones only: that is a seventh of the work.
    pub at_every_token: bool,
}

impl Default for Triple {
    fn default() -> Self {
        Self { temperature: 2.0, soft: 5.0, hard: 2.0, cosine: 1.0, at_every_token: false }
    }
}

/// The terms before their weights, and their weighted sum.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TripleLoss {
    /// KL(teacher ‖ student) at the temperature, without T².
    pub soft: f64,
    /// Cross-entropy of the hidden words.
    pub hard: f64,
    /// 1 − cosine.
    pub cosine: f64,
    /// The sum.
    pub sum: f64,
}

/// What the teacher says of a batch.
#[derive(Debug, Clone)]
pub struct Taught {
    /// Rows of the batch's tokens that have logits.
    rows: Vec<usize>,
    /// `[rows, vocabulary]`
    logits: Vec<f64>,
    /// `[tokens, hidden]`
    hidden: Vec<f64>,
}

impl Triple {
    /// Asks the teacher about a batch.
    ///
    /// # Panics
    /// If the teacher has no masked head, or a text does not fit it.
    pub fn teach(&self, teacher: &Bert, batch: &[MaskedText]) -> Taught {
        let labels = batch.iter().flat_map(|text| &text.labels);
        let rows: Vec<usize> = labels
            .enumerate()
            .filter(|(_, label)| self.at_every_token || label.is_some())
            .map(|(row, _)| row)
            .collect();
        let hidden = read_masked(teacher, batch);
        let logits = double(&numbers(logits_at(teacher, &hidden, &rows)));
        Taught { rows, logits, hidden: double(&numbers(hidden)) }
    }

    /// Returns the loss of a student whose last hidden states of the batch, `[tokens, hidden]`, are given, and its
    /// gradients at the student's logits and hidden states.
    ///
    /// # Panics
    /// If no word is asked, or the student has no masked head.
    pub fn loss(
        &self,
        student: &Bert,
        hidden: Tensor<2>,
        taught: &Taught,
        batch: &[MaskedText],
    ) -> (TripleLoss, [Slope; 2]) {
        let labels: Vec<Option<u32>> =
            batch.iter().flat_map(|text| text.labels.iter().copied()).collect();
        let of_rows: Vec<Option<usize>> =
            taught.rows.iter().map(|row| labels[*row].map(|label| label as usize)).collect();
        let logits = logits_at(student, &hidden, &taught.rows);
        let own = double(&numbers(logits.clone()));
        let soft = soft_loss(&own, &taught.logits, &vec![true; of_rows.len()], self.temperature);
        let hard = cross_entropy(&own, &of_rows);
        let states = double(&numbers(hidden.clone()));
        let cosine = cosine_loss(&states, &taught.hidden, &vec![true; labels.len()]);
        let factor = self.soft * self.temperature.powi(2);
        let found = TripleLoss {
            soft: soft.loss,
            hard: hard.loss,
            cosine: cosine.loss,
            sum: factor * soft.loss + self.hard * hard.loss + self.cosine * cosine.loss,
        };
        let pairs = soft.gradient.iter().zip(&hard.gradient);
        let by_logits: Vec<f64> =
            pairs.map(|(soft, hard)| factor * soft + self.hard * hard).collect();
        let by_states: Vec<f64> = cosine.gradient.iter().map(|it| self.cosine * it).collect();
        (found, [(logits, single(&by_logits)), (hidden, single(&by_states))])
    }
}

/// The last hidden states of a batch, `[tokens, hidden]`.
pub fn read_masked(model: &Bert, batch: &[MaskedText]) -> Tensor<2> {
    read_texts(model, &batch.iter().map(|text| &text.ids[..]).collect::<Vec<_>>())
}

/// Logits of the masked head for some rows of the last hidden states: `[rows, vocabulary]`.
///
/// # Panics
/// If the model has no masked head.
pub fn logits_at(model: &Bert, hidden: &Tensor<2>, rows: &[usize]) -> Tensor<2> {
    let rows: Vec<i32> = rows.iter().map(|row| *row as i32).collect();
    let rows = Tensor::<1, Int>::from_ints(&rows[..], &hidden.device());
    model.masked_logits(hidden.clone().select(0, rows)).expect("a masked head")
}
