//! A batch through an encoder, step by step, so that it can be cancelled on the way.

use super::pause::Pacing;
use crate::{
    error::Result,
    models::{Bert, BertInput, BertOutput, BertOutputOptions},
    progress::CancelToken,
};

/// Runs a batch step by step; returns the last hidden states and the outputs in `options`.
///
/// # Errors
/// [`LecternError::Cancelled`]
pub(super) async fn encode(
    model: &Bert,
    batch: &[BertInput<'_>],
    options: BertOutputOptions,
    cancel: &CancelToken,
) -> Result<BertOutput> {
    let mut pacing = Pacing::new(cancel);
    let mut run = model.begin(batch, options);
    while run.next_layer().is_some() {
        pacing.between().await?;
        run.step();
    }
    Ok(run.stop())
}
