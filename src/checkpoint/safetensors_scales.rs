//! Which tensors of a file are int8 matrices, and which their scales: docs/quantized-safetensors.md.

use std::collections::HashMap;

use super::{Dtype, safetensors_header::Entry};
use crate::error::{LecternError, Result};

/// What is written of the layout in a file's metadata, under this key.
pub(super) const METADATA_KEY: &str = "lectern.quantization";
const LAYOUT: &str = "int8-channel";

/// What a tensor of a file is to its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Values as they are.
    Values,
    /// The scales of an int8 matrix, one a row.
    Scales,
    /// An int8 matrix whose scales come before it.
    Matrix {
        /// Integers in a row, at least one.
        columns: usize,
    },
}

/// The tensor that holds a matrix's scales.
pub(super) fn scales_of(matrix: &str) -> String {
    format!("{matrix}.scale")
}

/// Refuses a file that says of itself that its integers mean something else.
pub(super) fn check_layout(quantization: Option<&str>) -> Result<()> {
    match quantization {
        None | Some(LAYOUT) => Ok(()),
        Some(other) => Err(LecternError::UnsupportedModel {
            reason: format!("weights quantized as {other:?}; {LAYOUT:?} can be read"),
        }),
    }
}

/// Finds the int8 matrices among the tensors of a file, in the order of their bytes, and their scales.
/// An I8 tensor without scales in the file stays what it is: it can only be skipped.
pub(super) fn assign_roles(file: &str, entries: &mut [Entry]) -> Result<()> {
    let places: HashMap<String, usize> = entries
        .iter()
        .enumerate()
        .map(|(place, entry)| (entry.header.name.clone(), place))
        .collect();
    for place in 0..entries.len() {
        let matrix = &entries[place].header;
        if matrix.dtype != Dtype::I8 {
            continue;
        }
        let Some(&scales_place) = places.get(&scales_of(&matrix.name)) else { continue };
        let columns = check_pair(file, &entries[scales_place], &entries[place])?;
        if scales_place > place {
            let (scales, matrix) = (scales_of(&matrix.name), &matrix.name);
            return Err(LecternError::bad_file(
                file,
                format!("the scales {scales} come after their matrix {matrix}"),
            ));
        }
        entries[scales_place].role = Role::Scales;
        entries[place].role = Role::Matrix { columns };
    }
    Ok(())
}

/// Columns of a matrix that its scales fit.
fn check_pair(file: &str, scales: &Entry, matrix: &Entry) -> Result<usize> {
    let (scales, matrix) = (&scales.header, &matrix.header);
    let bad = |reason: String| Err(LecternError::bad_file(file, reason));
    // Rows without columns take no bytes, so that a small file could have scales without end.
    let &[rows, columns @ 1..=usize::MAX] = &matrix.shape[..] else {
        let (name, shape) = (&matrix.name, &matrix.shape);
        return bad(format!("the int8 tensor {name} has the shape {shape:?}, which is no matrix"));
    };
    if scales.dtype != Dtype::F32 || scales.shape != [rows] {
        return bad(format!(
            "the scales {} are {:?} {:?}, but {} has {rows} rows, each with one F32",
            scales.name, scales.dtype, scales.shape, matrix.name
        ));
    }
    Ok(columns)
}

#[cfg(test)]
mod tests;
