//! PyTorch's own files, `pytorch_model.bin`: what `torch.save` writes of a state dict, read as it arrives.
//!
//! Since PyTorch 1.6 such a file is a zip archive of records that are stored, not compressed:
//!
//! ```text
//! NAME/data.pkl     a pickle: which tensor is which view of which storage
//! NAME/byteorder    "little"; absent before PyTorch 2.1
//! NAME/data/KEY     a storage's bytes
//! NAME/version, NAME/.data/serialization_id, and others that say nothing of the tensors
//! ```
//!
//! Before, it was a sequence of pickles (a magic number, a protocol's number, facts of the machine, the state
//! dict, the storages' keys), and after them each storage as an i64 number of elements and its bytes.
//!
//! A pickle is a program for a stack machine that can call any function of Python. Here it is interpreted over
//! an enum of values, and the functions are [`globals::Global`], a short list of names that stand for data:
//! whatever else a file asks for, it is refused by that name, and nothing is ever executed. docs/pytorch.md
//! says what is read.

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

/// The most bytes a pickle may have: GPT-2 XL's has a tenth of a megabyte, and a byte may become a value.
const PICKLE_LIMIT: usize = 4 << 20;

#[cfg(test)]
mod tests;
