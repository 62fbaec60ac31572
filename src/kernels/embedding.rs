//! Token and position embeddings.

use burn::{
    backend::{
        Backend, Dispatch, Flex, backend_extension,
        tensor::{FloatTensor, IntTensor},
    },
    tensor::{Int, Tensor},
};

use super::{
    Position, Weight, cpu,
    weight::{WeightLayout, WeightTensors},
};

/// `output[t] = weight[ids[t]] + positions[past + t]`: the input of the first layer, `[tokens, hidden]`.
///
/// `weight` `[vocabulary, hidden]` may be quantized: it is the matrix that the language-model head reads
/// too. `positions` is `[context, hidden]`. Ids must be in range.
///
/// # Panics
/// If the sizes do not match, or the table of positions is too short.
pub fn embedding(
    weight: &Weight,
    positions: Tensor<2>,
    ids: Tensor<1, Int>,
    position: &Position,
) -> Tensor<2> {
    let [_, columns] = weight.shape();
    assert!(position.past + position.tokens <= positions.dims()[0], "positions in range");
    assert_eq!([columns, position.tokens], [positions.dims()[1], ids.dims()[0]]);
    let (weight, layout) = weight.tensors();
    Tensor::from_dispatch(<Dispatch as EmbeddingOps>::embed(
        weight,
        positions.into_dispatch(),
        ids.into_dispatch(),
        position.tensor.clone().into_dispatch(),
        position.past,
        layout,
    ))
}

#[backend_extension(Cube: cfg(feature = "gpu"), Flex)]
pub(crate) trait EmbeddingOps: Backend {
    fn embed(
        #[extension_type] weight: WeightTensors<Self>,
        positions: FloatTensor<Self>,
        ids: IntTensor<Self>,
        position: IntTensor<Self>,
        past: usize,
        layout: WeightLayout,
    ) -> FloatTensor<Self>;
}

impl EmbeddingOps for Flex {
    fn embed(
        weight: WeightTensors<Self>,
        positions: FloatTensor<Self>,
        ids: IntTensor<Self>,
        _position: IntTensor<Self>,
        past: usize,
        layout: WeightLayout,
    ) -> FloatTensor<Self> {
        let ids = ids.to_contiguous();
        let matrix = cpu::Matrix::new(&weight, layout);
        let output = cpu::embedding(&matrix, positions.storage(), ids.storage(), past);
        cpu::tensor(output, [ids.storage::<u32>().len(), layout.columns])
    }
}
