//! A model to load, and the progress of loading.

use crate::quantization::Fit;
use crate::worker::protocol::{DeviceChoice, Keep, ModelInfo, Phase, Quantization, Source};

/// The model to load, with its options.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// The source; `None` where nothing suits, so that the reader has to choose.
    pub source: Option<Source>,
    /// Index of the set of opened files, for [`Source::Files`].
    pub files: Option<usize>,
    pub quantization: Quantization,
    /// The method that fits scales.
    pub fit: Fit,
    /// The parts of the model that keep more bits.
    pub keep: Keep,
    pub device: DeviceChoice,
}

impl Selection {
    /// Whether it is the same model, perhaps with other weights or on another device.
    pub fn is_same_model(&self, other: &Self) -> bool {
        self.source == other.source && self.files == other.files
    }
}

/// A loaded model.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    pub selection: Selection,
    pub info: ModelInfo,
}

/// The progress of a load.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub phase: Phase,
    pub file: String,
    pub loaded: u64,
    pub total: Option<u64>,
}
