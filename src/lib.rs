//! Lectern runs the transformers of a lecture inside the slide.
//!
//! The rooms, from the bottom up; arrows point down only:
//!
//! - [`error`]: what can go wrong, as one enum.
//! - [`quantization`]: numbers to int8 and int4 and back. Pure functions, no device.
//! - [`checkpoint`]: bytes to named tensors (safetensors), streaming.
//! - [`text`]: tokenizers, and tokens back to text without ever showing half a character.
//! - [`kernels`]: one file an operation: its tensor function, its WGSL launch, its CPU twin.
//! - [`models`]: configurations and the models themselves, as Burn modules.
//! - [`generation`]: sampling, the key/value cache, the token stream.
//! - [`library`]: fetching models with progress, retry and resume, from a server or from files.
//! - [`engine`]: owns the device and the loaded models; answers typed requests with typed events.
//! - [`worker`]: the protocol between page and engine, and both ends of it.
//! - [`app`]: the page.
#![deny(missing_docs)]

#[cfg(feature = "checks")]
pub mod checks;
pub mod error;
#[cfg(feature = "engine")]
pub mod kernels;
#[cfg(feature = "engine")]
pub mod quantization;
pub mod worker;
