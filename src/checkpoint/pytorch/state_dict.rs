//! Which of a pickle's values are the model's tensors.

use std::{collections::HashMap, rc::Rc};

use super::value::{Heap, Tensor, Value};
use crate::error::PytorchReason;

/// Under what training scripts keep the state dict beside their epochs and optimizers.
const WRAPPERS: [&str; 3] = ["state_dict", "model_state_dict", "model"];
/// How deep it may lie: `{"model": {"state_dict": …}}`.
const DEEPEST: usize = 3;
/// Keys that an error lists.
const LISTED: usize = 5;
/// Longer than any module's path.
const LONGEST_NAME: usize = 1024;

/// A tensor and its name in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub name: Rc<str>,
    pub tensor: Tensor,
}

/// The tensors of the state dict that the pickle's result is or holds, in its order. Where a name is there twice,
/// the last one counts, as in Python.
///
/// # Errors
/// A reason, where there is no state dict.
pub(super) fn state_dict(heap: &Heap, result: Value) -> Result<Vec<Named>, PytorchReason> {
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
    let mut named: Vec<Named> = Vec::new();
    let mut places = HashMap::new();
    for &(key, value) in entries {
        let (Some(name), Some(tensor)) = (heap.as_text(key), heap.as_tensor(value)) else {
            continue;
        };
        if name.len() > LONGEST_NAME {
            return Err(PytorchReason::LongName { length: name.len() });
        }
        let new = Named { name: name.clone(), tensor: tensor.clone() };
        match places.get(name) {
            Some(&place) => named[place] = new,
            None => {
                places.insert(name, named.len());
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

fn get(heap: &Heap, dict: Value, wanted: &str) -> Option<Value> {
    let entries = heap.as_dict(dict)?;
    entries
        .iter()
        .rfind(|(key, _)| heap.as_text(*key).is_some_and(|key| **key == *wanted))
        .map(|(_, value)| *value)
}
