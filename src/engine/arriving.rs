//! A model whose tensors arrive: its memory is reserved before the first one.

use burn::tensor::Device;

use super::{
    load::Load,
    loaded::Model,
    memory::{Reservation, Weights},
};
use crate::{
    checkpoint::{TensorHeader, TensorSink},
    error::Result,
    kernels,
    models::{Checkpoint, ModelConfig},
    protocol::Quantization,
    quantization::PackedMatrix,
};

/// A checkpoint, and its memory once reserved.
pub(super) struct Arriving<'a> {
    load: &'a Load<'a>,
    checkpoint: Box<dyn Checkpoint>,
    weights: Weights,
    reservation: Option<Reservation>,
}

impl<'a> Arriving<'a> {
    /// A receiver for a model of this configuration.
    pub(super) fn new(load: &'a Load<'a>, config: Box<dyn ModelConfig>, device: &Device) -> Self {
        let precision = load.precision(config.kind());
        let weights = match kernels::largest_buffer(device) {
            None => Weights::OnTheHost,
            Some(largest_buffer) => Weights::OnTheGpu { largest_buffer },
        };
        let checkpoint = config.checkpoint(precision, device.clone());
        Self { load, checkpoint, weights, reservation: None }
    }

    /// Names and shapes of all possible tensors.
    pub(super) fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        self.checkpoint.tensors()
    }

    /// Reserves the memory by the known headers of the files, maybe none.
    ///
    /// # Errors
    /// [`crate::error::LecternError::OutOfMemory`] if there is not enough.
    pub(super) fn reserve(&mut self, headers: &[TensorHeader]) -> Result<()> {
        if self.reservation.is_none() {
            let footprint = self.checkpoint.footprint(headers);
            let name = self.load.name();
            self.reservation = Some(self.load.memory.reserve(name, &footprint, self.weights)?);
        }
        Ok(())
    }

    /// Reserves the memory before a file of weights is opened. Local files are opened first if their integers are kept
    /// as stored: floats would need more.
    ///
    /// # Errors
    /// As [`Arriving::reserve`].
    pub(super) fn reserve_before_files(&mut self, are_at_hand: bool) -> Result<()> {
        if are_at_hand && self.load.quantization == Quantization::AsStored {
            return Ok(());
        }
        self.reserve(&[])
    }

    /// The complete model, and its memory.
    pub(super) fn finish(self) -> Result<(Model, Option<Reservation>)> {
        let model = Model::new(self.checkpoint.finish()?);
        let mut reservation = self.reservation;
        if let Some(reservation) = &mut reservation {
            reservation.complete();
        }
        Ok((model, reservation))
    }
}

impl TensorSink for Arriving<'_> {
    fn headers(&mut self, tensors: &[TensorHeader]) -> Result<()> {
        self.reserve(tensors)
    }

    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        self.reserve(&[])?;
        self.checkpoint.begin(tensor)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        self.checkpoint.values(values)
    }

    fn packed(&mut self, rows: &PackedMatrix) -> Result<()> {
        self.checkpoint.packed(rows)
    }

    fn end(&mut self) -> Result<()> {
        self.checkpoint.end()
    }
}
