//! Token and position embeddings: the launch.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn_wgpu::CubeBackend;

use super::{
    launch::{Kernel, empty_like, launch},
    weight_bindings::bind_weight,
};
use crate::kernels::{
    embedding::EmbeddingOps,
    weight::{WeightLayout, WeightTensors},
};

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
            source: include_str!("../../../shaders/embedding.wgsl"),
            constants,
            threads: 64,
        };
        let [words, scales, minimums] = bind_weight(weight);
        let buffers = [&words, &scales, &minimums, &positions, &ids, &position, &output];
        launch(kernel, [layout.columns.div_ceil(64), tokens, 1], &buffers);
        output
    }
}
