//! A weight in the shaders: their constants, and its bindings.

use burn_wgpu::{CubeBackend, CubeTensor};

use super::launch::{Constant, unused};
use crate::kernels::weight::{WeightLayout, WeightTensors};

impl WeightLayout {
    /// The constants of the shaders that read a weight, apart from its sizes.
    pub(super) fn constants(self) -> [(&'static str, Constant); 7] {
        [
            ("WORDS_PER_ROW", self.words_per_row().into()),
            ("FORMAT", self.format().into()),
            ("GROUP", self.group_size().into()),
            ("GROUPS", self.groups().into()),
            ("ZERO_POINT", (self.zero_point() as f32).into()),
            ("HAS_SCALE", (self.groups() > 0).into()),
            ("HAS_MINIMUM", self.has_minimum().into()),
        ]
    }
}

/// The three bindings of a weight: words, scales, minimums.
pub(super) fn bind_weight(weight: WeightTensors<CubeBackend>) -> [CubeTensor; 3] {
    match weight {
        WeightTensors::Float(words) | WeightTensors::F16(words) => {
            let [scales, minimums] = [unused(&words), unused(&words)];
            [words, scales, minimums]
        }
        WeightTensors::Scaled(words, scales) => {
            let minimums = unused(&words);
            [words, scales, minimums]
        }
        WeightTensors::Affine(words, scales, minimums) => [words, scales, minimums],
    }
}
