//! The embeddings of a batch of sequences, with their gradients. A table in integers gets none.

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

use super::linear::weight_parts;
use crate::kernels::{
    cpu,
    sequence_embedding::SequenceEmbeddingOps,
    weight::{WeightLayout, WeightTensors},
};

/// [`crate::kernels::sequence_embedding`] on the tape, with the table of ids, positions and types made.
pub(in crate::kernels) fn sequence_embedding(
    (weight, layout): (WeightTensors<Dispatch>, WeightLayout),
    positions: Tensor<2>,
    types: Tensor<2>,
    table: Tensor<2, Int>,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as TapedEmbeddingOps>::taped_embedding(
        weight,
        positions.into_dispatch(),
        types.into_dispatch(),
        table.into_dispatch(),
        layout,
    ))
}

#[backend_extension(Flex, Autodiff)]
trait TapedEmbeddingOps: Backend {
    fn taped_embedding(
        #[extension_type] weight: WeightTensors<Self>,
        positions: FloatTensor<Self>,
        types: FloatTensor<Self>,
        table: IntTensor<Self>,
        layout: WeightLayout,
    ) -> FloatTensor<Self>;
}

impl TapedEmbeddingOps for Flex {
    fn taped_embedding(
        weight: WeightTensors<Self>,
        positions: FloatTensor<Self>,
        types: FloatTensor<Self>,
        table: IntTensor<Self>,
        layout: WeightLayout,
    ) -> FloatTensor<Self> {
        Self::embed_sequences(weight, positions, types, table, layout)
    }
}

#[derive(Debug)]
struct EmbeddingBackward;

/// What the backward pass reads: rows of an id, a position and a type, and the three tables' shapes.
type State = (FlexTensor, [[usize; 2]; 3]);

impl<C: CheckpointStrategy> TapedEmbeddingOps for Autodiff<Flex, C> {
    fn taped_embedding(
        weight: WeightTensors<Self>,
        positions: FloatTensor<Self>,
        types: FloatTensor<Self>,
        table: IntTensor<Self>,
        layout: WeightLayout,
    ) -> FloatTensor<Self> {
        let (positions, position_node) = positions.into_parts();
        let (types, type_node) = types.into_parts();
        let (weight, weight_node) = weight_parts::<C>(weight, &positions);
        let (positions, types) = (positions.to_contiguous(), types.to_contiguous());
        let shapes = [[layout.rows, layout.columns], cpu::shape2(&positions), cpu::shape2(&types)];
        let output = Flex::embed_sequences(weight, positions, types, table.clone(), layout);
        let nodes = [weight_node, position_node, type_node];
        match EmbeddingBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish((table, shapes), output),
            OpsKind::UnTracked(step) => step.finish(output),
        }
    }
}

impl Backward<Flex, 3> for EmbeddingBackward {
    type State = State;

    fn backward(self, step: Ops<State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let given = gradients.consume::<Flex>(&step.node).to_contiguous();
        let (table, shapes) = step.state;
        for (index, (node, shape)) in step.parents.into_iter().zip(shapes).enumerate() {
            let Some(node) = node else { continue };
            let rows = table.storage::<u32>().chunks_exact(3).map(|row| row[index]);
            let found = cpu::lookup_backward(rows, given.storage(), shape);
            gradients.register::<Flex>(node.id, cpu::tensor(found, shape));
        }
    }
}
