//! Embeddings of a batch of sequences: the launch.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn_wgpu::CubeBackend;

use super::{
    launch::{Kernel, empty_like, launch},
    weight_bindings::bind_weight,
};
use crate::kernels::{
    sequence_embedding::SequenceEmbeddingOps,
    weight::{WeightLayout, WeightTensors},
};

impl SequenceEmbeddingOps for CubeBackend {
    fn embed_sequences(
        weight: WeightTensors<Self>,
        positions: FloatTensor<Self>,
        types: FloatTensor<Self>,
        table: IntTensor<Self>,
        layout: WeightLayout,
    ) -> FloatTensor<Self> {
        let tokens = table.meta.shape()[0];
        let output = empty_like(&positions, [tokens, layout.columns]);
        let mut constants = vec![("COLUMNS", layout.columns.into())];
        constants.extend(layout.constants());
        let kernel = Kernel {
            name: "sequence_embedding",
            source: include_str!("../../../shaders/sequence_embedding.wgsl"),
            constants,
            threads: 64,
        };
        let [words, scales, minimums] = bind_weight(weight);
        let buffers = [&words, &scales, &minimums, &positions, &types, &table, &output];
        launch(kernel, [layout.columns.div_ceil(64), tokens, 1], &buffers);
        output
    }
}
