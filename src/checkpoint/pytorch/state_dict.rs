//! The model's tensors among a pickle's values.

use std::{collections::HashMap, rc::Rc};

use super::value::{Heap, Tensor, Value};
use crate::error::PytorchReason;

/// Keys under which training scripts save the state dict, beside epochs and optimizers.
const WRAPPERS: [&str; 3] = ["state_dict", "model_state_dict", "model"];
/// The deepest nesting of the state dict: `{"model": {"state_dict": …}}`.
const DEEPEST: usize = 3;
/// The most keys in an error.
const LISTED: usize = 5;
/// The longest name of a tensor in bytes.
const LONGEST_NAME: usize = 1024;

/// A tensor and its name in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedTensor {
    pub name: Rc<str>,
    pub tensor: Tensor,
}

/// The tensors of the state dict in a pickle's result, in its order. Of two entries with one name the last one
/// counts, as in Python.
///
/// # Errors
/// A reason, if there is no state dict.
pub(super) fn state_dict(heap: &Heap, result: Value) -> Result<Vec<NamedTensor>, PytorchReason> {
    let mut dict = result;
    for _ in 0..DEEPEST {
        let inner = WRAPPERS
            .iter()
            .find_map(|key| get(heap, dict, key).filter(|inner| heap.as_dict(*inner).is_some()));
        match inner {
            Some(inner) => dict = inner,
            None => break,
        }
    }
    let Some(entries) = heap.as_dict(dict) else {
        return Err(PytorchReason::NoStateDict);
    };
    let mut named: Vec<NamedTensor> = Vec::new();
    let mut indices = HashMap::new();
    for &(key, value) in entries {
        let (Some(name), Some(tensor)) = (heap.as_text(key), heap.as_tensor(value)) else {
            continue;
        };
        if name.len() > LONGEST_NAME {
            return Err(PytorchReason::LongName { length: name.len() });
        }
        let new = NamedTensor { name: name.clone(), tensor: tensor.clone() };
        match indices.get(name) {
            Some(&index) => named[index] = new,
            None => {
                indices.insert(name, named.len());
                named.push(new);
            }
        }
    }
    if named.is_empty() && !entries.is_empty() {
        let keys = entries.iter().filter_map(|(key, _)| heap.as_text(*key));
        let keys = keys.filter(|key| key.len() <= LONGEST_NAME).take(LISTED);
        return Err(PytorchReason::NoTensors { keys: keys.map(|key| key.to_string()).collect() });
    }
    Ok(named)
}

fn get(heap: &Heap, dict: Value, name: &str) -> Option<Value> {
    let entries = heap.as_dict(dict)?;
    entries
        .iter()
        .rfind(|(key, _)| heap.as_text(*key).is_some_and(|key| **key == *name))
        .map(|(_, value)| *value)
}
