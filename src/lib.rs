//! Lectern runs the transformers of a lecture inside the slide.
//!
//! The rooms, from the bottom up; arrows point down only:
//!
//! - [`error`]: what can go wrong, as one enum; [`protocol`]: the words that page and engine share.
//! - [`quantization`]: numbers to int8 and int4 and back. Pure functions, no device.
//! - [`progress`]: stopping long work, and hearing how far it is.
//! - [`checkpoint`]: bytes to named tensors (safetensors, PyTorch, GGUF), streaming, and back.
//! - [`text`]: tokenizers, and tokens back to text without ever showing half a character.
//! - [`kernels`]: one file an operation: its tensor function, its WGSL launch, its CPU twin.
//! - [`models`]: configurations and the models themselves, as Burn modules.
//! - [`generation`]: sampling, the key/value cache, the token stream.
//! - [`embeddings`]: hidden states to vectors, and vectors compared. Pure functions, no device.
//! - [`library`]: fetching models with progress, retry and resume, from a server or from files.
//! - [`engine`]: owns the device and the loaded models; answers typed requests with typed events.
//! - [`worker`]: both ends of the wire between page and engine.
//! - [`view_model`]: the page's logic. Pure functions, no browser.
//! - `app`: the page; `checks` and `fuzz`: the kernels against references, the readers against damaged files.
#![deny(missing_docs)]

#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub mod app;
#[cfg(feature = "readers")]
pub mod checkpoint;
#[cfg(feature = "checks")]
pub mod checks;
#[cfg(any(feature = "engine", feature = "page"))]
pub mod embeddings;
#[cfg(feature = "engine")]
pub mod engine;
pub mod error;
#[cfg(any(feature = "fuzz", feature = "checks"))]
pub mod fuzz;
#[cfg(feature = "engine")]
pub mod generation;
#[cfg(feature = "engine")]
pub mod kernels;
#[cfg(feature = "engine")]
pub mod library;
#[cfg(feature = "engine")]
pub mod models;
#[cfg(feature = "readers")]
pub mod progress;
pub mod protocol;
pub mod quantization;
#[cfg(feature = "engine")]
pub mod text;
pub mod view_model;
pub mod worker;
