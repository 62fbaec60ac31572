//! Checks of an LSTM layer: every gate, state and output of a sequence against the reference.

use burn::tensor::{Device, Tensor};

use super::{
    linear::{tensor, weight},
    outcome::{Outcome, compare, read},
    reference,
};
use crate::{
    kernels::{LstmShape, lstm},
    quantization::Scheme,
};

/// `(tokens, cells, size of the projection, whether reversed, largest magnitude of states and outputs)`
pub(super) type Case = (usize, usize, Option<usize>, bool, Option<f32>);

pub(super) const CASES: [Case; 7] = [
    (1, 1, None, false, None),
    (1, 5, Some(3), true, None),
    (4, 3, None, true, None),
    (7, 33, Some(20), false, Some(0.3)),
    (9, 20, Some(12), true, Some(0.6)),
    (20, 64, Some(96), false, None),
    (65, 40, Some(32), true, None),
];

/// Schemes of the matrices; `None` for 32-bit floats.
pub(super) const SCHEMES: [Option<Scheme>; 3] =
    [None, Some(Scheme::Int8Channel), Some(Scheme::Int4Asymmetric { group: 32 })];

/// The sizes and options of a case.
pub(super) fn shape((_, cells, projection, reversed, clip): Case) -> LstmShape {
    let outputs = projection.unwrap_or(cells);
    LstmShape { cells, outputs, reversed, cell_clip: clip, projection_clip: clip }
}

pub(super) async fn check_lstm(device: &Device, scheme: Option<Scheme>, case: Case) -> Outcome {
    let (tokens, cells, projection, ..) = case;
    let shape = shape(case);
    let name = format!("LSTM {case:?}, {scheme:?}");
    let gates = 4 * cells;
    let input: Vec<f32> = reference::values(51, tokens * gates).iter().map(|x| 2.0 * x).collect();
    // So small that a sequence forgets: in a chaotic one the last digit of a sum decides what comes after.
    let random = |seed, [rows, columns]: [usize; 2]| {
        let scale = 0.5 / (columns as f32).sqrt();
        let values = reference::values(seed, rows * columns).iter().map(|x| scale * x).collect();
        weight(values, [rows, columns], scheme, device)
    };
    let (recurrent, recurrent_values) = random(52, [gates, shape.outputs]);
    let (projection, projection_values) =
        projection.map(|outputs| random(53, [outputs, cells])).unzip();
    let trace =
        lstm(tensor(&input, [tokens, gates], device), &recurrent, projection.as_ref(), shape);
    let expected = reference::lstm(&input, &recurrent_values, projection_values.as_deref(), &shape);
    let found = Tensor::cat(vec![trace.gates, trace.cells, trace.outputs], 1);
    let compared = match read(found).await {
        // What a product in integers loses goes around with the states.
        Ok(found) => compare(&found, &expected, if scheme.is_none() { 1e-5 } else { 1e-3 }),
        Err(error) => Err(error),
    };
    (name, compared)
}
