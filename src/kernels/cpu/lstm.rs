//! An LSTM layer over a sequence, and its gradient by backpropagation through time (Werbos 1990).

use super::{Matrix, multiply, pointwise::tanh_of};
#[cfg(feature = "train")]
use super::{product, transpose, transposed_weight};
use crate::kernels::LstmShape;

/// Returns the trace `[tokens, 5 · cells + outputs]`; see [`crate::kernels::lstm`].
pub(crate) fn lstm(
    input: &[f32],
    recurrent: &Matrix<'_>,
    projection: Option<&Matrix<'_>>,
    shape: LstmShape,
) -> Vec<f32> {
    let LstmShape { cells, outputs, .. } = shape;
    let tokens = input.len() / (4 * cells).max(1);
    let mut trace = vec![0.0; tokens * shape.columns()];
    let (mut hidden, mut cell) = (vec![0.0; outputs], vec![0.0; cells]);
    for step in 0..tokens {
        let token = token_at(step, tokens, shape);
        let mut gates = multiply(&hidden, recurrent);
        gates.iter_mut().zip(&input[token * 4 * cells..]).for_each(|(gate, x)| *gate += x);
        // σ(x) = (1 + tanh(x / 2)) / 2: one function for all four.
        let is_squashed = |gate: usize| gate / cells != 2;
        for (index, gate) in gates.iter_mut().enumerate() {
            *gate *= if is_squashed(index) { 0.5 } else { 1.0 };
        }
        tanh_of(&mut gates);
        for (index, gate) in gates.iter_mut().enumerate() {
            *gate = if is_squashed(index) { 0.5 + 0.5 * *gate } else { *gate };
        }
        for (index, state) in cell.iter_mut().enumerate() {
            let [i, f, g] = [0, 1, 2].map(|gate| gates[gate * cells + index]);
            *state = clipped(f * *state + i * g, shape.cell_clip);
        }
        let mut output = cell.clone();
        tanh_of(&mut output);
        output.iter_mut().zip(&gates[3 * cells..]).for_each(|(output, o)| *output *= o);
        hidden = match projection {
            Some(projection) => {
                let projected = multiply(&output, projection).into_iter();
                projected.map(|h| clipped(h, shape.projection_clip)).collect()
            }
            None => output,
        };
        let row = &mut trace[token * shape.columns()..][..shape.columns()];
        row[..4 * cells].copy_from_slice(&gates);
        row[4 * cells..5 * cells].copy_from_slice(&cell);
        row[5 * cells..].copy_from_slice(&hidden);
    }
    trace
}

/// The token that is read at this step.
fn token_at(step: usize, tokens: usize, shape: LstmShape) -> usize {
    if shape.reversed { tokens - 1 - step } else { step }
}

fn clipped(value: f32, most: Option<f32>) -> f32 {
    most.map_or(value, |most| value.clamp(-most, most))
}

/// The gradients of an LSTM layer.
#[cfg(feature = "train")]
pub(crate) struct LstmGradients {
    /// `[tokens, 4 · cells]`
    pub(crate) input: Vec<f32>,
    /// `[4 · cells, outputs]`
    pub(crate) recurrent: Vec<f32>,
    /// `[outputs, cells]`; empty without a projection.
    pub(crate) projection: Vec<f32>,
}

/// The gradients by those of the trace, `given`. What was clipped passes none on.
#[cfg(feature = "train")]
pub(crate) fn lstm_backward(
    trace: &[f32],
    recurrent: &Matrix<'_>,
    projection: Option<&Matrix<'_>>,
    shape: LstmShape,
    given: &[f32],
) -> LstmGradients {
    let LstmShape { cells, outputs, .. } = shape;
    let columns = shape.columns();
    let tokens = trace.len() / columns;
    let back = transposed_weight(recurrent);
    let project_back = projection.map(transposed_weight);
    let is_clipped = |value: f32, most: Option<f32>| most.is_some_and(|most| value.abs() >= most);
    let mut of_input = vec![0.0; tokens * 4 * cells];
    // Of every step: the output before (what R was multiplied with), the slopes at the projection and what went into it.
    let mut hidden_before = vec![0.0; tokens * outputs];
    let mut at_projection = vec![0.0; tokens * outputs];
    let mut projected = vec![0.0; tokens * cells];
    let (mut of_hidden, mut of_cell) = (vec![0.0; outputs], vec![0.0; cells]);
    for step in (0..tokens).rev() {
        let token = token_at(step, tokens, shape);
        let before = (step > 0).then(|| token_at(step - 1, tokens, shape));
        let row = &trace[token * columns..][..columns];
        let slopes = &given[token * columns..][..columns];
        let (gates, states) = row[..5 * cells].split_at(4 * cells);
        for (index, slope) in of_hidden.iter_mut().enumerate() {
            *slope += slopes[5 * cells + index];
            if project_back.is_some() && is_clipped(row[5 * cells + index], shape.projection_clip) {
                *slope = 0.0;
            }
        }
        let of_output = match &project_back {
            Some(back) => {
                at_projection[token * outputs..][..outputs].copy_from_slice(&of_hidden);
                product(&of_hidden, back, outputs)
            }
            None => of_hidden.clone(),
        };
        let mut tanh_cell = states.to_vec();
        tanh_of(&mut tanh_cell);
        let of_gates = &mut of_input[token * 4 * cells..][..4 * cells];
        for index in 0..cells {
            let [i, f, g, o] = [0, 1, 2, 3].map(|gate| gates[gate * cells + index]);
            let tanh = tanh_cell[index];
            projected[token * cells + index] = o * tanh;
            let mut slope = slopes[4 * cells + index]
                + of_cell[index]
                + of_output[index] * o * (1.0 - tanh * tanh);
            if is_clipped(states[index], shape.cell_clip) {
                slope = 0.0;
            }
            let state_before = before.map_or(0.0, |it| trace[it * columns + 4 * cells + index]);
            let of = |gate: usize| slopes[gate * cells + index];
            of_gates[index] = (of(0) + slope * g) * i * (1.0 - i);
            of_gates[cells + index] = (of(1) + slope * state_before) * f * (1.0 - f);
            of_gates[2 * cells + index] = (of(2) + slope * i) * (1.0 - g * g);
            of_gates[3 * cells + index] = (of(3) + of_output[index] * tanh) * o * (1.0 - o);
            of_cell[index] = slope * f;
        }
        of_hidden = product(of_gates, &back, 4 * cells);
        if let Some(before) = before {
            let outputs_before = &trace[before * columns + 5 * cells..][..outputs];
            hidden_before[token * outputs..][..outputs].copy_from_slice(outputs_before);
        }
    }
    let outer = |left: &[f32], rows: usize, right: &[f32], columns: usize| {
        product(&transpose(left, rows), &transpose(right, columns), tokens)
    };
    LstmGradients {
        recurrent: outer(&of_input, 4 * cells, &hidden_before, outputs),
        projection: match projection {
            Some(_) => outer(&at_projection, outputs, &projected, cells),
            None => Vec::new(),
        },
        input: of_input,
    }
}
