//! The results of a state dict's few functions: storages, and tensors as views of them.

use super::{
    PICKLE_LIMIT,
    globals::{Global, Scalar},
    value::{Heap, Storage, Tensor, Value},
    view::View,
};
use crate::error::PytorchReason;

/// The most arguments of a call.
const MOST_ARGUMENTS: usize = 16;
/// The most axes of a tensor.
const MOST_AXES: usize = 16;
/// The longest key of a storage in bytes; keys are decimal integers.
const LONGEST_KEY: usize = 64;

/// The result of calling a known name.
///
/// # Errors
/// A reason, if the arguments are not those of a state dict.
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

/// An OrderedDict with its entries as a list of pairs, as Python 2 pickles it.
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

/// Refuses views with the conjugated or negated flag, whose values differ from the stored elements.
fn check_metadata(heap: &Heap, metadata: &[Value]) -> Result<(), PytorchReason> {
    let is_unflagged = |&value: &Value| match heap.as_dict(value) {
        // There are two flags.
        Some(flags) => {
            flags.len() <= 2 && flags.iter().all(|(_, flag)| *flag == Value::Bool(false))
        }
        None => value == Value::None,
    };
    if metadata.iter().all(is_unflagged) {
        return Ok(());
    }
    Err(PytorchReason::MarkedView)
}

/// The storage of a persistent id: `("storage", class, key, device, elements)`, and in old files as sixth value a range
/// of elements, `(key, first element, elements)`.
///
/// # Errors
/// A reason, if the id has another form.
pub(super) fn storage(heap: &mut Heap, id: Value) -> Result<Value, PytorchReason> {
    let not_storage = || PytorchReason::NotStorage;
    let fields = heap.as_sequence(id).ok_or_else(not_storage)?;
    let &[tag, Value::Global(Global::Storage(scalar)), key, _, Value::Int(elements), ref rest @ ..] =
        fields
    else {
        return Err(not_storage());
    };
    let key = heap.as_text(key).filter(|key| key.len() <= LONGEST_KEY).ok_or_else(not_storage)?;
    if heap.as_text(tag).is_none_or(|tag| **tag != *"storage") {
        return Err(not_storage());
    }
    let counted = |elements: i64| {
        let elements = u64::try_from(elements).ok()?;
        elements.checked_mul(scalar.width()).map(|_| elements)
    };
    let too_large = || PytorchReason::StorageTooLarge { key: key.to_string(), elements };
    let elements = counted(elements).ok_or_else(too_large)?;
    let range = match rest {
        [] | [Value::None] => None,
        &[range] => match heap.as_sequence(range) {
            Some(&[_, Value::Int(first), Value::Int(length)]) => {
                let range = counted(first).zip(counted(length));
                let within = |(first, length): &(u64, u64)| first + length <= elements;
                let outside = || PytorchReason::PartOutside { key: key.to_string() };
                Some(range.filter(within).ok_or_else(outside)?)
            }
            _ => return Err(not_storage()),
        },
        _ => return Err(not_storage()),
    };
    let key = key.clone();
    Ok(heap.storage(Storage { key, scalar, elements, range }))
}

/// A view of a storage; `dtype` replaces the storage's element type.
fn tensor(
    heap: &mut Heap,
    dtype: Option<Scalar>,
    storage: Value,
    [offset, shape, strides]: [Value; 3],
) -> Result<Value, PytorchReason> {
    let Some(Storage { key, scalar, elements, range }) = heap.as_storage(storage) else {
        return Err(PytorchReason::NotStorage);
    };
    let bad = || PytorchReason::TensorOutside { key: key.to_string() };
    let Value::Int(offset) = offset else { return Err(bad()) };
    let integer = |&value: &Value| match value {
        Value::Int(integer) => Some(integer),
        _ => None,
    };
    let sizes = |value: Value| {
        let sizes = heap.as_sequence(value).filter(|sizes| sizes.len() <= MOST_AXES)?;
        sizes.iter().map(integer).collect::<Option<Vec<_>>>()
    };
    let view = || {
        let shape = sizes(shape)?.into_iter().map(|size| usize::try_from(size).ok());
        let strides = sizes(strides)?.into_iter().map(|stride| u64::try_from(stride).ok());
        let offset =
            u64::try_from(offset).ok()?.checked_add(range.map_or(0, |(first, _)| first))?;
        View::new(offset, shape.collect::<Option<_>>()?, strides.collect::<Option<_>>()?)
    };
    let view = view().ok_or_else(bad)?;
    let available = range.map_or(*elements, |(first, length)| first + length);
    // Bytes viewed as a wider dtype are fewer elements.
    let dtype = dtype.unwrap_or(*scalar);
    let available = available * scalar.width() / dtype.width();
    if view.elements > 0 && view.end > available {
        return Err(bad());
    }
    let tensor = Tensor { key: key.clone(), scalar: dtype, view };
    Ok(heap.tensor(tensor))
}
