//! The values of a pickle.

use std::rc::Rc;

use super::{
    globals::{Global, Scalar},
    view::View,
};

/// The index of a value's content in the [`Heap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(u32);

/// A value on the stack. It is copied freely; its content is in the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// PyTorch's magic number, the only integer of more than 64 bits with a meaning.
    Magic,
    Text(Id),
    Global(Global),
    Tuple(Id),
    List(Id),
    Dict(Id),
    Storage(Id),
    Tensor(Id),
    /// Floats, bytes, sets, devices: values that no tensor contains.
    Other,
}

/// The elements that a file stores under a key, or a range of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Storage {
    pub key: Rc<str>,
    pub scalar: Scalar,
    /// Number of elements under the key.
    pub elements: u64,
    /// The range of elements in old files: the first element, and the number of elements.
    pub range: Option<(u64, u64)>,
}

/// A view of a storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tensor {
    /// The key of its storage.
    pub key: Rc<str>,
    pub scalar: Scalar,
    pub view: View,
}

/// The contents of all values of a pickle. Nothing is freed before the end, so that cycles and a nesting of a million
/// levels are harmless.
#[derive(Debug, Default)]
pub(super) struct Heap {
    texts: Vec<Rc<str>>,
    sequences: Vec<Vec<Value>>,
    dicts: Vec<Vec<(Value, Value)>>,
    pub storages: Vec<Storage>,
    tensors: Vec<Tensor>,
    /// Number of copied dict entries, which is limited because a few bytes could copy without end.
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
            Value::Text(Id(index)) => Some(&self.texts[index as usize]),
            _ => None,
        }
    }

    /// The values of a tuple or a list.
    pub fn as_sequence(&self, value: Value) -> Option<&[Value]> {
        match value {
            Value::Tuple(Id(index)) | Value::List(Id(index)) => {
                Some(&self.sequences[index as usize])
            }
            _ => None,
        }
    }

    pub fn as_list_mut(&mut self, value: Value) -> Option<&mut Vec<Value>> {
        match value {
            Value::List(Id(index)) => Some(&mut self.sequences[index as usize]),
            _ => None,
        }
    }

    /// The entries of a dict in the order of insertion; of equal keys the last one counts.
    pub fn as_dict(&self, value: Value) -> Option<&[(Value, Value)]> {
        match value {
            Value::Dict(Id(index)) => Some(&self.dicts[index as usize]),
            _ => None,
        }
    }

    pub fn as_dict_mut(&mut self, value: Value) -> Option<&mut Vec<(Value, Value)>> {
        match value {
            Value::Dict(Id(index)) => Some(&mut self.dicts[index as usize]),
            _ => None,
        }
    }

    pub fn as_storage(&self, value: Value) -> Option<&Storage> {
        match value {
            Value::Storage(Id(index)) => Some(&self.storages[index as usize]),
            _ => None,
        }
    }

    pub fn as_tensor(&self, value: Value) -> Option<&Tensor> {
        match value {
            Value::Tensor(Id(index)) => Some(&self.tensors[index as usize]),
            _ => None,
        }
    }
}

/// Appends a value; the length of a pickle limits their number.
fn push<T>(values: &mut Vec<T>, value: T) -> Id {
    values.push(value);
    Id(values.len() as u32 - 1)
}
