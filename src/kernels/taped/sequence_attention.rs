//! Self-attention in a batch of sequences, with its gradient.

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
        tensor::{FloatTensor, IntTensor},
    },
    tensor::{Int, Tensor},
};

use crate::kernels::{SequenceAttentionShape, cpu, sequence_attention::SequenceAttentionOps};

/// [`crate::kernels::sequence_attention`] on the tape.
pub(in crate::kernels) fn sequence_attention(
    query_key_value: Tensor<2>,
    tiles: Tensor<2, Int>,
    shape: SequenceAttentionShape,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as TapedAttentionOps>::taped_attention(
        query_key_value.into_dispatch(),
        tiles.into_dispatch(),
        shape,
    ))
}

#[backend_extension(Flex, Autodiff)]
trait TapedAttentionOps: Backend {
    fn taped_attention(
        query_key_value: FloatTensor<Self>,
        tiles: IntTensor<Self>,
        shape: SequenceAttentionShape,
    ) -> FloatTensor<Self>;
}

impl TapedAttentionOps for Flex {
    fn taped_attention(
        query_key_value: FloatTensor<Self>,
        tiles: IntTensor<Self>,
        shape: SequenceAttentionShape,
    ) -> FloatTensor<Self> {
        Self::attend_sequences(query_key_value, tiles, shape)
    }
}

#[derive(Debug)]
struct AttentionBackward;

/// What the backward pass reads: queries, keys and values; the sequences' bounds; the sizes.
type State = (FlexTensor, FlexTensor, SequenceAttentionShape);

impl<C: CheckpointStrategy> TapedAttentionOps for Autodiff<Flex, C> {
    fn taped_attention(
        query_key_value: FloatTensor<Self>,
        tiles: IntTensor<Self>,
        shape: SequenceAttentionShape,
    ) -> FloatTensor<Self> {
        let (query_key_value, node) = query_key_value.into_parts();
        let query_key_value = query_key_value.to_contiguous();
        let output = Flex::attend_sequences(query_key_value.clone(), tiles.clone(), shape);
        match AttentionBackward.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish((query_key_value, tiles, shape), output),
            OpsKind::UnTracked(step) => step.finish(output),
        }
    }
}

impl Backward<Flex, 1> for AttentionBackward {
    type State = State;

    fn backward(self, step: Ops<State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let given = gradients.consume::<Flex>(&step.node).to_contiguous();
        let (query_key_value, tiles, shape) = step.state;
        let [Some(node)] = step.parents else { return };
        let found = cpu::attend_sequences_backward(
            query_key_value.storage(),
            tiles.storage(),
            &shape,
            given.storage(),
        );
        let shape = cpu::shape2(&query_key_value);
        gradients.register::<Flex>(node.id, cpu::tensor(found, shape));
    }
}
