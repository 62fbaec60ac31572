//! Checks of linear layers, embeddings, activations and layer norms.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use super::{Outcome, compare, read, reference};
use crate::{
    kernels::{Activation, Position, Weight, embedding, layer_norm, linear},
    quantization::{PackedMatrix, Scheme},
};

/// Schemes of the weights; `None` for 32-bit floats.
pub(super) const SCHEMES: [Option<Scheme>; 13] = [
    None,
    Some(Scheme::F16),
    Some(Scheme::Int8Channel),
    Some(Scheme::Int8MinMax),
    Some(Scheme::Int4Symmetric { group: 32 }),
    Some(Scheme::Int4Symmetric { group: 64 }),
    Some(Scheme::Int4Symmetric { group: 128 }),
    Some(Scheme::Int4Asymmetric { group: 32 }),
    Some(Scheme::Int4Asymmetric { group: 64 }),
    Some(Scheme::Int4Asymmetric { group: 128 }),
    Some(Scheme::Q8_0),
    Some(Scheme::Q4_0),
    Some(Scheme::Q4_1),
];

/// `[tokens, rows, columns]`
pub(super) const SHAPES: [[usize; 3]; 13] = [
    [1, 1, 1],
    [1, 3, 32],
    [1, 9, 77],
    [1, 64, 128],
    [1, 67, 300],
    [1, 130, 768],
    [1, 16, 3072],
    [2, 5, 33],
    [3, 64, 64],
    [31, 65, 100],
    [32, 64, 96],
    [33, 130, 257],
    [70, 66, 768],
];

/// Cases with more rows than one axis of a dispatch grid has workgroups for.
pub(super) const LONGEST: [(Option<Scheme>, [usize; 3]); 2] =
    [(None, [1, 4 * 65535 + 5, 3]), (Some(Scheme::Int8Channel), [1, 8 * 65535 + 9, 3])];
/// `[tokens, rows, columns]` for a scheme whose rows are whole blocks of 256 values.
pub(super) const BLOCK_SHAPES: [[usize; 3]; 8] = [
    [1, 1, 256],
    [1, 9, 512],
    [1, 67, 768],
    [1, 130, 3072],
    [2, 5, 256],
    [31, 65, 512],
    [33, 130, 256],
    [70, 66, 768],
];

pub(super) const ACTIVATIONS: [Activation; 6] = [
    Activation::Identity,
    Activation::GeluTanh,
    Activation::GeluErf,
    Activation::Relu,
    Activation::Silu,
    Activation::Tanh,
];

/// The weight on the device, and its dequantized values.
pub(super) fn weight(
    values: Vec<f32>,
    [rows, columns]: [usize; 2],
    scheme: Option<Scheme>,
    device: &Device,
) -> (Weight, Vec<f32>) {
    let Some(scheme) = scheme else {
        return (Weight::from_floats(values.clone(), [rows, columns], device), values);
    };
    let packed = match scheme {
        Scheme::Q6_K => q6_k(&values, [rows, columns]),
        _ => PackedMatrix::quantize(&values, rows, columns, scheme),
    };
    let dequantized = packed.dequantize();
    (Weight::from_packed(packed, device), dequantized)
}

/// A matrix of `q6_k` blocks with all bits in use: integers and factors are bits of the values, and every block has
/// another scale.
fn q6_k(values: &[f32], [rows, columns]: [usize; 2]) -> PackedMatrix {
    let mut packed = PackedMatrix::with_capacity(rows, columns, Scheme::Q6_K);
    let mut blocks = Vec::with_capacity(Scheme::Q6_K.file_bytes(rows, columns));
    for (index, block) in values.chunks_exact(256).enumerate() {
        blocks.extend(block[..208].iter().map(|x| (x.to_bits() >> 8) as u8));
        let scale = (index % 7) as f32 * 3e-5 - 9.3e-5;
        blocks.extend(half::f16::from_f32(scale).to_le_bytes());
    }
    packed.push_blocks(&blocks);
    packed
}

pub(super) fn tensor<const D: usize>(
    values: &[f32],
    shape: [usize; D],
    device: &Device,
) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

pub(super) async fn check_linear(
    device: &Device,
    scheme: Option<Scheme>,
    [tokens, rows, columns]: [usize; 3],
) -> Outcome {
    let name = format!("linear {scheme:?} {tokens} tokens {rows}x{columns}");
    let input = reference::values(1, tokens * columns);
    let bias = reference::values(2, rows);
    let residual = reference::values(3, tokens * rows);
    let (weight, dequantized) =
        weight(reference::values(4, rows * columns), [rows, columns], scheme, device);
    // With integer weights the CPU rounds its input to 16 bits a block.
    let rounds =
        matches!(scheme, Some(scheme) if scheme != Scheme::F16) && *device == Device::flex();
    let tolerance = if rounds { 1e-4 } else { 3e-5 };
    let mut result = Ok(());
    for with_epilogue in [false, true] {
        let activation = if with_epilogue { Activation::GeluTanh } else { Activation::Identity };
        let output = linear(
            tensor(&input, [tokens, columns], device),
            &weight,
            with_epilogue.then(|| tensor(&bias, [rows], device)),
            with_epilogue.then(|| tensor(&residual, [tokens, rows], device)),
            activation,
        );
        let expected = reference::linear(
            &input,
            &dequantized,
            columns,
            with_epilogue.then_some(&bias[..]),
            with_epilogue.then_some(&residual[..]),
            activation,
        );
        let found = read(output).await;
        result = result.and(found.and_then(|found| compare(&found, &expected, tolerance)));
    }
    (name, result)
}

/// Columns of an embedding: odd, where the scheme allows it.
pub(super) fn columns(scheme: Option<Scheme>) -> usize {
    if scheme == Some(Scheme::Q6_K) { 512 } else { 77 }
}

pub(super) async fn check_embedding(device: &Device, scheme: Option<Scheme>) -> Outcome {
    let [rows, columns, context] = [11, columns(scheme), 9];
    let (weight, dequantized) =
        weight(reference::values(5, rows * columns), [rows, columns], scheme, device);
    let positions = reference::values(6, context * columns);
    let (past, ids) = (4, [10u32, 0, 3, 3, 7]);
    let position = Position::new(past, ids.len(), 16, device);
    let id_tensor: Tensor<1, Int> = Tensor::from_data(TensorData::from(ids), (device, DType::U32));
    let output =
        embedding(&weight, tensor(&positions, [context, columns], device), id_tensor, &position);
    let mut expected = Vec::new();
    for (t, id) in ids.iter().enumerate() {
        for c in 0..columns {
            let token = f64::from(dequantized[*id as usize * columns + c]);
            expected.push(token + f64::from(positions[(past + t) * columns + c]));
        }
    }
    let result = read(output).await.and_then(|found| compare(&found, &expected, 1e-6));
    (format!("embedding {scheme:?}"), result)
}

pub(super) async fn check_activation(device: &Device, activation: Activation) -> Outcome {
    // A linear layer of one column and the weight 1 is the activation alone.
    let input: Vec<f32> = (-400..=400).map(|i| i as f32 / 20.0).collect();
    let weight = Weight::from_floats(vec![1.0], [1, 1], device);
    let output = linear(tensor(&input, [input.len(), 1], device), &weight, None, None, activation);
    let expected: Vec<f64> =
        input.iter().map(|x| reference::activate(activation, f64::from(*x))).collect();
    let result = read(output).await.and_then(|found| {
        // Absolute, not relative to the largest value: small outputs matter too.
        found
            .iter()
            .zip(&expected)
            .try_for_each(|(found, expected)| compare(&[*found], &[*expected], 2e-6))
    });
    (format!("activation {activation:?}"), result)
}

pub(super) async fn check_layer_norm(device: &Device, rows: usize, columns: usize) -> Outcome {
    // A mean far from 0, where a naive formula loses digits.
    let input: Vec<f32> = reference::values(7, rows * columns).iter().map(|x| x + 100.0).collect();
    let (gamma, beta) = (reference::values(8, columns), reference::values(9, columns));
    let output = layer_norm(
        tensor(&input, [rows, columns], device),
        tensor(&gamma, [columns], device),
        tensor(&beta, [columns], device),
        1e-5,
    );
    let expected = reference::layer_norm(&input, &gamma, &beta, 1e-5);
    let result = read(output).await.and_then(|found| compare(&found, &expected, 1e-4));
    (format!("layer norm {rows}x{columns}"), result)
}
