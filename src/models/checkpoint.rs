//! A model while its tensors arrive, and its assembly after the last one.

use burn::{
    module::Param,
    tensor::{Device, Tensor},
};

use super::{
    Footprint, Precision,
    architecture::{Checkpoint, Network, Transformer},
    assembly::{Assembly, Slot},
    footprint::by_name,
    layers::{LayerNorm, Linear},
    table::{Entry, Field, Row, Table},
};
use crate::{
    checkpoint::{TensorHeader, TensorSink},
    error::{LecternError, Result},
    kernels::Weight,
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

    /// Name and shape of every tensor that a checkpoint of this configuration may hold, heads included.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let entries = self.table.entries(&self.config);
        let shaped = |entry: Entry<M, M::Config>| Some((entry.name(), self.slot(&entry)?.shape));
        entries.into_iter().filter_map(shaped).collect()
    }

    /// The memory that the model takes with all of its heads. `headers` are the known headers of its files, maybe
    /// none.
    pub fn footprint(&self, headers: &[TensorHeader]) -> Footprint {
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

    /// The destination of a tensor; `None` if this model has no such tensor.
    fn slot(&self, entry: &Entry<M, M::Config>) -> Option<Slot> {
        let is_within = entry.layer < (self.table.layers)(&self.config).max(1);
        is_within.then(|| entry.slot(&self.config, &self.precision)).flatten()
    }

    /// The complete model.
    ///
    /// # Errors
    /// [`LecternError::MissingTensor`] for the first one that has not arrived, unless its whole head is missing.
    pub fn finish(self) -> Result<M> {
        let mut arrived = Arrived { table: self.table, assembly: self.assembly };
        M::build(self.config, &mut arrived)
    }
}

impl<M: Network> Checkpoint for ModelCheckpoint<M> {
    fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        Self::tensors(self)
    }

    fn footprint(&self, headers: &[TensorHeader]) -> Footprint {
        Self::footprint(self, headers)
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

/// The tensors that have arrived, by the rows of the table. A row that lacks one is an error with its name and the
/// names that were tried.
pub struct Arrived<M: Network> {
    /// The architecture's table.
    pub table: &'static Table<M, M::Config>,
    assembly: Assembly,
}

impl<M: Network> Arrived<M> {
    /// The device of the tensors.
    pub fn device(&self) -> &Device {
        self.assembly.device()
    }

    /// Whether a tensor of this row, outside of layers, has arrived.
    pub fn has(&self, row: &'static Row<M, M::Config>) -> bool {
        [Field::Weight, Field::Bias]
            .into_iter()
            .any(|field| self.assembly.has(&Entry { row, layer: 0, field }.name_in_model()))
    }

    /// A matrix.
    pub fn matrix(&mut self, row: &'static Row<M, M::Config>) -> Result<Weight> {
        let entry = Entry { row, layer: 0, field: Field::Weight };
        self.assembly.matrix(&entry.name_in_model()).ok_or_else(|| self.missing(&entry))
    }

    /// A table of rows.
    pub fn table(&mut self, row: &'static Row<M, M::Config>) -> Result<Param<Tensor<2>>> {
        self.plain(Entry { row, layer: 0, field: Field::Weight })
    }

    /// A bias without its matrix.
    pub fn bias(&mut self, row: &'static Row<M, M::Config>) -> Result<Param<Tensor<1>>> {
        self.plain(Entry { row, layer: 0, field: Field::Bias })
    }

    /// A matrix with its bias; `layer` is 0 outside of layers.
    pub fn linear(&mut self, row: &'static Row<M, M::Config>, layer: usize) -> Result<Linear> {
        let [weight, bias] = [Field::Weight, Field::Bias].map(|field| Entry { row, layer, field });
        Ok(Linear {
            weight: (self.assembly.matrix(&weight.name_in_model()))
                .ok_or_else(|| self.missing(&weight))?,
            bias: self.plain(bias)?,
        })
    }

    /// Several matrices that are one in the model; an error names the missing one.
    pub fn fused<const COUNT: usize>(
        &mut self,
        rows: [&'static Row<M, M::Config>; COUNT],
        layer: usize,
    ) -> Result<Linear> {
        for (index, row) in rows.into_iter().enumerate() {
            for field in [Field::Weight, Field::Bias] {
                let entry = Entry { row, layer, field };
                if !self.assembly.has_component(&entry.name_in_model(), index) {
                    return Err(self.missing(&entry));
                }
            }
        }
        self.linear(rows[0], layer)
    }

    /// A matrix with its bias outside of layers; `None` if the checkpoint has neither.
    pub fn optional_linear(&mut self, row: &'static Row<M, M::Config>) -> Result<Option<Linear>> {
        self.has(row).then(|| self.linear(row, 0)).transpose()
    }

    /// A layer normalization; `epsilon` is added to the variance.
    pub fn norm(
        &mut self,
        row: &'static Row<M, M::Config>,
        layer: usize,
        epsilon: f64,
    ) -> Result<LayerNorm> {
        Ok(LayerNorm {
            gamma: self.plain(Entry { row, layer, field: Field::Weight })?,
            beta: self.plain(Entry { row, layer, field: Field::Bias })?,
            epsilon,
        })
    }

    fn plain<const D: usize>(&mut self, entry: Entry<M, M::Config>) -> Result<Param<Tensor<D>>> {
        let found = self.assembly.plain(&entry.name_in_model());
        found.ok_or_else(|| self.missing(&entry))
    }

    fn missing(&self, entry: &Entry<M, M::Config>) -> LecternError {
        let looked_for = self.table.spellings(entry);
        LecternError::MissingTensor { name: entry.name(), looked_for }
    }
}
