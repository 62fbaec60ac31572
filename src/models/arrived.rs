//! The tensors of a checkpoint that have all arrived, for a model to be built from.

use burn::{
    module::Param,
    tensor::{Device, Tensor},
};

use super::{
    assembly::Assembly,
    layers::{LayerNorm, Linear},
    table::{Entry, Field, Row, Table},
};
use crate::{
    error::{LecternError, Result},
    kernels::Weight,
};

/// The tensors that have arrived, by the rows of the table. A row that lacks one is an error with its name and the
/// names that were tried.
pub struct Arrived<M: 'static, C: 'static> {
    /// The architecture's table.
    pub table: &'static Table<M, C>,
    pub(super) assembly: Assembly,
}

impl<M, C> Arrived<M, C> {
    /// The device of the tensors.
    pub fn device(&self) -> &Device {
        self.assembly.device()
    }

    /// Whether a tensor of this row, outside of layers, has arrived.
    pub fn has(&self, row: &'static Row<M, C>) -> bool {
        let mut fields = row.form.fields().iter();
        fields.any(|&field| self.assembly.has(&Entry { row, layer: 0, field }.name_in_model()))
    }

    /// A matrix; `layer` is 0 outside of layers.
    pub fn matrix(&mut self, row: &'static Row<M, C>, layer: usize) -> Result<Weight> {
        let entry = Entry { row, layer, field: Field::Weight };
        self.assembly.matrix(&entry.name_in_model()).ok_or_else(|| self.missing(&entry))
    }

    /// A table of rows.
    pub fn table(&mut self, row: &'static Row<M, C>) -> Result<Param<Tensor<2>>> {
        self.plain(Entry { row, layer: 0, field: Field::Weight })
    }

    /// A bias without its matrix; `layer` is 0 outside of layers.
    pub fn bias(&mut self, row: &'static Row<M, C>, layer: usize) -> Result<Param<Tensor<1>>> {
        self.plain(Entry { row, layer, field: Field::Bias })
    }

    /// A matrix with its bias; `layer` is 0 outside of layers.
    pub fn linear(&mut self, row: &'static Row<M, C>, layer: usize) -> Result<Linear> {
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
        rows: [&'static Row<M, C>; COUNT],
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
    pub fn optional_linear(&mut self, row: &'static Row<M, C>) -> Result<Option<Linear>> {
        self.has(row).then(|| self.linear(row, 0)).transpose()
    }

    /// A layer normalization; `epsilon` is added to the variance.
    pub fn norm(
        &mut self,
        row: &'static Row<M, C>,
        layer: usize,
        epsilon: f64,
    ) -> Result<LayerNorm> {
        Ok(LayerNorm {
            gamma: self.plain(Entry { row, layer, field: Field::Weight })?,
            beta: self.plain(Entry { row, layer, field: Field::Bias })?,
            epsilon,
        })
    }

    fn plain<const D: usize>(&mut self, entry: Entry<M, C>) -> Result<Param<Tensor<D>>> {
        let found = self.assembly.plain(&entry.name_in_model());
        found.ok_or_else(|| self.missing(&entry))
    }

    /// The error names the tensor as the table spells it: a family may build its models by another one's rows.
    fn missing(&self, entry: &Entry<M, C>) -> LecternError {
        let looked_for = self.table.spellings(&self.table.own(entry));
        LecternError::MissingTensor { name: entry.name(), looked_for }
    }
}
