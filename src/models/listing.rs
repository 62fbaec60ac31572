//! The list of a model's tensors with their names in files, by the architecture's table.

use std::ops::Range;

use burn::{module::Param, tensor::Tensor};

use super::table::{Field, Form, Table};
use crate::kernels::Weight;

/// A tensor of a model.
#[derive(Debug)]
pub struct ModelTensor<'a> {
    /// The architecture's own name for it.
    pub name: String,
    /// Its name in the files that transformers saves of the whole model.
    pub saved_name: String,
    /// Its name in a GGUF file: llama.cpp's, or its own where llama.cpp has none; `None` where such a file leaves it
    /// out.
    pub gguf_name: Option<String>,
    /// Name of the model's matrix that it is, or a component of, without `.weight`.
    pub matrix_name: String,
    /// The tensor.
    pub values: Values<'a>,
}

/// The values of a tensor, or of a component of one.
#[derive(Debug)]
pub enum Values<'a> {
    /// Rows of a matrix: all of them, or those of the query, key or value.
    Matrix {
        /// `[outputs, inputs]`
        weight: &'a Weight,
        /// Indices of the outputs.
        rows: Range<usize>,
        /// Whether the architecture's own files have a column for each output.
        is_conv1d: bool,
    },
    /// A range of a vector.
    Vector {
        /// The vector.
        vector: &'a Param<Tensor<1>>,
        /// Indices of the values.
        range: Range<usize>,
    },
    /// A table whose rows are looked up.
    Table(&'a Param<Tensor<2>>),
}

impl Values<'_> {
    /// Number of its values.
    pub fn count(&self) -> usize {
        match self {
            Self::Matrix { weight, rows, .. } => rows.len() * weight.shape()[1],
            Self::Vector { range, .. } => range.len(),
            Self::Table(table) => table.val().dims().iter().product(),
        }
    }
}

impl<M, C> Table<M, C> {
    /// All tensors of a model.
    pub(super) fn tensors<'a>(&self, model: &'a M, config: &C) -> Vec<ModelTensor<'a>> {
        let mut tensors = Vec::new();
        let mut has_heads = false;
        for entry in self.entries(config) {
            let Some(values) = values(&entry.row.form, entry.field, model, entry.layer) else {
                continue;
            };
            let fused = entry.row.fused.map_or((0, 1), |fused| (fused.index, fused.count));
            has_heads |= entry.row.is_head;
            let tensor = ModelTensor {
                name: entry.name(),
                saved_name: self.saved_name(&entry, config),
                gguf_name: Some(entry.gguf_name().unwrap_or_else(|| entry.name())),
                matrix_name: entry.stem_in_model(),
                values: values.component(fused),
            };
            tensors.push((entry.row.is_for_heads, tensor));
        }
        let listed = tensors.into_iter().map(|(is_for_heads, tensor)| {
            let is_idle = is_for_heads && !has_heads;
            ModelTensor { gguf_name: tensor.gguf_name.filter(|_| !is_idle), ..tensor }
        });
        listed.collect()
    }
}

/// The tensor of a row; `None` if the model lacks it.
fn values<'a, M>(form: &Form<M>, field: Field, model: &'a M, layer: usize) -> Option<Values<'a>> {
    let of_matrix = |weight: &'a Weight, is_conv1d| {
        let rows = 0..weight.shape()[0];
        Values::Matrix { weight, rows, is_conv1d }
    };
    let of_vector = |vector: &'a Param<Tensor<1>>| {
        let range = 0..vector.val().dims()[0];
        Values::Vector { vector, range }
    };
    Some(match (form, field) {
        (Form::Linear(find), Field::Weight) => of_matrix(&find(model, layer)?.weight, false),
        (Form::Conv1d(find), Field::Weight) => of_matrix(&find(model, layer)?.weight, true),
        (Form::Linear(find) | Form::Conv1d(find), Field::Bias) => {
            of_vector(&find(model, layer)?.bias)
        }
        (Form::Norm(find), Field::Weight) => of_vector(&find(model, layer)?.gamma),
        (Form::Norm(find), Field::Bias) => of_vector(&find(model, layer)?.beta),
        (Form::Matrix(find), _) => of_matrix(find(model, layer)?, false),
        (Form::Table(find), _) => Values::Table(find(model, layer)?),
        (Form::Bias(find), _) => of_vector(find(model, layer)?),
    })
}

impl Values<'_> {
    /// The component at an index of so many of equal size, one below the other.
    fn component(self, (index, count): (usize, usize)) -> Self {
        let cut = |all: Range<usize>| {
            let size = all.len() / count;
            index * size..(index + 1) * size
        };
        match self {
            Self::Matrix { weight, rows, is_conv1d } => {
                Self::Matrix { weight, rows: cut(rows), is_conv1d }
            }
            Self::Vector { vector, range } => Self::Vector { vector, range: cut(range) },
            Self::Table(table) => Self::Table(table),
        }
    }
}
