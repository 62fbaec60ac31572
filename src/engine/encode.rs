//! A batch through an encoder, part by part of its layers, so that it can be cancelled on the way.

use super::pause::Pacing;
use crate::{
    error::Result,
    models::{Bert, BertInput, BertOutput, BertOutputOptions},
    progress::CancelToken,
};

/// Run a batch part by part; the last hidden states and what else is `wanted`.
///
/// # Errors
/// [`LecternError::Cancelled`] where the answer is no longer wanted.
pub(super) async fn encode(
    model: &Bert,
    batch: &[BertInput<'_>],
    wanted: BertOutputOptions,
    cancel: &CancelToken,
) -> Result<BertOutput> {
    let mut pacing = Pacing::new(cancel);
    let mut run = model.begin(batch, wanted);
    while run.next_layer().is_some() {
        pacing.between().await?;
        run.step();
    }
    Ok(run.stop())
}
