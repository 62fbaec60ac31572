//! Self-attention in a batch of sequences: the launches.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn_wgpu::CubeBackend;

use super::launch::{Constant, Kernel, empty_like, launch};
use crate::kernels::{SequenceAttentionShape, sequence_attention::SequenceAttentionOps};

impl SequenceAttentionShape {
    /// The constants of the shaders.
    fn constants(&self) -> Vec<(&'static str, Constant)> {
        vec![
            ("HEADS", self.heads.into()),
            ("HEAD_SIZE", self.head_size.into()),
            ("SCALE", self.scale.into()),
            ("CAUSAL", self.causal.into()),
        ]
    }
}

impl SequenceAttentionOps for CubeBackend {
    fn attend_sequences(
        query_key_value: FloatTensor<Self>,
        tiles: IntTensor<Self>,
        shape: SequenceAttentionShape,
    ) -> FloatTensor<Self> {
        let tokens = query_key_value.meta.shape()[0];
        let output = empty_like(&query_key_value, [tokens, shape.heads * shape.head_size]);
        let kernel = Kernel {
            name: "sequence_attention",
            source: include_str!("../../../shaders/sequence_attention.wgsl"),
            constants: shape.constants(),
            threads: 32,
        };
        let grid = [shape.heads, tiles.meta.shape()[0], 1];
        launch(kernel, grid, &[&query_key_value, &tiles, &output]);
        output
    }

    fn weigh_sequences(
        query_key_value: FloatTensor<Self>,
        rows: IntTensor<Self>,
        pairs: usize,
        shape: SequenceAttentionShape,
    ) -> FloatTensor<Self> {
        let weights = empty_like(&query_key_value, [shape.heads * pairs]);
        let kernel = Kernel {
            name: "sequence_attention_weights",
            source: include_str!("../../../shaders/sequence_attention_weights.wgsl"),
            constants: shape.constants(),
            threads: 64,
        };
        let grid = [query_key_value.meta.shape()[0], shape.heads, 1];
        launch(kernel, grid, &[&query_key_value, &rows, &weights]);
        weights
    }
}
