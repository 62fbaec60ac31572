//! The messages between the page and the worker: plain objects, listed below.
//!
//! A message to the worker is `{ id, request, files? }`; every answer is `{ id, event, final }` with the same
//! `id`. A request ends with exactly one final event ([`Event::is_final`]); the events before it
//! are progress. `web/lectern.js` and the page use the same protocol: `web/protocol.d.ts`, from which
//! `web/lectern.d.ts` takes its types, is generated from these types (see `typescript.rs`).

mod alignment;
mod event;
#[cfg(feature = "engine")]
mod given;
mod kept;
mod model;
#[cfg(feature = "engine")]
mod options;
mod pooling;
mod reading;
mod request;
mod text;
mod training;
mod typed_array;
#[cfg(test)]
mod typescript;
mod vectors;
mod weights;

use serde::{Deserialize, Serialize};

pub use alignment::{
    AlignOptions, AlignStep, Answer, Continuation, ContinueOptions, InstructOptions, InstructStep,
    Instruction, Ranking, Raters, Rewarded, Sample, Tuned,
};
pub use event::Event;
#[cfg(feature = "engine")]
pub use given::Given;
pub use kept::{KeptFile, KeptModel, Space};
pub use model::{
    Ability, DeviceChoice, DeviceInfo, DeviceKind, DeviceReason, ModelInfo, Phase, Source,
    UnusedHead,
};
#[cfg(feature = "engine")]
pub use options::unreadable;
pub use pooling::{Pooling, PoolingMode};
pub use reading::{
    LabelledWord, MixtureLearnt, MixtureOptions, MixtureStep, ReadWord, ReaderStep, ReaderTrace,
    Reading,
};
pub use request::Request;
pub use text::{Candidate, Filling, GenerateOptions, GenerationStats, StopReason, TokenText};
pub use training::{
    DistilOptions, DistilStep, Ending, Example, Gap, Lane, LearningCurve, Measured, StudentScore,
    StudentsOptions, StudentsStep, Taught, TeachOptions, TeachStep,
};
pub use typed_array::TypedArray;
pub use vectors::{EmbedOptions, Layers, Occurrence};
pub use weights::{
    Comparison, Format, Keep, Quantization, SchemeError, TensorInfo, TensorStudy, WeightFormat,
    Window, WindowValues,
};

/// `{ id, request }`: a message to the worker (its `files`, if any, are read beside it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ToWorker {
    /// The caller's id of this request; answers carry it.
    pub id: u32,
    /// The request.
    pub request: Request,
}

/// `{ id, event, final }`: a message from the worker; an event is `{ name: fields }`, or its name where it has no fields. `id` 0 with [`Event::Done`] means that the worker is ready.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FromWorker {
    /// The id of the request.
    pub id: u32,
    /// The event.
    pub event: Event,
    /// Whether it ends the request.
    #[serde(rename = "final")]
    pub is_final: bool,
}

impl FromWorker {
    /// An event for the request with that id.
    pub fn new(id: u32, event: Event) -> Self {
        Self { id, is_final: event.is_final(), event }
    }
}
