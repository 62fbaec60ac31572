//! What a state dict's few functions make of their arguments: storages, and tensors as views of them.

use super::{
    PICKLE_LIMIT,
    globals::{Global, Scalar},
    value::{Heap, Storage, Tensor, Value},
    view::View,
};
use crate::error::PytorchReason;

/// More arguments than any of the functions takes.
const MOST_ARGUMENTS: usize = 16;
/// More axes than the tensor of any model has.
const MOST_AXES: usize = 16;
/// A storage's key is a number in decimal digits.
const LONGEST_KEY: usize = 64;

/// What calling a known name gives.
///
/// # Errors
/// A reason, where the arguments are not those of a state dict.
pub(super) fn call(
    heap: &mut Heap,
    callee: Value,
    arguments: Value,
) -> Result<Value, PytorchReason> {
    let Value::Global(global) = callee else {
        return Err(PytorchReason::PickleMisuse);
    };
    let few = |arguments: &&[Value]| arguments.len() <= MOST_ARGUMENTS;
    let Some(arguments) = heap.as_sequence(arguments).filter(few).map(<[Value]>::to_vec) else {
        return Err(PytorchReason::PickleMisuse);
    };
    match (global, &arguments[..]) {
        (Global::RebuildFromType, &[Value::Global(inner), _, arguments, ..])
            if inner != Global::RebuildFromType =>
        {
            call(heap, Value::Global(inner), arguments)
        }
        (Global::OrderedDict, &[]) => Ok(heap.dict(Vec::new())),
        (Global::OrderedDict, &[entries]) => ordered_dict(heap, entries),
        (Global::Size, &[sizes]) if heap.as_sequence(sizes).is_some() => Ok(sizes),
        (Global::RebuildTensor, &[storage, offset, shape, strides]) => {
            tensor(heap, None, storage, [offset, shape, strides])
        }
        (Global::RebuildTensorV2, &[storage, offset, shape, strides, _, _, ref metadata @ ..]) => {
            check_metadata(heap, metadata)?;
            tensor(heap, None, storage, [offset, shape, strides])
        }
        (
            Global::RebuildTensorV3,
            &[
                storage,
                offset,
                shape,
                strides,
                _,
                _,
                Value::Global(Global::Dtype(dtype)),
                ref metadata @ ..,
            ],
        ) => {
            check_metadata(heap, metadata)?;
            tensor(heap, Some(dtype), storage, [offset, shape, strides])
        }
        (Global::Parameter, &[data @ Value::Tensor(_), ..]) => Ok(data),
        (Global::Ignored, _) => Ok(Value::Other),
        _ => Err(PytorchReason::PickleMisuse),
    }
}

/// Python 2 gives an OrderedDict its entries as a list of pairs.
fn ordered_dict(heap: &mut Heap, entries: Value) -> Result<Value, PytorchReason> {
    let pair = |&entry: &Value| match heap.as_sequence(entry) {
        Some(&[key, value]) => Some((key, value)),
        _ => None,
    };
    let pairs = heap.as_sequence(entries).and_then(|entries| entries.iter().map(pair).collect());
    let Some(pairs): Option<Vec<_>> = pairs else {
        return Err(PytorchReason::PickleMisuse);
    };
    heap.copied += pairs.len();
    if heap.copied > PICKLE_LIMIT {
        return Err(PytorchReason::PickleTooLong { limit: PICKLE_LIMIT as u64 });
    }
    Ok(heap.dict(pairs))
}

/// Views may be marked as conjugated or negated, which the elements themselves do not show.
fn check_metadata(heap: &Heap, metadata: &[Value]) -> Result<(), PytorchReason> {
    let unmarked = |&value: &Value| match heap.as_dict(value) {
        // There are two marks.
        Some(marks) => {
            marks.len() <= 2 && marks.iter().all(|(_, mark)| *mark == Value::Bool(false))
        }
        None => value == Value::None,
    };
    if metadata.iter().all(unmarked) {
        return Ok(());
    }
    Err(PytorchReason::MarkedView)
}

/// What a persistent id stands for: `("storage", class, key, device, elements)`, and in old files sixth the part
/// of it that is meant, `(key, first element, elements)`.
///
/// # Errors
/// A reason, where it is not that.
pub(super) fn storage(heap: &mut Heap, id: Value) -> Result<Value, PytorchReason> {
    let not_one = || PytorchReason::NotStorage;
    let fields = heap.as_sequence(id).ok_or_else(not_one)?;
    let &[
        kind,
        Value::Global(Global::Storage(scalar)),
        key,
        _,
        Value::Int(elements),
        ref rest @ ..,
    ] = fields
    else {
        return Err(not_one());
    };
    let key = heap.as_text(key).filter(|key| key.len() <= LONGEST_KEY).ok_or_else(not_one)?;
    if heap.as_text(kind).is_none_or(|kind| **kind != *"storage") {
        return Err(not_one());
    }
    let counted = |elements: i64| {
        let elements = u64::try_from(elements).ok()?;
        elements.checked_mul(scalar.width()).map(|_| elements)
    };
    let too_large = || PytorchReason::StorageTooLarge { key: key.to_string(), elements };
    let elements = counted(elements).ok_or_else(too_large)?;
    let part = match rest {
        [] | [Value::None] => None,
        &[part] => match heap.as_sequence(part) {
            Some(&[_, Value::Int(first), Value::Int(length)]) => {
                let part = counted(first).zip(counted(length));
                let within = |(first, length): &(u64, u64)| first + length <= elements;
                let outside = || PytorchReason::PartOutside { key: key.to_string() };
                Some(part.filter(within).ok_or_else(outside)?)
            }
            _ => return Err(not_one()),
        },
        _ => return Err(not_one()),
    };
    let key = key.clone();
    Ok(heap.storage(Storage { key, scalar, elements, part }))
}

/// A view of a storage, of its dtype unless another is given.
fn tensor(
    heap: &mut Heap,
    dtype: Option<Scalar>,
    storage: Value,
    [offset, shape, strides]: [Value; 3],
) -> Result<Value, PytorchReason> {
    let Some(Storage { key, scalar, elements, part }) = heap.as_storage(storage) else {
        return Err(PytorchReason::NotStorage);
    };
    let bad = || PytorchReason::TensorOutside { key: key.to_string() };
    let Value::Int(offset) = offset else { return Err(bad()) };
    let number = |&value: &Value| match value {
        Value::Int(number) => Some(number),
        _ => None,
    };
    let sizes = |value: Value| {
        let sizes = heap.as_sequence(value).filter(|sizes| sizes.len() <= MOST_AXES)?;
        sizes.iter().map(number).collect::<Option<Vec<_>>>()
    };
    let view = || {
        let shape = sizes(shape)?.into_iter().map(|size| usize::try_from(size).ok());
        let strides = sizes(strides)?.into_iter().map(|stride| u64::try_from(stride).ok());
        let offset = u64::try_from(offset).ok()?.checked_add(part.map_or(0, |(first, _)| first))?;
        View::new(offset, shape.collect::<Option<_>>()?, strides.collect::<Option<_>>()?)
    };
    let view = view().ok_or_else(bad)?;
    let room = part.map_or(*elements, |(first, length)| first + length);
    // Bytes that are viewed as a dtype have fewer elements of it.
    let dtype = dtype.unwrap_or(*scalar);
    let room = room * scalar.width() / dtype.width();
    if view.elements > 0 && view.end > room {
        return Err(bad());
    }
    let tensor = Tensor { key: key.clone(), scalar: dtype, view };
    Ok(heap.tensor(tensor))
}
