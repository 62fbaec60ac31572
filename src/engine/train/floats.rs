//! An encoder with all weights in floats, whatever they are kept as: what learns.

use crate::{
    engine::{loaded::Encoder, pause::Pacing, weights::read_weight},
    error::Result,
    kernels::Weight,
    models::Bert,
    progress::CancelToken,
};

/// A copy of the encoder in floats.
pub(super) async fn in_floats(encoder: &Encoder, cancel: &CancelToken) -> Result<Bert> {
    let mut model = encoder.model.clone();
    let device = model.device();
    let mut pacing = Pacing::new(cancel);
    for weight in model.weights_mut() {
        if let Weight::Packed(_) = weight {
            pacing.between().await?;
            let shape = weight.shape();
            let values = read_weight(weight).await?.into_floats();
            *weight = Weight::from_floats(values, shape, &device);
        }
    }
    Ok(model)
}
