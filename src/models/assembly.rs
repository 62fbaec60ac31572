//! A checkpoint's tensors into a model, one after the other while they stream in. Matrices are quantized row
//! by row as they arrive, so that memory holds the model and at most one tensor beside it.

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
    pub(super) part: (usize, usize),
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

/// A tensor, or a part of one, that has come.
enum Stored {
    Floats(Vec<f32>),
    Packed(PackedMatrix),
}

/// The tensors that have come so far.
pub(super) struct Assembly {
    device: Device,
    fit: Fit,
    current: Option<(Slot, Arriving)>,
    /// Parts of tensors whose other parts are still to come.
    parts: HashMap<String, Vec<Option<Stored>>>,
    plain: HashMap<String, (Vec<usize>, Vec<f32>)>,
    matrices: HashMap<String, Weight>,
}

impl Assembly {
    pub(super) fn new(device: Device, fit: Fit) -> Self {
        let (plain, matrices, parts) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { device, fit, current: None, parts, plain, matrices }
    }

    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    /// The values of a tensor are about to come.
    ///
    /// # Errors
    /// [`LecternError::ShapeMismatch`], [`LecternError::BadFile`] where it came before, or
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
        if self.has_part(&slot.name, slot.part.0) {
            let reason = BadFileReason::TensorTwice { tensor: tensor.name.clone() };
            return Err(LecternError::bad_file("", reason));
        }
        let arriving = match (slot.role, &tensor.dtype) {
            // Where nothing else is asked for, integers stay what they are.
            (Role::Matrix(wanted), Dtype::Packed(stored))
                if wanted.is_none_or(|wanted| wanted == *stored) =>
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
                let numbers = slot.shape.iter().map(|&size| size as u64);
                let numbers = numbers.fold(1u64, u64::saturating_mul);
                Arriving::Whole(try_with_capacity(numbers).map_err(|none| no_memory(&slot, none))?)
            }
        };
        self.current = Some((slot, arriving));
        Ok(())
    }

    /// The next values of it.
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

    /// The next rows of a matrix that is stored in integers. Gives back whether they were taken as they are:
    /// else their values are wanted.
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
    /// [`LecternError::BadFile`] where its numbers are too large for the scheme, or [`LecternError::OutOfMemory`].
    pub(super) fn end(&mut self) -> Result<()> {
        let Some((slot, arriving)) = self.current.take() else { return Ok(()) };
        let part_values = match arriving {
            Arriving::Rows { rows, .. } => Stored::Packed(within(rows.finish(), &slot)?),
            Arriving::Packed(matrix) => Stored::Packed(matrix),
            Arriving::Whole(values) => Stored::Floats(values),
        };
        let (index, count) = slot.part;
        if count == 1 {
            return self.keep(slot, part_values);
        }
        let waiting = self.parts.entry(slot.name.clone());
        let waiting = waiting.or_insert_with(|| (0..count).map(|_| None).collect());
        waiting[index] = Some(part_values);
        if waiting.iter().all(Option::is_some) {
            let parts = self.parts.remove(&slot.name).into_iter().flatten().flatten().collect();
            let mut whole = slot;
            whole.shape[0] *= count;
            let joined = join(parts).map_err(|none| no_memory(&whole, none))?;
            self.keep(whole, joined)?;
        }
        Ok(())
    }

    fn keep(&mut self, slot: Slot, part_values: Stored) -> Result<()> {
        let (role, shape) = (slot.role, &slot.shape);
        let weight = match (part_values, role) {
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

    /// Whether this tensor has come.
    pub(super) fn has(&self, name: &str) -> bool {
        self.plain.contains_key(name) || self.matrices.contains_key(name)
    }

    /// Whether this part of a tensor has come, or all of it.
    pub(super) fn has_part(&self, name: &str, part: usize) -> bool {
        self.has(name) || self.parts.get(name).is_some_and(|parts| parts[part].is_some())
    }

    /// A matrix, if it has come.
    pub(super) fn matrix(&mut self, name: &str) -> Option<Weight> {
        self.matrices.remove(name)
    }

    /// A vector or table, if it has come.
    pub(super) fn plain<const D: usize>(&mut self, name: &str) -> Option<Param<Tensor<D>>> {
        let (shape, values) = self.plain.remove(name)?;
        let data = TensorData::new(values, shape);
        Some(Param::from_tensor(Tensor::from_data(data, &self.device)))
    }
}

/// The matrix, if its scheme could hold its numbers.
fn within(matrix: PackedMatrix, slot: &Slot) -> Result<PackedMatrix> {
    match matrix.overflow() {
        None => Ok(matrix),
        Some(row) => {
            let (tensor, scheme) = (slot.name.clone(), matrix.scheme.to_string());
            Err(LecternError::bad_file("", BadFileReason::TensorOverflow { tensor, row, scheme }))
        }
    }
}

/// The error where there is no memory for a tensor.
fn no_memory(slot: &Slot, none: AllocationError) -> LecternError {
    let what = MemoryUse::Tensor { tensor: slot.name.clone() };
    LecternError::OutOfMemory { what, bytes: none.bytes }
}

/// Rows after rows. Parts that are not all packed in the same way, as a file may have them, become floats.
fn join(parts: Vec<Stored>) -> Result<Stored, AllocationError> {
    let scheme_of = |part_values: &Stored| match part_values {
        Stored::Packed(matrix) => Some(matrix.scheme),
        Stored::Floats(_) => None,
    };
    let schemes: Vec<Option<Scheme>> = parts.iter().map(scheme_of).collect();
    if let Some(Some(scheme)) = schemes.first()
        && schemes.iter().all(|other| other == &schemes[0])
    {
        let matrices = || {
            parts.iter().filter_map(|part_values| match part_values {
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
    let numbers = |part_values: &Stored| match part_values {
        Stored::Packed(matrix) => matrix.rows as u64 * matrix.columns as u64,
        Stored::Floats(values) => values.len() as u64,
    };
    let mut floats = try_with_capacity(parts.iter().map(numbers).sum())?;
    for part_values in parts {
        match part_values {
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
