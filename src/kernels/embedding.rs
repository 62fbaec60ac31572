//! Token and position embeddings.

use burn::{
    backend::{
        Backend, Dispatch, Flex, backend_extension,
        tensor::{FloatTensor, IntTensor},
    },
    tensor::{Int, Tensor},
};
use burn_wgpu::CubeBackend;

use super::{
    Position, Weight, cpu,
    launch::{Kernel, empty_like, launch},
    weight::{WeightLayout, WeightTensors},
    weight_bindings::bind_weight,
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

#[backend_extension(Cube, Flex)]
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

impl EmbeddingOps for CubeBackend {
    fn embed(
        weight: WeightTensors<Self>,
        positions: FloatTensor<Self>,
        ids: IntTensor<Self>,
        position: IntTensor<Self>,
        _past: usize,
        layout: WeightLayout,
    ) -> FloatTensor<Self> {
        let tokens = ids.meta.shape()[0];
        let output = empty_like(&positions, [tokens, layout.columns]);
        let mut constants = vec![("COLUMNS", layout.columns.into())];
        constants.extend(layout.constants());
        let kernel = Kernel {
            name: "embedding",
            source: include_str!("../../shaders/embedding.wgsl"),
            constants,
            threads: 64,
        };
        let [words, scales, minimums] = bind_weight(weight);
        let buffers = [&words, &scales, &minimums, &positions, &ids, &position, &output];
        launch(kernel, [layout.columns.div_ceil(64), tokens, 1], &buffers);
        output
    }
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
