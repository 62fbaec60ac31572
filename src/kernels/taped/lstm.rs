//! An LSTM layer with its gradient: one step of the tape a sequence.

use burn::{
    backend::{
        Autodiff, Backend, Dispatch, Flex,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        backend_extension,
        flex::FlexTensor,
        tensor::FloatTensor,
    },
    tensor::Tensor,
};

use super::linear::weight_parts;
use crate::kernels::{
    LstmShape, cpu,
    lstm::{Layouts, LstmOps},
    weight::WeightTensors,
};

/// The trace of [`crate::kernels::lstm`] on the tape.
pub(in crate::kernels) fn lstm(
    input: Tensor<2>,
    recurrent: WeightTensors<Dispatch>,
    projection: WeightTensors<Dispatch>,
    layouts: Layouts,
    shape: LstmShape,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as TapedLstmOps>::taped_lstm(
        input.into_dispatch(),
        recurrent,
        projection,
        layouts,
        shape,
    ))
}

#[backend_extension(Flex, Autodiff)]
trait TapedLstmOps: Backend {
    fn taped_lstm(
        input: FloatTensor<Self>,
        #[extension_type] recurrent: WeightTensors<Self>,
        #[extension_type] projection: WeightTensors<Self>,
        layouts: Layouts,
        shape: LstmShape,
    ) -> FloatTensor<Self>;
}

impl TapedLstmOps for Flex {
    fn taped_lstm(
        input: FloatTensor<Self>,
        recurrent: WeightTensors<Self>,
        projection: WeightTensors<Self>,
        layouts: Layouts,
        shape: LstmShape,
    ) -> FloatTensor<Self> {
        Self::lstm_sequence(input, recurrent, projection, layouts, shape)
    }
}

#[derive(Debug)]
struct LstmBackward;

/// What the backward pass reads.
#[derive(Debug, Clone)]
struct State {
    trace: FlexTensor,
    recurrent: WeightTensors<Flex>,
    projection: WeightTensors<Flex>,
    layouts: Layouts,
    shape: LstmShape,
}

impl<C: CheckpointStrategy> TapedLstmOps for Autodiff<Flex, C> {
    fn taped_lstm(
        input: FloatTensor<Self>,
        recurrent: WeightTensors<Self>,
        projection: WeightTensors<Self>,
        layouts: Layouts,
        shape: LstmShape,
    ) -> FloatTensor<Self> {
        let (input, input_node) = input.into_parts();
        let input = input.to_contiguous();
        let (recurrent, recurrent_node) = weight_parts::<C>(recurrent, &input);
        let (projection, projection_node) = weight_parts::<C>(projection, &input);
        let trace =
            Flex::lstm_sequence(input, recurrent.clone(), projection.clone(), layouts, shape);
        let nodes = [input_node, recurrent_node, projection_node];
        match LstmBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(step) => {
                let kept = trace.clone();
                step.finish(State { trace: kept, recurrent, projection, layouts, shape }, trace)
            }
            OpsKind::UnTracked(step) => step.finish(trace),
        }
    }
}

impl Backward<Flex, 3> for LstmBackward {
    type State = State;

    fn backward(self, step: Ops<State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let given = gradients.consume::<Flex>(&step.node).to_contiguous();
        let State { trace, recurrent, projection, layouts, shape } = step.state;
        let (recurrent, projection) = layouts.matrices(&recurrent, &projection);
        let (trace, given) = (trace.storage(), given.storage());
        let found = cpu::lstm_backward(trace, &recurrent, projection.as_ref(), shape, given);
        let [of_input, of_recurrent, of_projection] = step.parents;
        let (cells, outputs) = (shape.cells, shape.outputs);
        let tokens = trace.len() / shape.columns();
        for (node, values, shape) in [
            (of_input, found.input, [tokens, 4 * cells]),
            (of_recurrent, found.recurrent, [4 * cells, outputs]),
            (of_projection, found.projection, [outputs, cells]),
        ] {
            // A stand-in for a projection gets none.
            if let Some(node) = node.filter(|_| !values.is_empty()) {
                gradients.register::<Flex>(node.id, cpu::tensor(values, shape));
            }
        }
    }
}
