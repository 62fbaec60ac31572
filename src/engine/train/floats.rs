//! A model with all weights in floats, whatever they are kept as: what learns.

use burn::tensor::Device;

use crate::{
    engine::{
        loaded::{Decoder, Encoder},
        pause::Pacing,
        weights::read_weight,
    },
    error::Result,
    kernels::Weight,
    models::{Bert, Gpt2},
    progress::CancelToken,
};

/// A copy of the encoder in floats.
pub(super) async fn in_floats(encoder: &Encoder, cancel: &CancelToken) -> Result<Bert> {
    let mut model = encoder.model.clone();
    let device = model.device();
    unpack(model.weights_mut(), &device, cancel).await?;
    Ok(model)
}

/// A copy of the decoder in floats.
pub(super) async fn decoder_in_floats(decoder: &Decoder, cancel: &CancelToken) -> Result<Gpt2> {
    let mut model = decoder.model.clone();
    let device = model.device();
    unpack(model.weights_mut(), &device, cancel).await?;
    Ok(model)
}

async fn unpack(weights: Vec<&mut Weight>, device: &Device, cancel: &CancelToken) -> Result<()> {
    let mut pacing = Pacing::new(cancel);
    for weight in weights {
        if let Weight::Packed(_) = weight {
            pacing.between().await?;
            let shape = weight.shape();
            let values = read_weight(weight).await?.into_floats();
            *weight = Weight::from_floats(values, shape, device);
        }
    }
    Ok(())
}
