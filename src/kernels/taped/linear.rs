//! The linear layer with its gradient. A weight in integers passes a gradient on to the input and gets none itself.

use burn::{
    backend::{
        Autodiff, Backend, Dispatch, Flex,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, NodeGuard, Ops, OpsKind},
        },
        backend_extension,
        flex::FlexTensor,
        tensor::FloatTensor,
    },
    tensor::Tensor,
};

use super::parts;
use crate::kernels::{
    Activation, cpu,
    linear::LinearOps,
    weight::{Maybe, WeightLayout, WeightTensors},
};

/// [`crate::kernels::linear`] on the tape.
pub(in crate::kernels) fn linear(
    input: Tensor<2>,
    (weight, layout): (WeightTensors<Dispatch>, WeightLayout),
    bias: Option<Tensor<1>>,
    residual: Option<Tensor<2>>,
    activation: Activation,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as TapedLinearOps>::taped_linear(
        input.into_dispatch(),
        weight,
        Maybe::new(bias),
        Maybe::new(residual),
        activation,
        layout,
    ))
}

#[backend_extension(Flex, Autodiff)]
trait TapedLinearOps: Backend {
    fn taped_linear(
        input: FloatTensor<Self>,
        #[extension_type] weight: WeightTensors<Self>,
        #[extension_type] bias: Maybe<Self>,
        #[extension_type] residual: Maybe<Self>,
        activation: Activation,
        layout: WeightLayout,
    ) -> FloatTensor<Self>;
}

impl TapedLinearOps for Flex {
    fn taped_linear(
        input: FloatTensor<Self>,
        weight: WeightTensors<Self>,
        bias: Maybe<Self>,
        residual: Maybe<Self>,
        activation: Activation,
        layout: WeightLayout,
    ) -> FloatTensor<Self> {
        Self::linear_rows(input, weight, bias, residual, activation, layout)
    }
}

/// A weight's tensors, and the node of a float matrix.
pub(super) fn weight_parts<C: CheckpointStrategy>(
    weight: WeightTensors<Autodiff<Flex, C>>,
    like: &FlexTensor,
) -> (WeightTensors<Flex>, NodeGuard) {
    let absent = || parts::<C>(None, like).1;
    match weight {
        WeightTensors::Float(weight) => {
            let (weight, node) = weight.into_parts();
            (WeightTensors::Float(weight.to_contiguous()), node)
        }
        WeightTensors::F16(words) => (WeightTensors::F16(words), absent()),
        WeightTensors::Scaled(words, scales) => {
            (WeightTensors::Scaled(words, scales.into_primitive()), absent())
        }
        WeightTensors::Affine(words, scales, minimums) => {
            let [scales, minimums] = [scales, minimums].map(|tensor| tensor.into_primitive());
            (WeightTensors::Affine(words, scales, minimums), absent())
        }
    }
}

#[derive(Debug)]
struct LinearBackward;

/// What the backward pass reads.
#[derive(Debug, Clone)]
struct State {
    input: FlexTensor,
    weight: WeightTensors<Flex>,
    layout: WeightLayout,
    activation: Activation,
    /// The numbers before the activation, if there is one.
    before: Option<FlexTensor>,
}

impl<C: CheckpointStrategy> TapedLinearOps for Autodiff<Flex, C> {
    fn taped_linear(
        input: FloatTensor<Self>,
        weight: WeightTensors<Self>,
        bias: Maybe<Self>,
        residual: Maybe<Self>,
        activation: Activation,
        layout: WeightLayout,
    ) -> FloatTensor<Self> {
        let (input, input_node) = input.into_parts();
        let input = input.to_contiguous();
        let (weight, weight_node) = weight_parts::<C>(weight, &input);
        let (bias, bias_node) = parts::<C>(bias.into_option(), &input);
        let (residual, residual_node) = parts::<C>(residual.into_option(), &input);
        let shape = [cpu::shape2(&input)[0], layout.rows];
        let mut output = cpu::multiply(input.storage(), &cpu::Matrix::new(&weight, layout));
        cpu::finish(&mut output, layout.rows, bias.as_ref(), None, Activation::Identity);
        let before =
            (activation != Activation::Identity).then(|| cpu::tensor(output.clone(), shape));
        cpu::finish(&mut output, layout.rows, None, residual.as_ref(), activation);
        let output = cpu::tensor(output, shape);
        let nodes = [input_node, weight_node, bias_node, residual_node];
        match LinearBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(step) => {
                step.finish(State { input, weight, layout, activation, before }, output)
            }
            OpsKind::UnTracked(step) => step.finish(output),
        }
    }
}

impl Backward<Flex, 4> for LinearBackward {
    type State = State;

    fn backward(self, step: Ops<State, 4>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let given = gradients.consume::<Flex>(&step.node).to_contiguous();
        let [input, weight, bias, residual] = step.parents;
        let State { input: x, weight: w, layout, activation, before } = step.state;
        let WeightLayout { rows, columns, .. } = layout;
        if let Some(node) = residual {
            gradients.register::<Flex>(node.id, given.clone());
        }
        let mut slopes = given.storage::<f32>().to_vec();
        if let Some(before) = before {
            cpu::activation_backward(&mut slopes, before.storage(), activation);
        }
        let tokens = slopes.len() / rows;
        if let Some(node) = input {
            let turned = cpu::transposed_weight(&cpu::Matrix::new(&w, layout));
            let found = cpu::product(&slopes, &turned, rows);
            gradients.register::<Flex>(node.id, cpu::tensor(found, [tokens, columns]));
        }
        if let Some(node) = weight {
            let turned = [cpu::transpose(&slopes, rows), cpu::transpose(x.storage(), columns)];
            let found = cpu::product(&turned[0], &turned[1], tokens);
            gradients.register::<Flex>(node.id, cpu::tensor(found, [rows, columns]));
        }
        if let Some(node) = bias {
            let found = cpu::column_sums(&slopes, rows);
            gradients.register::<Flex>(node.id, cpu::tensor(found, [rows]));
        }
    }
}
