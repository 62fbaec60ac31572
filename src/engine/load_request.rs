//! A request to load a model, its choices of precision, and what a load gives.

use std::rc::Rc;

use super::{
    emit::Emit,
    loaded::Model,
    memory::{Memory, Reservation},
    sentences::SentenceSettings,
};
use crate::{
    checkpoint::Folder,
    models::{Kind, Precision, Sizes},
    progress::CancelToken,
    protocol::{DeviceChoice, Keep, Quantization, Source},
    quantization::{Fit, Scheme},
    text::Tokenizer,
};

/// A request to load a model.
pub(super) struct LoadRequest<'a> {
    pub(super) source: Source,
    pub(super) quantization: Quantization,
    pub(super) fit: Fit,
    pub(super) keep: Keep,
    pub(super) device: DeviceChoice,
    pub(super) folder: Option<Rc<dyn Folder>>,
    pub(super) memory: &'a Memory,
    pub(super) cancel: &'a CancelToken,
    pub(super) emit: Emit,
}

/// The components of a loaded model.
pub(super) struct Contents {
    pub(super) sizes: Sizes,
    pub(super) model: Model,
    pub(super) tokenizer: Tokenizer,
    pub(super) settings: SentenceSettings,
    /// The model's memory.
    pub(super) reservation: Option<Reservation>,
}

impl LoadRequest<'_> {
    /// The model's name.
    pub(super) fn name(&self) -> &str {
        self.folder.as_ref().map_or("random weights", |folder| folder.name())
    }

    /// The precision of each matrix by the choice for all.
    pub(super) fn precision(&self, kind: Kind) -> Precision {
        let scheme = match self.quantization {
            Quantization::AsStored => None,
            Quantization::F16 => Some(Scheme::F16),
            Quantization::Int8 => Some(Scheme::Int8Channel),
            Quantization::Int4 => Some(Scheme::Int4Asymmetric { group: 32 }),
            Quantization::Scheme(scheme) => Some(scheme),
        };
        let is_int4 = self.quantization == Quantization::Int4;
        // The embedding is the head too, where four bits cost the most; in an encoder the vectors lose their
        // direction first in queries, keys and values (docs/decisions/0004 and 0005).
        let keeps_embedding = self.keep.embedding || is_int4;
        let keeps_qkv = self.keep.query_key_value || is_int4 && kind == Kind::Encoder;
        let above = Precision::above(scheme);
        Precision {
            layers: scheme,
            query_key_value: if keeps_qkv { above } else { scheme },
            embedding: if keeps_embedding { above } else { scheme },
            exceptions: self.keep.layers.clone(),
            excepted: above,
            fit: self.fit,
        }
    }
}
