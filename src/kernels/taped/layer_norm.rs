//! Layer normalization with its gradient.

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

use crate::kernels::{cpu, layer_norm::LayerNormOps};

/// [`crate::kernels::layer_norm`] on the tape.
pub(in crate::kernels) fn layer_norm(
    input: Tensor<2>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f32,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as TapedLayerNormOps>::taped_layer_norm(
        input.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        epsilon,
    ))
}

#[backend_extension(Flex, Autodiff)]
trait TapedLayerNormOps: Backend {
    fn taped_layer_norm(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self>;
}

impl TapedLayerNormOps for Flex {
    fn taped_layer_norm(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        Self::layer_norm_rows(input, gamma, beta, epsilon)
    }
}

#[derive(Debug)]
struct LayerNormBackward;

/// What the backward pass reads: input, gamma, epsilon.
type State = (FlexTensor, FlexTensor, f32);

impl<C: CheckpointStrategy> TapedLayerNormOps for Autodiff<Flex, C> {
    fn taped_layer_norm(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        let ((input, input_node), (gamma, gamma_node)) = (input.into_parts(), gamma.into_parts());
        let (beta, beta_node) = beta.into_parts();
        let (input, gamma) = (input.to_contiguous(), gamma.to_contiguous());
        let output = Flex::layer_norm_rows(input.clone(), gamma.clone(), beta, epsilon);
        let nodes = [input_node, gamma_node, beta_node];
        match LayerNormBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish((input, gamma, epsilon), output),
            OpsKind::UnTracked(step) => step.finish(output),
        }
    }
}

impl Backward<Flex, 3> for LayerNormBackward {
    type State = State;

    fn backward(self, step: Ops<State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let given = gradients.consume::<Flex>(&step.node).to_contiguous();
        let (input, gamma, epsilon) = step.state;
        let found =
            cpu::layer_norm_backward(input.storage(), gamma.storage(), epsilon, given.storage());
        let [of_input, of_gamma, of_beta] = step.parents;
        if let Some(node) = of_input {
            gradients.register::<Flex>(node.id, cpu::tensor(found.input, cpu::shape2(&input)));
        }
        let columns = found.gamma.len();
        for (node, values) in [(of_gamma, found.gamma), (of_beta, found.beta)] {
            if let Some(node) = node {
                gradients.register::<Flex>(node.id, cpu::tensor(values, [columns]));
            }
        }
    }
}
