//! The layout of quantized matrices and their factors in a safetensors file: docs/quantized-safetensors.md.

use std::collections::HashMap;

use super::{
    Dtype,
    tensor_bytes::{Entry, Role},
};
use crate::{
    error::{BadFileReason, LecternError, Result, UnsupportedReason},
    quantization::{Scheme, UnknownScheme},
};

/// The metadata key of a file's scheme; the key of a single tensor's scheme is this one, a dot and its name.
pub(super) const METADATA_KEY: &str = "lectern.quantization";
/// The scheme of integers without a scheme in the metadata.
const DEFAULT: Scheme = Scheme::Int8Channel;

/// The name of the tensor with a matrix's scales.
pub(super) fn scales_of(matrix: &str) -> String {
    format!("{matrix}.scale")
}

/// The name of the tensor with a matrix's minimums.
pub(super) fn minimums_of(matrix: &str) -> String {
    format!("{matrix}.minimum")
}

/// The schemes of a file's integers.
#[derive(Debug)]
pub(super) struct Layouts<'a> {
    file: Scheme,
    metadata: &'a HashMap<String, String>,
}

impl<'a> Layouts<'a> {
    /// The schemes in a file's metadata; an error for an unknown one.
    pub(super) fn new(metadata: &'a HashMap<String, String>) -> Result<Self> {
        let file = match metadata.get(METADATA_KEY) {
            None => DEFAULT,
            // A file of floats: each integer tensor has a key of its own.
            Some(name) if name == "f32" => DEFAULT,
            Some(name) => parse(name)?,
        };
        Ok(Self { file, metadata })
    }

    fn of(&self, tensor: &str) -> Result<Scheme> {
        let own = self.metadata.get(&format!("{METADATA_KEY}.{tensor}"));
        own.map_or(Ok(self.file), |name| parse(name))
    }
}

fn parse(name: &str) -> Result<Scheme> {
    name.parse().map_err(|UnknownScheme(name)| {
        LecternError::unsupported(UnsupportedReason::Scheme { name, known: Scheme::names() })
    })
}

/// Finds the quantized matrices among the tensors of a file, in the order of their bytes, and their factors.
/// An I8 or U8 tensor without scales in the file stays what it is: it can only be skipped.
pub(super) fn assign_roles(file: &str, entries: &mut [Entry], layouts: &Layouts<'_>) -> Result<()> {
    let indices: HashMap<String, usize> = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| (entry.header.name.clone(), index))
        .collect();
    for index in 0..entries.len() {
        let matrix = &entries[index].header;
        let is_integers =
            matches!(&matrix.dtype, Dtype::Other(name) if name == "I8" || name == "U8");
        if !is_integers || !indices.contains_key(&scales_of(&matrix.name)) {
            continue;
        }
        let name = matrix.name.clone();
        let scheme = layouts.of(&name)?;
        let shape = check_integers(file, &entries[index], scheme)?;
        let mut factors = vec![scales_of(&name)];
        if scheme.has_minimum() {
            factors.push(minimums_of(&name));
        }
        for factor in &factors {
            let bad = |reason: BadFileReason| Err(LecternError::bad_file(file, reason));
            let Some(&factor_index) = indices.get(factor) else {
                let (factors, scheme) = (factor.clone(), scheme.to_string());
                return bad(BadFileReason::MissingFactors { matrix: name, scheme, factors });
            };
            check_factors(file, &entries[factor_index], shape, scheme)?;
            if factor_index > index {
                let factors = factor.clone();
                return bad(BadFileReason::FactorsAfterMatrix { matrix: name, factors });
            }
            entries[factor_index].role = Role::Factors;
        }
        let [rows, columns] = shape;
        let mut factors = factors.into_iter();
        let scales = factors.next().unwrap_or_default();
        let entry = &mut entries[index];
        entry.header.dtype = Dtype::Packed(scheme);
        entry.header.shape = vec![rows, columns];
        entry.header.by_output = true;
        entry.role = Role::Integers { scheme, scales, minimums: factors.next() };
    }
    Ok(())
}

/// The rows and columns of a matrix of integers.
fn check_integers(file: &str, matrix: &Entry, scheme: Scheme) -> Result<[usize; 2]> {
    let matrix = &matrix.header;
    let bad = |reason: BadFileReason| Err(LecternError::bad_file(file, reason));
    let (tensor, shape) = (matrix.name.clone(), &matrix.shape);
    // Rows without columns take no bytes, so that a small file could claim any number of scales.
    let &[rows, width @ 1..=usize::MAX] = &shape[..] else {
        return bad(BadFileReason::NotMatrix { tensor, shape: shape.clone() });
    };
    let expected = match scheme.bits() {
        4 => "U8",
        8 => "I8",
        _ => "F16",
    };
    if matrix.dtype != Dtype::Other(expected.into()) {
        let (dtype, scheme) = (matrix.dtype.to_string(), scheme.to_string());
        let expected = expected.to_owned();
        return bad(BadFileReason::WrongIntegers { tensor, dtype, scheme, expected });
    }
    // Groups of q6_k are smaller than the padding of rows.
    if scheme == Scheme::Q6_K && scheme.block_size().is_some_and(|block| width % block > 0) {
        let scheme = scheme.to_string();
        return bad(BadFileReason::PartialBlocks { tensor, scheme, columns: width });
    }
    // Sizes in bits must not overflow.
    match width.checked_mul(8) {
        Some(bits) => Ok([rows, bits / scheme.bits()]),
        None => bad(BadFileReason::RowsTooLong { tensor }),
    }
}

/// Checks dtype and shape of a matrix's factors.
fn check_factors(
    file: &str,
    factors: &Entry,
    [rows, columns]: [usize; 2],
    scheme: Scheme,
) -> Result<()> {
    let factors = &factors.header;
    let dtype = if scheme.has_f16_factors() { Dtype::F16 } else { Dtype::F32 };
    let shape = factor_shape([rows, columns], scheme);
    if factors.dtype == dtype && factors.shape == shape {
        return Ok(());
    }
    let reason = BadFileReason::WrongFactors {
        factors: factors.name.clone(),
        found: format!("{} {:?}", factors.dtype, factors.shape),
        expected: format!("{dtype} {shape:?}"),
    };
    Err(LecternError::bad_file(file, reason))
}

/// The shape of the tensors with a matrix's scales and minimums.
pub(super) fn factor_shape([rows, columns]: [usize; 2], scheme: Scheme) -> Vec<usize> {
    match scheme {
        _ if scheme.is_whole_tensor() => vec![1],
        Scheme::Int8Channel => vec![rows],
        _ => vec![rows, scheme.groups(columns)],
    }
}

#[cfg(test)]
mod tests;
