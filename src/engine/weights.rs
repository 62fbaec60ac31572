//! A model's matrices, read back from the device: as they are, and as a scheme would have them.

use std::rc::Rc;

use super::{loaded::Loaded, pause::pause};
use crate::{
    error::{Allowed, BadRequestReason, LecternError, Result},
    generation::{read, read_words},
    kernels::Weight,
    progress::CancelToken,
    protocol::{Event, SchemeError, TensorInfo, TensorStudy, Window, WindowValues},
    quantization::{ErrorSum, Fit, Histogram, PackedMatrix, Scheme},
};

/// Most bars or cells of a picture; more are refused.
const LARGEST_PICTURE: usize = 4096;
/// Values of the largest matrix that is kept for the next study (64 MB).
const MOST_KEPT: usize = 1 << 24;
/// Values of the largest window.
const LARGEST_WINDOW: usize = 1 << 16;

/// A matrix on the host.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Matrix {
    /// `[rows, columns]`, row-major.
    Floats(Vec<f32>),
    /// A quantized matrix.
    Packed(PackedMatrix),
}

impl Matrix {
    /// The values, dequantized if necessary.
    pub(super) fn into_floats(self) -> Vec<f32> {
        match self {
            Self::Floats(values) => values,
            Self::Packed(packed) => packed.dequantize(),
        }
    }
}

/// Refuses a scheme that only occurs in files.
///
/// # Errors
/// [`LecternError::BadRequest`]
pub(super) fn check_choice(scheme: Scheme) -> Result<()> {
    match scheme.can_quantize() {
        true => Ok(()),
        false => {
            let scheme = scheme.to_string();
            Err(LecternError::bad_request(BadRequestReason::OnlyInFiles { scheme }))
        }
    }
}

/// Reads a weight to the host.
pub(super) async fn read_weight(weight: &Weight) -> Result<Matrix> {
    let packed = match weight {
        Weight::Float(values) => return Ok(Matrix::Floats(read(values.val()).await?)),
        Weight::Packed(packed) => packed,
    };
    let mut factors = [Vec::new(), Vec::new()];
    for (values, kept) in factors.iter_mut().zip([&packed.scales, &packed.minimums]) {
        if let Some(kept) = kept {
            *values = read(kept.val()).await?;
        }
    }
    let [scales, minimums] = factors;
    Ok(Matrix::Packed(PackedMatrix {
        scheme: packed.scheme,
        rows: packed.rows,
        columns: packed.columns,
        words: read_words(packed.words.val()).await?,
        scales,
        minimums,
    }))
}

impl Loaded {
    /// The model's matrices, in the order of their use.
    pub(super) fn matrices(&self) -> Vec<(String, &Weight)> {
        self.model.weights().matrices()
    }
}

fn describe(name: String, weight: &Weight) -> TensorInfo {
    let [rows, columns] = weight.shape();
    let (scheme, bytes) = (weight.scheme(), weight.bytes() as u64);
    TensorInfo { name, rows, columns, scheme, bytes }
}

/// Lists the matrices.
pub(super) fn tensors(loaded: &Loaded) -> Event {
    let all = loaded.matrices().into_iter();
    Event::Tensors { tensors: all.map(|(name, weight)| describe(name, weight)).collect() }
}

/// A request to study a matrix.
pub(super) struct Study {
    pub(super) scheme: Scheme,
    pub(super) fit: Fit,
    pub(super) bars: usize,
    pub(super) map: [usize; 2],
    pub(super) window: Option<Window>,
}

impl Study {
    fn check(&self) -> Result<()> {
        check_choice(self.scheme)?;
        let [down, across] = self.map;
        for (option, size) in [("bars", self.bars), ("map", down), ("map", across)] {
            if size == 0 || size > LARGEST_PICTURE {
                let allowed = Allowed::WholeBetween { least: 1, most: LARGEST_PICTURE as u64 };
                return Err(LecternError::bad_option(option, size, allowed));
            }
        }
        let values = self.window.map_or(0, |window| window.rows.saturating_mul(window.columns));
        if values > LARGEST_WINDOW {
            let reason = BadRequestReason::WindowTooLarge { numbers: values, most: LARGEST_WINDOW };
            return Err(LecternError::bad_request(reason));
        }
        Ok(())
    }
}

/// One matrix, before and after.
pub(super) async fn study(loaded: &Loaded, tensor: &str, study: Study) -> Result<Event> {
    study.check()?;
    let unknown =
        || LecternError::bad_request(BadRequestReason::NoSuchMatrix { tensor: tensor.to_owned() });
    let (_, weight) =
        loaded.matrices().into_iter().find(|(name, _)| name == tensor).ok_or_else(unknown)?;
    let [rows, columns] = weight.shape();
    let values = values_of(loaded, tensor, weight).await?;
    let Study { scheme, fit, bars, map, window } = study;
    let packed = quantized(&values, [rows, columns], scheme, fit, tensor)?;
    // The dequantized matrix is never complete in memory beside the other two.
    let dequantized = || (0..rows).map(|row| packed.dequantize_row(row));

    let ends = |values: &[f32]| {
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        values.iter().map(|&x| f64::from(x)).fold(start, |(a, b), x| (a.min(x), b.max(x)))
    };
    let (minimum, maximum) = ends(&values);
    let map_shape = [map[0].min(rows), map[1].min(columns)];
    let mut cells = vec![0.0f32; map_shape[0] * map_shape[1]];
    let mut sum = ErrorSum::default();
    for (row, (values, dequantized)) in values.chunks_exact(columns).zip(dequantized()).enumerate()
    {
        sum.add(values, &dequantized);
        let first = row * map_shape[0] / rows * map_shape[1];
        for (column, (x, dequantized)) in values.iter().zip(&dequantized).enumerate() {
            let cell = first + column * map_shape[1] / columns;
            cells[cell] = cells[cell].max((x - dequantized).abs());
        }
    }
    let figures = sum.figures();
    let errors = values.iter().zip(dequantized().flatten()).map(|(x, dequantized)| x - dequantized);
    let window = window.map(|window| values_in(window, &values, &packed));
    let study = TensorStudy {
        rows,
        columns,
        before: Histogram::of(values.iter().copied(), minimum, maximum, bars),
        after: Histogram::of(dequantized().flatten(), minimum, maximum, bars),
        errors: Histogram::of(errors, -figures.maximum, figures.maximum, bars),
        figures,
        bytes: scheme.file_bytes(rows, columns) as u64,
        map_shape,
        map: cells.into(),
        window,
    };
    Ok(Event::TensorStudied { study })
}

fn values_in(window: Window, values: &[f32], packed: &PackedMatrix) -> WindowValues {
    let (rows, columns) = (packed.rows, packed.columns);
    let (row, column) = (window.row.min(rows), window.column.min(columns));
    let window = Window {
        row,
        column,
        rows: window.rows.min(rows - row),
        columns: window.columns.min(columns - column),
    };
    let cells_of_window = || {
        let down = row..row + window.rows;
        down.flat_map(move |r| (column..column + window.columns).map(move |c| (r, c)))
    };
    WindowValues {
        window,
        values: cells_of_window().map(|(r, c)| values[r * columns + c]).collect(),
        stored: cells_of_window().map(|(r, c)| packed.stored(r, c)).collect(),
        dequantized: (row..row + window.rows)
            .flat_map(|row| {
                packed.dequantize_row(row).into_iter().skip(column).take(window.columns)
            })
            .collect(),
    }
}

/// The error that a scheme makes in each matrix, one after the other.
pub(super) async fn compare_schemes(
    loaded: &Loaded,
    scheme: Scheme,
    fit: Fit,
    cancel: &CancelToken,
    emit: &dyn Fn(Event),
) -> Result<Event> {
    check_choice(scheme)?;
    let matrices = loaded.matrices();
    let total = matrices.len();
    let mut tensors = Vec::with_capacity(total);
    for (done, (name, weight)) in matrices.into_iter().enumerate() {
        emit(Event::TensorsDone { done, total });
        pause().await;
        cancel.check()?;
        let [rows, columns] = weight.shape();
        let values = read_weight(weight).await?.into_floats();
        let packed = quantized(&values, [rows, columns], scheme, fit, &name)?;
        let mut sum = ErrorSum::default();
        for (row, values) in values.chunks_exact(columns).enumerate() {
            sum.add(values, &packed.dequantize_row(row));
        }
        let bytes = scheme.file_bytes(rows, columns) as u64;
        tensors.push(SchemeError { tensor: describe(name, weight), figures: sum.figures(), bytes });
    }
    Ok(Event::SchemesCompared { tensors })
}

pub(super) fn quantized(
    values: &[f32],
    [rows, columns]: [usize; 2],
    scheme: Scheme,
    fit: Fit,
    tensor: &str,
) -> Result<PackedMatrix> {
    let packed = PackedMatrix::quantize_by(values, rows, columns, scheme, fit);
    match packed.overflow() {
        None => Ok(packed),
        Some(row) => {
            let (tensor, scheme) = (tensor.to_owned(), scheme.to_string());
            Err(LecternError::bad_request(BadRequestReason::Overflow { tensor, row, scheme }))
        }
    }
}

/// A matrix's values. Those of the last request are kept until another type of request, since one matrix is studied in
/// many ways; the largest are not.
async fn values_of(loaded: &Loaded, tensor: &str, weight: &Weight) -> Result<Rc<Vec<f32>>> {
    if let Some((name, values)) = &*loaded.studied.borrow()
        && name == tensor
    {
        return Ok(Rc::clone(values));
    }
    // Frees the memory of the previous one before that of this one is reserved.
    loaded.studied.take();
    let values = Rc::new(read_weight(weight).await?.into_floats());
    if values.len() <= MOST_KEPT {
        loaded.studied.replace(Some((tensor.to_owned(), Rc::clone(&values))));
    }
    Ok(values)
}
