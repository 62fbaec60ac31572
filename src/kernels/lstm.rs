//! One LSTM layer over a sequence (Hochreiter and Schmidhuber 1997), with the projection of its output that ELMo has (Sak
//! et al. 2014). The gates' share of the input comes in from one product over all tokens; what is left goes token by token:
//!
//! (i, f, g, o) = (σ, σ, tanh, σ)(input + R · h₋₁), c = f · c₋₁ + i · g, h = P · (o · tanh c)
//!
//! On the CPU a sequence is one operation; a token reads R and P once, 4 · cells · outputs + cells · outputs weights, which
//! is what bounds it. A GPU takes some ten launches a token: a small LSTM is faster on the CPU, and this is why it has no
//! shader of its own.

#[cfg(feature = "gpu")]
use burn::backend::DispatchDevice;
#[cfg(feature = "gpu")]
use burn::tensor::activation::sigmoid;
use burn::{
    backend::{Backend, Dispatch, Flex, backend_extension, tensor::FloatTensor},
    tensor::Tensor,
};

#[cfg(feature = "train")]
use super::taped;
#[cfg(feature = "gpu")]
use super::{Activation, linear};
use super::{
    Weight, cpu,
    weight::{WeightLayout, WeightTensors},
};

/// Sizes and options of an LSTM layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LstmShape {
    /// Size of the cell state.
    pub cells: usize,
    /// Size of an output: the projection's, or the number of cells without one.
    pub outputs: usize,
    /// Whether it reads from the last token to the first.
    pub reversed: bool,
    /// Largest magnitude of a cell's state.
    pub cell_clip: Option<f32>,
    /// Largest magnitude of a projected output.
    pub projection_clip: Option<f32>,
}

impl LstmShape {
    /// Columns of a token's trace.
    pub(crate) fn columns(&self) -> usize {
        5 * self.cells + self.outputs
    }
}

/// What an LSTM layer did, token by token in the order of the sequence.
#[derive(Debug, Clone)]
pub struct LstmTrace {
    /// The gates i, f, g and o after their activations, `[tokens, 4 · cells]`.
    pub gates: Tensor<2>,
    /// The cell states, `[tokens, cells]`.
    pub cells: Tensor<2>,
    /// The outputs, `[tokens, outputs]`.
    pub outputs: Tensor<2>,
}

impl LstmTrace {
    /// By the rows that the operations of the CPU give: [`LstmShape::columns`] a token.
    fn of_rows(rows: &Tensor<2>, shape: LstmShape) -> Self {
        let part = |start: usize, count: usize| rows.clone().narrow(1, start, count);
        let LstmShape { cells, outputs, .. } = shape;
        Self {
            gates: part(0, 4 * cells),
            cells: part(4 * cells, cells),
            outputs: part(5 * cells, outputs),
        }
    }
}

/// Reads a sequence from zero states.
///
/// `input` is the input's share of the gates, biases included, `[tokens, 4 · cells]` in the order i, f, g, o; `recurrent`
/// is `[4 · cells, outputs]`, `projection` `[outputs, cells]`.
///
/// # Panics
/// If the sizes do not match.
pub fn lstm(
    input: Tensor<2>,
    recurrent: &Weight,
    projection: Option<&Weight>,
    shape: LstmShape,
) -> LstmTrace {
    let LstmShape { cells, outputs, .. } = shape;
    assert_eq!(input.dims()[1], 4 * cells, "four gates a cell");
    assert_eq!(recurrent.shape(), [4 * cells, outputs], "the recurrent weights are the gates'");
    let is_like = projection.map_or(outputs == cells, |it| it.shape() == [outputs, cells]);
    assert!(is_like, "the outputs are the projection's, or the cells");
    #[cfg(feature = "gpu")]
    if matches!(input.device().as_dispatch(), DispatchDevice::Cube(_)) {
        return by_token(&input, recurrent, projection, shape);
    }
    let (recurrent, layout) = recurrent.tensors();
    let (projection, projection_layout) = projection.map(Weight::tensors).unzip();
    let projection = projection.unwrap_or_else(|| stand_in(&input));
    let layouts = Layouts { recurrent: layout, projection: projection_layout };
    #[cfg(feature = "train")]
    if input.is_autodiff() || recurrent.is_autodiff() {
        let rows = taped::lstm(input, recurrent, projection, layouts, shape);
        return LstmTrace::of_rows(&rows, shape);
    }
    let input = input.into_dispatch();
    let rows = <Dispatch as LstmOps>::lstm_sequence(input, recurrent, projection, layouts, shape);
    LstmTrace::of_rows(&Tensor::from_dispatch(rows), shape)
}

/// The layouts of a layer's matrices.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layouts {
    pub(crate) recurrent: WeightLayout,
    /// `None` without a projection: what stands in its place is not read.
    pub(crate) projection: Option<WeightLayout>,
}

impl Layouts {
    /// The layer's matrices in memory.
    pub(crate) fn matrices<'a>(
        &self,
        recurrent: &'a WeightTensors<Flex>,
        projection: &'a WeightTensors<Flex>,
    ) -> (cpu::Matrix<'a>, Option<cpu::Matrix<'a>>) {
        let projection = self.projection.map(|layout| cpu::Matrix::new(projection, layout));
        (cpu::Matrix::new(recurrent, self.recurrent), projection)
    }
}

/// A tensor in the place of a projection that a layer does not have: what crosses into a backend cannot be absent.
fn stand_in(input: &Tensor<2>) -> WeightTensors<Dispatch> {
    WeightTensors::Float(Tensor::<2>::zeros([1, 1], &input.device()).into_dispatch())
}

#[backend_extension(Flex)]
pub(crate) trait LstmOps: Backend {
    fn lstm_sequence(
        input: FloatTensor<Self>,
        #[extension_type] recurrent: WeightTensors<Self>,
        #[extension_type] projection: WeightTensors<Self>,
        layouts: Layouts,
        shape: LstmShape,
    ) -> FloatTensor<Self>;
}

impl LstmOps for Flex {
    fn lstm_sequence(
        input: FloatTensor<Self>,
        recurrent: WeightTensors<Self>,
        projection: WeightTensors<Self>,
        layouts: Layouts,
        shape: LstmShape,
    ) -> FloatTensor<Self> {
        let input = input.to_contiguous();
        let (recurrent, projection) = layouts.matrices(&recurrent, &projection);
        let trace = cpu::lstm(input.storage(), &recurrent, projection.as_ref(), shape);
        cpu::tensor(trace, [cpu::shape2(&input)[0], shape.columns()])
    }
}

/// The same by the operations of any device, a token at a time.
#[cfg(feature = "gpu")]
fn by_token(
    input: &Tensor<2>,
    recurrent: &Weight,
    projection: Option<&Weight>,
    shape: LstmShape,
) -> LstmTrace {
    let LstmShape { cells, outputs, reversed, cell_clip, projection_clip } = shape;
    let [tokens, _] = input.dims();
    let clip = |values: Tensor<2>, most: Option<f32>| match most {
        Some(most) => values.clamp(-most, most),
        None => values,
    };
    let mut hidden = Tensor::zeros([1, outputs], &input.device());
    let mut cell = Tensor::zeros([1, cells], &input.device());
    let mut rows = Vec::with_capacity(tokens);
    for step in 0..tokens {
        let token = if reversed { tokens - 1 - step } else { step };
        let of_input = Some(input.clone().narrow(0, token, 1));
        let gates = linear(hidden, recurrent, None, of_input, Activation::Identity);
        let gate = |index: usize| gates.clone().narrow(1, index * cells, cells);
        let (i, f, g, o) = (sigmoid(gate(0)), sigmoid(gate(1)), gate(2).tanh(), sigmoid(gate(3)));
        cell = clip(f.clone() * cell + i.clone() * g.clone(), cell_clip);
        let output = o.clone() * cell.clone().tanh();
        hidden = match projection {
            Some(projection) => {
                clip(linear(output, projection, None, None, Activation::Identity), projection_clip)
            }
            None => output,
        };
        rows.push([Tensor::cat(vec![i, f, g, o], 1), cell.clone(), hidden.clone()]);
    }
    if reversed {
        rows.reverse();
    }
    let all = |part: usize| Tensor::cat(rows.iter().map(|row| row[part].clone()).collect(), 0);
    LstmTrace { gates: all(0), cells: all(1), outputs: all(2) }
}
