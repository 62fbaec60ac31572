//! PyTorch's own format, `pytorch_model.bin`: a state dict that `torch.save` wrote, read as a stream.
//!
//! Since PyTorch 1.6 such a file is a zip archive of records that are stored, not compressed:
//!
//! ```text
//! NAME/data.pkl     a pickle: tensors as views of storages
//! NAME/byteorder    "little"; absent before PyTorch 2.1
//! NAME/data/KEY     a storage's bytes
//! NAME/version, NAME/.data/serialization_id, and others that do not concern tensors
//! ```
//!
//! Before, it was a sequence of pickles (a magic number, the protocol version, properties of the machine, the state
//! dict, the storages' keys), followed by each storage as an i64 count of elements and its bytes.
//!
//! A pickle is a program for a stack machine that can call any function of Python. Here it is interpreted over
//! an enum of values, and the functions are [`globals::Global`], a short list of names of data types: a file that
//! uses any other name is refused, and nothing is ever executed. docs/pytorch.md lists what is read.

mod globals;
mod instruction;
mod legacy;
mod rebuild;
mod state_dict;
mod storages;
mod stream;
mod unpickler;
mod value;
mod view;
mod zip;

pub use stream::PytorchStream;

/// The longest pickle in bytes: GPT-2 XL's has a tenth of a megabyte, and a byte may become a value.
const PICKLE_LIMIT: usize = 4 << 20;

#[cfg(test)]
mod tests;
