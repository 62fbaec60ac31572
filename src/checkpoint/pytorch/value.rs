//! What a pickle is made of.

use std::rc::Rc;

use super::{
    globals::{Global, Scalar},
    view::View,
};

/// The place of a value's content in the [`Heap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(u32);

/// A value, as the stack holds it. It is copied as it is; what it holds lies in the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// PyTorch's magic number, the only integer of more than 64 bits that means something.
    Magic,
    Text(Id),
    Global(Global),
    Tuple(Id),
    List(Id),
    Dict(Id),
    Storage(Id),
    Tensor(Id),
    /// Floats, bytes, sets, devices: what no tensor is made of.
    Other,
}

/// A run of elements that the file holds under a key, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Storage {
    pub key: Rc<str>,
    pub scalar: Scalar,
    /// Elements under the key.
    pub elements: u64,
    /// The part of them, as old files know: the first element, and how many there are.
    pub part: Option<(u64, u64)>,
}

/// A view of a storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tensor {
    /// The key of its storage.
    pub key: Rc<str>,
    pub scalar: Scalar,
    pub view: View,
}

/// The contents of all values of a pickle. Nothing is freed before the end, so that a value that holds itself
/// does no harm, and neither does one that holds others a million levels deep.
#[derive(Debug, Default)]
pub(super) struct Heap {
    texts: Vec<Rc<str>>,
    sequences: Vec<Vec<Value>>,
    dicts: Vec<Vec<(Value, Value)>>,
    pub storages: Vec<Storage>,
    tensors: Vec<Tensor>,
    /// Entries of dicts that are copies of others: what a few bytes could ask for without end.
    pub copied: usize,
}

impl Heap {
    pub fn text(&mut self, text: &str) -> Value {
        Value::Text(push(&mut self.texts, text.into()))
    }

    pub fn tuple(&mut self, values: Vec<Value>) -> Value {
        Value::Tuple(push(&mut self.sequences, values))
    }

    pub fn list(&mut self, values: Vec<Value>) -> Value {
        Value::List(push(&mut self.sequences, values))
    }

    pub fn dict(&mut self, entries: Vec<(Value, Value)>) -> Value {
        Value::Dict(push(&mut self.dicts, entries))
    }

    pub fn storage(&mut self, storage: Storage) -> Value {
        Value::Storage(push(&mut self.storages, storage))
    }

    pub fn tensor(&mut self, tensor: Tensor) -> Value {
        Value::Tensor(push(&mut self.tensors, tensor))
    }

    pub fn as_text(&self, value: Value) -> Option<&Rc<str>> {
        match value {
            Value::Text(Id(place)) => Some(&self.texts[place as usize]),
            _ => None,
        }
    }

    /// A tuple's or a list's values.
    pub fn as_sequence(&self, value: Value) -> Option<&[Value]> {
        match value {
            Value::Tuple(Id(place)) | Value::List(Id(place)) => {
                Some(&self.sequences[place as usize])
            }
            _ => None,
        }
    }

    pub fn as_list_mut(&mut self, value: Value) -> Option<&mut Vec<Value>> {
        match value {
            Value::List(Id(place)) => Some(&mut self.sequences[place as usize]),
            _ => None,
        }
    }

    /// A dict's entries in the order in which they came; a key may be there twice, and the last one counts.
    pub fn as_dict(&self, value: Value) -> Option<&[(Value, Value)]> {
        match value {
            Value::Dict(Id(place)) => Some(&self.dicts[place as usize]),
            _ => None,
        }
    }

    pub fn as_dict_mut(&mut self, value: Value) -> Option<&mut Vec<(Value, Value)>> {
        match value {
            Value::Dict(Id(place)) => Some(&mut self.dicts[place as usize]),
            _ => None,
        }
    }

    pub fn as_storage(&self, value: Value) -> Option<&Storage> {
        match value {
            Value::Storage(Id(place)) => Some(&self.storages[place as usize]),
            _ => None,
        }
    }

    pub fn as_tensor(&self, value: Value) -> Option<&Tensor> {
        match value {
            Value::Tensor(Id(place)) => Some(&self.tensors[place as usize]),
            _ => None,
        }
    }
}

/// A pickle's length bounds how many there can be.
fn push<T>(values: &mut Vec<T>, value: T) -> Id {
    values.push(value);
    Id(values.len() as u32 - 1)
}
