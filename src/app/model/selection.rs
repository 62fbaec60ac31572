//! What to load, and how far it is.

use crate::quantization::Fit;
use crate::worker::protocol::{DeviceChoice, Keep, ModelInfo, Phase, Quantization, Source};

/// What to load, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// None where nothing suits: then the reader has to choose.
    pub source: Option<Source>,
    /// Which of the sets of files opened so far, for [`Source::Files`].
    pub files: Option<usize>,
    pub quantization: Quantization,
    /// How scales are found.
    pub fit: Fit,
    /// What stays in more bits.
    pub keep: Keep,
    pub device: DeviceChoice,
}

impl Selection {
    /// The same model, perhaps with other weights or elsewhere.
    pub fn is_same_model(&self, other: &Self) -> bool {
        self.source == other.source && self.files == other.files
    }
}

/// A model that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    pub selection: Selection,
    pub info: ModelInfo,
}

/// How far a load is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub phase: Phase,
    pub file: String,
    pub loaded: u64,
    pub total: Option<u64>,
}
