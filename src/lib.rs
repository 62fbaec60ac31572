//! Lectern runs the transformers of a lecture in the browser.
//!
//! Modules, lowest layer first; each depends only on those above it:
//!
//! - [`error`]: all errors, as one enum; [`protocol`]: the messages between page and engine.
//! - [`quantization`]: weights to int8 and int4, and dequantization. Pure functions, no device.
//! - [`progress`]: cancellation and progress of long work.
//! - [`checkpoint`]: readers and writers of safetensors, PyTorch and GGUF files, as streams of named tensors.
//! - [`tokenization`]: the `tokenizers` crate, in this program or in one of its own.
//! - [`text`]: tokenizers, and tokens to text without incomplete characters.
//! - [`kernels`]: one file for each operation: its tensor function, its WGSL launch, its CPU version.
//! - [`models`]: configurations and the models themselves, as Burn modules.
//! - [`generation`]: sampling, the key/value cache, the token stream.
//! - [`embeddings`]: hidden states to vectors, and comparison of vectors. Pure functions, no device.
//! - [`learning`]: losses with their gradients, optimizers, what learns without a tape, and steps of what learns with it.
//! - [`library`]: models from a server or from files, with progress, retry and resume.
//! - [`engine`]: owns the device and the loaded models; answers typed requests with typed events.
//! - [`worker`]: both ends of the connection between page and engine.
//! - [`view_model`]: the page's logic. Pure functions, no browser.
//! - `app`: the page; `checks` and `fuzz`: kernels and learning against references, the readers against damaged files.
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
#[cfg(feature = "learning")]
pub mod learning;
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
#[cfg(any(feature = "engine", feature = "tokenizer"))]
pub mod tokenization;
pub mod view_model;
pub mod worker;
