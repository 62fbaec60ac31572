//! GGUF, llama.cpp's format: one file with a model's metadata, its tokenizer included, before the tensors.
//!
//! ```text
//! "GGUF", u32 version, u64 count of tensors, u64 count of entries
//! entries   string key, u32 type, value          (string: u64 length, UTF-8; array: u32 type, u64 length, values)
//! tensors   string name, u32 rank, u64 sizes, innermost first, u32 type, u64 offset from the data's start
//! data      begins, as every tensor in it does, at a multiple of `general.alignment` (32 where absent)
//! ```
//!
//! All numbers are little-endian. docs/gguf.md lists what is read and written.

mod header;
mod parser;
mod source;
mod split;
mod stream;
mod tensors;
mod value;
mod write;

pub use header::GgufHeader;
pub use source::{gguf_file, stream_gguf};
pub use split::ShardName;
pub use stream::{GgufSink, GgufStream};
pub use value::{Metadata, NumberKind, Numbers, Value};
pub use write::{gguf_header, gguf_padding};

/// The magic bytes at a file's beginning.
const MAGIC: &[u8; 4] = b"GGUF";
/// The key of the alignment, and its default.
const ALIGNMENT_KEY: &str = "general.alignment";
const ALIGNMENT: u64 = 32;

#[cfg(test)]
mod tests;
