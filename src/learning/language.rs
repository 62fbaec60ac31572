//! What a decoder learns from: the next token.

use super::{
    distillation::cross_entropy,
    tape::{Slope, numbers},
};
use crate::models::Gpt2;
use burn::tensor::{Int, Tensor};

/// A text, and which of its tokens are to be predicted from those before them: all of them in pre-training, an answer's
/// only in fine-tuning on dialogues.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// The tokens.
    pub ids: Vec<u32>,
    /// A flag for each; the first token has none before it, and is not asked.
    pub is_target: Vec<bool>,
}

/// Returns the mean of −ln p(token | those before it) over the targets of the whole batch, and its gradient at the
/// logits.
///
/// # Panics
/// If no token is asked, or the texts do not fit the model.
pub fn next_token_loss(model: &Gpt2, batch: &[Passage]) -> (f64, Slope) {
    let texts: Vec<&[u32]> = batch.iter().map(|passage| &passage.ids[..]).collect();
    let (mut rows, mut labels) = (Vec::new(), Vec::new());
    let mut start = 0;
    for Passage { ids, is_target } in batch {
        for position in (1..ids.len()).filter(|position| is_target[*position]) {
            rows.push((start + position - 1) as i32);
            labels.push(Some(ids[position] as usize));
        }
        start += ids.len();
    }
    assert!(!rows.is_empty(), "a token to predict");
    let hidden = model.read_batch(&texts);
    let rows = Tensor::<1, Int>::from_ints(&rows[..], &hidden.device());
    let logits = model.logits(hidden.select(0, rows));
    let found = cross_entropy(&double(&numbers(logits.clone())), &labels);
    (found.loss, (logits, single(&found.gradient)))
}

/// Numbers in 64 bits.
pub(super) fn double(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|number| f64::from(*number)).collect()
}

/// Numbers in 32 bits.
pub(super) fn single(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|number| *number as f32).collect()
}
