//! A model while its tensors arrive, and its assembly after the last one.

use std::fmt::{self, Debug, Formatter};

use burn::tensor::Device;

use super::{
    Footprint, Precision,
    architecture::{Checkpoint, Kind, ModelConfig, Network, Sizes, Transformer},
    arrived::Arrived,
    assembly::{Assembly, Slot},
    footprint::by_name,
    table::{Entry, Table},
};
use crate::{
    checkpoint::{TensorHeader, TensorSink},
    error::Result,
    quantization::PackedMatrix,
};

/// Builds a model from a checkpoint's tensors by its architecture's table. A head without any tensor is left out; one
/// with some must be complete.
pub struct ModelCheckpoint<M: Network> {
    table: &'static Table<M, M::Config>,
    config: M::Config,
    precision: Precision,
    assembly: Assembly,
}

impl<M: Network> ModelCheckpoint<M> {
    /// A receiver for a model of this configuration, its matrices in `precision`.
    pub(super) fn new(
        table: &'static Table<M, M::Config>,
        config: M::Config,
        precision: Precision,
        device: Device,
    ) -> Self {
        let assembly = Assembly::new(device, precision.fit);
        Self { table, config, precision, assembly }
    }

    /// The destination of a tensor; `None` if this model has no such tensor.
    fn slot(&self, entry: &Entry<M, M::Config>) -> Option<Slot> {
        let is_within = entry.layer < (self.table.layers)(&self.config).max(1);
        is_within.then(|| entry.slot(&self.config, &self.precision)).flatten()
    }

    /// The complete model.
    ///
    /// # Errors
    /// [`crate::error::LecternError::MissingTensor`] for the first one that has not arrived, unless its whole head is missing.
    pub fn finish(self) -> Result<M> {
        let mut arrived = Arrived { table: self.table, assembly: self.assembly };
        M::build(self.config, &mut arrived)
    }
}

impl<M: Network> Checkpoint for ModelCheckpoint<M> {
    fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let entries = self.table.entries(&self.config);
        let shaped = |entry: Entry<M, M::Config>| Some((entry.name(), self.slot(&entry)?.shape));
        entries.into_iter().filter_map(shaped).collect()
    }

    fn footprint(&self, headers: &[TensorHeader]) -> Footprint {
        let sizes = M::sizes(&self.config);
        let cache = sizes.cache_bytes_per_token.saturating_mul(sizes.context as u64);
        let mut footprint = Footprint { cache, ..Footprint::default() };
        let stored = by_name(headers, |name| self.table.find(name).map(|entry| entry.name()));
        for entry in self.table.entries(&self.config) {
            if let Some(slot) = self.slot(&entry) {
                footprint.add(&slot, stored.get(&entry.name()).copied());
            }
        }
        footprint
    }

    fn finish(self: Box<Self>) -> Result<Transformer> {
        Ok(Self::finish(*self)?.into_transformer())
    }
}

impl<M: Network> TensorSink for ModelCheckpoint<M> {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        let slot = self.table.find(&tensor.name).and_then(|entry| self.slot(&entry));
        let Some(slot) = slot else { return Ok(false) };
        self.assembly.begin(tensor, slot)?;
        Ok(true)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        self.assembly.values(values);
        Ok(())
    }

    fn packed(&mut self, rows: &PackedMatrix) -> Result<()> {
        if !self.assembly.packed(rows) {
            (0..rows.rows).for_each(|row| self.assembly.values(&rows.dequantize_row(row)));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.assembly.end()
    }
}

/// A network's configuration, with the table of its architecture.
pub struct Described<M: Network> {
    config: M::Config,
    table: &'static Table<M, M::Config>,
}

impl<M: Network> Described<M> {
    /// The configuration of a model of the table's architecture.
    pub fn boxed(config: M::Config, table: &'static Table<M, M::Config>) -> Box<dyn ModelConfig> {
        Box::new(Self { config, table })
    }
}

impl<M: Network> Debug for Described<M> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.config.fmt(formatter)
    }
}

impl<M: Network> ModelConfig for Described<M> {
    fn kind(&self) -> Kind {
        M::KIND
    }

    fn sizes(&self) -> Sizes {
        M::sizes(&self.config)
    }

    fn apply_generation_config(&mut self, json: &[u8]) -> Result<()> {
        M::apply_generation_config(&mut self.config, json)
    }

    fn checkpoint(self: Box<Self>, precision: Precision, device: Device) -> Box<dyn Checkpoint> {
        Box::new(ModelCheckpoint::<M>::new(self.table, self.config, precision, device))
    }
}
