//! Self-attention over a key/value cache: the launches.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn_wgpu::{CubeBackend, CubeTensor};

use super::launch::{Constant, Kernel, empty_like, launch};
use crate::kernels::{AttentionShape, attention::AttentionOps};

impl AttentionShape {
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

fn launch_attention(buffers: [&CubeTensor; 4], shape: &AttentionShape) -> CubeTensor {
    let output = empty_like(buffers[0], [shape.tokens, shape.heads * shape.head_size]);
    let [query_key_value, keys, values, position] = buffers;
    let (name, source, threads, tiles) = if shape.tokens == 1 {
        ("attention_decode", include_str!("../../../shaders/attention_decode.wgsl"), 64, 1)
    } else {
        let tiles = shape.tokens.div_ceil(32);
        ("attention_prefill", include_str!("../../../shaders/attention_prefill.wgsl"), 32, tiles)
    };
    let kernel = Kernel { name, source, constants: shape.constants(), threads };
    let buffers = [query_key_value, keys, values, position, &output];
    launch(kernel, [shape.heads, tiles, 1], &buffers);
    output
}

impl AttentionOps for CubeBackend {
    fn attend(
        query_key_value: FloatTensor<Self>,
        keys: FloatTensor<Self>,
        values: FloatTensor<Self>,
        position: IntTensor<Self>,
        shape: AttentionShape,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let output = launch_attention([&query_key_value, &keys, &values, &position], &shape);
        (output, keys, values)
    }

    fn weigh(
        query_key_value: FloatTensor<Self>,
        keys: FloatTensor<Self>,
        position: IntTensor<Self>,
        shape: AttentionShape,
    ) -> FloatTensor<Self> {
        let length = shape.past + shape.tokens;
        let weights = empty_like(&keys, [shape.heads, shape.tokens, length]);
        let kernel = Kernel {
            name: "attention_weights",
            source: include_str!("../../../shaders/attention_weights.wgsl"),
            constants: shape.constants(),
            threads: 64,
        };
        let buffers = [&query_key_value, &keys, &position, &weights];
        launch(kernel, [shape.tokens, shape.heads, 1], &buffers);
        weights
    }
}
