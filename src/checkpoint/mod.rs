//! Bytes to named tensors: safetensors, PyTorch and GGUF files read as they stream in from any [`Folder`], and written.

mod folder;
mod gguf;
mod pytorch;
mod safetensors;
mod safetensors_header;
mod safetensors_layout;
mod safetensors_write;
mod sniff;
mod subfolder;
mod tensor;
mod tensor_bytes;

#[cfg(target_arch = "wasm32")]
pub(crate) use folder::check_length;
pub use folder::{Folder, PieceSink, is_weights, stream_tensors};
pub use gguf::{
    GgufHeader, GgufSink, GgufStream, Metadata, NumberKind, Numbers, ShardName, Value, gguf_file,
    gguf_header, gguf_padding, stream_gguf,
};
pub use pytorch::PytorchStream;
pub use safetensors::SafetensorsStream;
pub use safetensors_write::{StoredTensor, safetensors_header};
pub use sniff::{looks_like, parse_json};
pub use subfolder::SubFolder;
pub use tensor::{Dtype, TensorHeader, TensorSink};

#[cfg(test)]
pub(crate) mod testing;
