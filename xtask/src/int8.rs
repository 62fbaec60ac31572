//! Quantizes a model's weights to int8: docs/quantized-safetensors.md.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use lectern::quantization::{PackedMatrix, Scheme};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

/// Tables whose rows are added without a matrix product: small, and best left exact.
const KEPT: [&str; 2] = ["position_embeddings.weight", "token_type_embeddings.weight"];

/// Converts a safetensors file of f32 weights to one whose matrices are int8. Buffers of integers (position ids)
/// are left out.
pub fn pack(file: &[u8]) -> Result<Vec<u8>> {
    let source = SafeTensors::deserialize(file)?;
    let mut tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
    for (name, tensor) in source.iter() {
        let shape = tensor.shape().to_vec();
        match tensor.dtype() {
            Dtype::I64 => {}
            Dtype::F32 => match shape[..] {
                [rows, columns] if columns > 0 && !KEPT.iter().any(|kept| name.ends_with(kept)) => {
                    let matrix = PackedMatrix::quantize(
                        &floats(tensor.data()),
                        rows,
                        columns,
                        Scheme::Int8Channel,
                    );
                    let scales = matrix.scales.iter().flat_map(|scale| scale.to_le_bytes());
                    tensors.push((
                        format!("{name}.scale"),
                        Dtype::F32,
                        vec![rows],
                        scales.collect(),
                    ));
                    tensors.push((name.to_owned(), Dtype::I8, shape, integers(&matrix)));
                }
                _ => tensors.push((name.to_owned(), Dtype::F32, shape, tensor.data().to_vec())),
            },
            other => bail!("{name} is stored as {other}, and F32 was expected"),
        }
    }
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            let view = TensorView::new(*dtype, shape.clone(), bytes)?;
            Ok((name, view))
        })
        .collect::<Result<Vec<_>>>()?;
    let metadata = [("format", "pt"), ("lectern.quantization", "int8-channel")]
        .map(|(key, value)| (key.into(), value.into()));
    // The crate writes wider dtypes first, and so every scale before the matrices.
    safetensors::serialize(views, Some(HashMap::from(metadata))).context("it cannot be written")
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().copied().map(f32::from_le_bytes).collect()
}

fn integers(matrix: &PackedMatrix) -> Vec<u8> {
    let row = |row| (0..matrix.columns).map(move |column| matrix.stored(row, column) as i8 as u8);
    (0..matrix.rows).flat_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(values: &[f32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    #[test]
    fn matrices_become_integers_and_all_else_stays() {
        let matrix = bytes(&[1.0, -0.5, 0.25, 0.0, -8.0, 4.0]);
        let (table, vector) = (bytes(&[0.1, 0.2]), bytes(&[0.3]));
        let floats = |shape, bytes| TensorView::new(Dtype::F32, shape, bytes).unwrap();
        let ids = TensorView::new(Dtype::I64, vec![1], &[0; 8]).unwrap();
        let source = [
            ("a.dense.weight", floats(vec![2, 3], &matrix)),
            ("a.dense.bias", floats(vec![1], &vector)),
            ("embeddings.position_embeddings.weight", floats(vec![1, 2], &table)),
            ("embeddings.position_ids", ids),
        ];
        let packed = pack(&safetensors::serialize(source, None).unwrap()).unwrap();
        let (_, header) = SafeTensors::read_metadata(&packed).unwrap();
        assert_eq!(header.metadata().as_ref().unwrap()["lectern.quantization"], "int8-channel");
        let offset = |name| header.info(name).unwrap().data_offsets.0;
        assert!(offset("a.dense.weight.scale") < offset("a.dense.weight"));

        let file = SafeTensors::deserialize(&packed).unwrap();
        assert_eq!(file.len(), 4);
        let stored = file.tensor("a.dense.weight").unwrap();
        assert_eq!((stored.dtype(), stored.shape()), (Dtype::I8, &[2, 3][..]));
        assert_eq!(stored.data(), [127, -64, 32, 0, -127, 64i8].map(|integer| integer as u8));
        let scales = file.tensor("a.dense.weight.scale").unwrap();
        assert_eq!(scales.data(), bytes(&[1.0 / 127.0, 8.0 / 127.0]));
        assert_eq!(file.tensor("a.dense.bias").unwrap().data(), vector);
        let kept = file.tensor("embeddings.position_embeddings.weight").unwrap();
        assert_eq!((kept.dtype(), kept.data()), (Dtype::F32, &table[..]));
    }

    #[test]
    fn weights_of_another_type_are_refused() {
        let f16 = TensorView::new(Dtype::F16, vec![1, 1], &[0; 2]).unwrap();
        let error = pack(&safetensors::serialize([("w", f16)], None).unwrap()).unwrap_err();
        assert!(error.to_string().contains("F16"), "{error}");
        assert!(pack(b"<html>").is_err());
    }
}
