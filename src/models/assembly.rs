//! Assembly of a model from a checkpoint's tensors while they stream in. Matrices are quantized row by row as they
//! arrive, so that memory holds the model and at most one tensor beside it.

use std::collections::HashMap;

use burn::{
    module::Param,
    tensor::{Device, Tensor, TensorData},
};

use crate::{
    checkpoint::{Dtype, TensorHeader},
    error::{BadFileReason, LecternError, MemoryUse, Result},
    kernels::Weight,
    quantization::{AllocationError, Fit, PackedMatrix, PackedRows, Scheme, try_with_capacity},
};

/// The role of a tensor of the checkpoint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Role {
    /// A vector, or a small table: kept in floats.
    Plain,
    /// A matrix with a row for each output.
    Matrix(Option<Scheme>),
    /// OpenAI's `Conv1D`: a matrix with a column for each output, to be transposed.
    Conv1d(Option<Scheme>),
}

/// The destination of a tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// The model's name for it.
    pub(super) name: String,
    pub(super) role: Role,
    /// Its shape in the checkpoint.
    pub(super) shape: Vec<usize>,
    /// Index and number of the tensors of the checkpoint that are stacked into one of the model's: query, key and
    /// value are one matrix here.
    pub(super) component: (usize, usize),
}

/// A tensor that is arriving.
enum Arriving {
    Whole(Vec<f32>),
    Rows {
        rows: PackedRows,
        row: Vec<f32>,
        columns: usize,
    },
    /// Integers that stay as they are.
    Packed(PackedMatrix),
}

/// A tensor, or a component of one, that has arrived.
enum Stored {
    Floats(Vec<f32>),
    Packed(PackedMatrix),
}

/// The tensors that have arrived.
pub(super) struct Assembly {
    device: Device,
    fit: Fit,
    current: Option<(Slot, Arriving)>,
    /// Components of tensors whose other components have not arrived.
    components: HashMap<String, Vec<Option<Stored>>>,
    plain: HashMap<String, (Vec<usize>, Vec<f32>)>,
    matrices: HashMap<String, Weight>,
}

impl Assembly {
    pub(super) fn new(device: Device, fit: Fit) -> Self {
        let (plain, matrices, components) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { device, fit, current: None, components, plain, matrices }
    }

    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    /// Begins a tensor.
    ///
    /// # Errors
    /// [`LecternError::ShapeMismatch`], [`LecternError::BadFile`] if it arrived before, or
    /// [`LecternError::OutOfMemory`].
    pub(super) fn begin(&mut self, tensor: &TensorHeader, mut slot: Slot) -> Result<()> {
        if let (Role::Conv1d(scheme), true) = (slot.role, tensor.by_output) {
            slot.role = Role::Matrix(scheme);
            slot.shape.reverse();
        }
        if tensor.shape != slot.shape {
            let (tensor, expected, found) = (tensor.name.clone(), slot.shape, tensor.shape.clone());
            return Err(LecternError::ShapeMismatch { tensor, expected, found });
        }
        if self.has_component(&slot.name, slot.component.0) {
            let reason = BadFileReason::TensorTwice { tensor: tensor.name.clone() };
            return Err(LecternError::bad_file("", reason));
        }
        let arriving = match (slot.role, &tensor.dtype) {
            // Integers are kept as stored unless another scheme is requested.
            (Role::Matrix(requested), Dtype::Packed(stored))
                if requested.is_none_or(|requested| requested == *stored) =>
            {
                let (rows, columns) = (slot.shape[0], slot.shape[1]);
                let matrix = PackedMatrix::try_with_capacity(rows, columns, *stored);
                Arriving::Packed(matrix.map_err(|none| no_memory(&slot, none))?)
            }
            (Role::Matrix(Some(scheme)), _) if !scheme.is_whole_tensor() => {
                let (rows, columns) = (slot.shape[0], slot.shape[1]);
                let rows = PackedRows::new(rows, columns, scheme, self.fit);
                let rows = rows.map_err(|none| no_memory(&slot, none))?;
                Arriving::Rows { rows, row: Vec::with_capacity(columns), columns }
            }
            _ => {
                let elements = slot.shape.iter().map(|&size| size as u64);
                let elements = elements.fold(1u64, u64::saturating_mul);
                Arriving::Whole(try_with_capacity(elements).map_err(|none| no_memory(&slot, none))?)
            }
        };
        self.current = Some((slot, arriving));
        Ok(())
    }

    /// Takes the next values of the tensor.
    pub(super) fn values(&mut self, values: &[f32]) {
        match &mut self.current {
            Some((_, Arriving::Whole(all))) => all.extend_from_slice(values),
            Some((_, Arriving::Rows { rows, row, columns })) => {
                let mut rest = values;
                while !rest.is_empty() {
                    let (now, later) = rest.split_at(rest.len().min(*columns - row.len()));
                    row.extend_from_slice(now);
                    rest = later;
                    if row.len() == *columns {
                        rows.push(row);
                        row.clear();
                    }
                }
            }
            Some((_, Arriving::Packed(_))) | None => {}
        }
    }

    /// Takes the next rows of a matrix that is stored as integers. Returns whether they are kept as stored; otherwise
    /// it needs their values.
    pub(super) fn packed(&mut self, rows: &PackedMatrix) -> bool {
        match &mut self.current {
            Some((_, Arriving::Packed(matrix))) => {
                matrix.append(rows);
                true
            }
            _ => false,
        }
    }

    /// Completes the tensor.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if its values are too large for the scheme, or [`LecternError::OutOfMemory`].
    pub(super) fn end(&mut self) -> Result<()> {
        let Some((slot, arriving)) = self.current.take() else { return Ok(()) };
        let component = match arriving {
            Arriving::Rows { rows, .. } => Stored::Packed(within(rows.finish(), &slot)?),
            Arriving::Packed(matrix) => Stored::Packed(matrix),
            Arriving::Whole(values) => Stored::Floats(values),
        };
        let (index, count) = slot.component;
        if count == 1 {
            return self.keep(slot, component);
        }
        let waiting = self.components.entry(slot.name.clone());
        let waiting = waiting.or_insert_with(|| (0..count).map(|_| None).collect());
        waiting[index] = Some(component);
        if waiting.iter().all(Option::is_some) {
            let components =
                self.components.remove(&slot.name).into_iter().flatten().flatten().collect();
            let mut whole = slot;
            whole.shape[0] *= count;
            let joined = join(components).map_err(|none| no_memory(&whole, none))?;
            self.keep(whole, joined)?;
        }
        Ok(())
    }

    fn keep(&mut self, slot: Slot, component: Stored) -> Result<()> {
        let (role, shape) = (slot.role, &slot.shape);
        let weight = match (component, role) {
            (Stored::Floats(values), Role::Plain) => {
                self.plain.insert(slot.name, (slot.shape, values));
                return Ok(());
            }
            (Stored::Packed(packed), _) => Weight::from_packed(packed, &self.device),
            (Stored::Floats(values), Role::Matrix(scheme)) => {
                self.weight(values, [shape[0], shape[1]], scheme, &slot)?
            }
            (Stored::Floats(values), Role::Conv1d(scheme)) => {
                let transposed = transpose(&values, shape[0], shape[1]);
                let transposed = transposed.map_err(|none| no_memory(&slot, none))?;
                drop(values);
                self.weight(transposed, [shape[1], shape[0]], scheme, &slot)?
            }
        };
        self.matrices.insert(slot.name, weight);
        Ok(())
    }

    fn weight(
        &self,
        values: Vec<f32>,
        shape: [usize; 2],
        scheme: Option<Scheme>,
        slot: &Slot,
    ) -> Result<Weight> {
        Ok(match scheme {
            None => Weight::from_floats(values, shape, &self.device),
            Some(scheme) => {
                let [rows, columns] = shape;
                let packed =
                    PackedMatrix::try_quantize_by(&values, rows, columns, scheme, self.fit);
                let packed = packed.map_err(|none| no_memory(slot, none))?;
                drop(values);
                Weight::from_packed(within(packed, slot)?, &self.device)
            }
        })
    }

    /// Whether this tensor has arrived.
    pub(super) fn has(&self, name: &str) -> bool {
        self.plain.contains_key(name) || self.matrices.contains_key(name)
    }

    /// Whether this component of a tensor has arrived, or all of it.
    pub(super) fn has_component(&self, name: &str, index: usize) -> bool {
        self.has(name)
            || self.components.get(name).is_some_and(|components| components[index].is_some())
    }

    /// A matrix, if it has arrived.
    pub(super) fn matrix(&mut self, name: &str) -> Option<Weight> {
        self.matrices.remove(name)
    }

    /// A vector or table, if it has arrived.
    pub(super) fn plain<const D: usize>(&mut self, name: &str) -> Option<Param<Tensor<D>>> {
        let (shape, values) = self.plain.remove(name)?;
        let data = TensorData::new(values, shape);
        Some(Param::from_tensor(Tensor::from_data(data, &self.device)))
    }
}

/// The matrix, if its values do not exceed its scheme.
fn within(matrix: PackedMatrix, slot: &Slot) -> Result<PackedMatrix> {
    match matrix.overflow() {
        None => Ok(matrix),
        Some(row) => {
            let (tensor, scheme) = (slot.name.clone(), matrix.scheme.to_string());
            Err(LecternError::bad_file("", BadFileReason::TensorOverflow { tensor, row, scheme }))
        }
    }
}

/// The error for a tensor without memory.
fn no_memory(slot: &Slot, none: AllocationError) -> LecternError {
    let what = MemoryUse::Tensor { tensor: slot.name.clone() };
    LecternError::OutOfMemory { what, bytes: none.bytes }
}

/// Concatenates the rows of components. Those with unequal schemes, as in some files, are dequantized.
fn join(components: Vec<Stored>) -> Result<Stored, AllocationError> {
    let scheme_of = |component: &Stored| match component {
        Stored::Packed(matrix) => Some(matrix.scheme),
        Stored::Floats(_) => None,
    };
    let schemes: Vec<Option<Scheme>> = components.iter().map(scheme_of).collect();
    if let Some(Some(scheme)) = schemes.first()
        && schemes.iter().all(|other| other == &schemes[0])
    {
        let matrices = || {
            components.iter().filter_map(|component| match component {
                Stored::Packed(matrix) => Some(matrix),
                Stored::Floats(_) => None,
            })
        };
        let rows = matrices().map(|matrix| matrix.rows).sum();
        let columns = matrices().next().map_or(0, |matrix| matrix.columns);
        let mut joined = PackedMatrix::try_with_capacity(rows, columns, *scheme)?;
        matrices().for_each(|matrix| joined.append(matrix));
        return Ok(Stored::Packed(joined));
    }
    let count = |component: &Stored| match component {
        Stored::Packed(matrix) => matrix.rows as u64 * matrix.columns as u64,
        Stored::Floats(values) => values.len() as u64,
    };
    let mut floats = try_with_capacity(components.iter().map(count).sum())?;
    for component in components {
        match component {
            Stored::Packed(matrix) => {
                (0..matrix.rows).for_each(|row| floats.extend(matrix.dequantize_row(row)));
            }
            Stored::Floats(values) => floats.extend(values),
        }
    }
    Ok(Stored::Floats(floats))
}

/// `[rows, columns]` to `[columns, rows]`, in squares that stay in the cache.
fn transpose(values: &[f32], rows: usize, columns: usize) -> Result<Vec<f32>, AllocationError> {
    const SIDE: usize = 32;
    let mut transposed = try_with_capacity(values.len() as u64)?;
    transposed.resize(values.len(), 0.0);
    for first_row in (0..rows).step_by(SIDE) {
        for first_column in (0..columns).step_by(SIDE) {
            for row in first_row..rows.min(first_row + SIDE) {
                for column in first_column..columns.min(first_column + SIDE) {
                    transposed[column * rows + row] = values[row * columns + column];
                }
            }
        }
    }
    Ok(transposed)
}
