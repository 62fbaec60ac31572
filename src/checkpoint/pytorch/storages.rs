//! The tensors that are views of storages, read from the storages' bytes.
//!
//! Storages come in the file's order. A storage of a single contiguous tensor, as nearly all are, is streamed. A run of
//! elements in which several tensors overlap (an embedding tied to the head), or whose tensor is transposed, is held
//! until it is complete, unless the sink takes only one tensor of it and that one is contiguous.

use std::{
    collections::{HashMap, VecDeque},
    ops::Range,
    rc::Rc,
};

use super::{
    globals::Scalar,
    state_dict::NamedTensor,
    value::{Heap, Storage},
};
use crate::{
    checkpoint::{
        TensorHeader, TensorSink,
        tensor::CHUNK,
        tensor_bytes::{Current, Entry, Factors, Role},
    },
    error::{LecternError, PytorchReason, Result, UnsupportedReason},
};

/// All storages of a file.
#[derive(Debug)]
pub(super) struct Storages {
    file: String,
    known: HashMap<Rc<str>, StorageInfo>,
    /// Tensors without elements that were not passed to the sink yet: no bytes come for them.
    empty: Vec<NamedTensor>,
    arriving: Option<Arriving>,
    chunk: Vec<f32>,
}

/// The description of a storage in the pickle.
#[derive(Debug)]
struct StorageInfo {
    scalar: Scalar,
    elements: u64,
    tensors: Vec<NamedTensor>,
    has_arrived: bool,
}

impl StorageInfo {
    fn bytes(&self) -> u64 {
        self.elements * self.scalar.width()
    }
}

/// The storage whose bytes are arriving.
#[derive(Debug)]
struct Arriving {
    position: u64,
    end: u64,
    /// Runs that have not begun.
    runs: VecDeque<Run>,
    current: Option<Reading>,
}

/// A range of bytes of a storage with overlapping tensors, none of which extends beyond it.
#[derive(Debug)]
struct Run {
    bytes: Range<u64>,
    tensors: Vec<NamedTensor>,
}

/// The use of the current bytes.
#[derive(Debug)]
enum Reading {
    /// Bytes for one tensor, streamed.
    Streamed { bytes: Range<u64>, tensor: Current },
    /// Bytes that are held for several tensors, or for one in another order.
    Held {
        bytes: Range<u64>,
        held: Vec<u8>,
        first: (NamedTensor, Current),
        others: Vec<NamedTensor>,
    },
}

impl Reading {
    fn bytes(&self) -> Range<u64> {
        match self {
            Self::Streamed { bytes, .. } | Self::Held { bytes, .. } => bytes.clone(),
        }
    }
}

impl Storages {
    /// The storages of a pickle with this heap and these tensors.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if the pickle contradicts itself.
    pub fn new(file: &str, heap: &Heap, tensors: Vec<NamedTensor>) -> Result<Self> {
        let mut known: HashMap<Rc<str>, StorageInfo> = HashMap::new();
        for Storage { key, scalar, elements, .. } in &heap.storages {
            let new = StorageInfo {
                scalar: *scalar,
                elements: *elements,
                tensors: Vec::new(),
                has_arrived: false,
            };
            let length = new.bytes();
            let entry = known.entry(key.clone()).or_insert(new);
            if entry.bytes() != length {
                let (one, other) = (entry.bytes(), length);
                let reason = PytorchReason::StorageSizes { key: key.to_string(), one, other };
                return Err(LecternError::bad_file(file, reason));
            }
        }
        let mut empty = Vec::new();
        for named in tensors {
            match known.get_mut(&named.tensor.key) {
                Some(known) if named.tensor.view.elements > 0 => known.tensors.push(named),
                _ => empty.push(named),
            }
        }
        Ok(Self { file: file.to_owned(), known, empty, arriving: None, chunk: Vec::new() })
    }

    /// Passes the tensors without elements to the sink.
    pub fn begin(&mut self, sink: &mut dyn TensorSink) -> Result<()> {
        for named in std::mem::take(&mut self.empty) {
            if let Some(tensor) = begin_tensor(&named, sink)? {
                tensor.end(&mut Factors::new(), sink)?;
            }
        }
        Ok(())
    }

    /// The byte count of the storage with that key; `None` if the pickle has no such storage.
    pub fn length(&self, key: &str) -> Option<u64> {
        self.known.get(key).map(StorageInfo::bytes)
    }

    /// The element count of the storage with that key.
    pub fn elements(&self, key: &str) -> Option<u64> {
        self.known.get(key).map(|known| known.elements)
    }

    /// Begins a storage, whose bytes go to [`Self::take`].
    ///
    /// # Errors
    /// [`LecternError::BadFile`] for a storage that is unknown or came before.
    pub fn open(&mut self, key: &str) -> Result<()> {
        let bad = |reason: PytorchReason| Err(LecternError::bad_file(&self.file, reason));
        let Some(known) = self.known.get_mut(key) else {
            return bad(PytorchReason::UnknownStorage { key: key.to_owned() });
        };
        if std::mem::replace(&mut known.has_arrived, true) {
            return bad(PytorchReason::StorageTwice { key: key.to_owned() });
        }
        let (end, tensors) = (known.bytes(), std::mem::take(&mut known.tensors));
        self.arriving = Some(Arriving { position: 0, end, runs: runs(tensors), current: None });
        Ok(())
    }

    /// The number of the current storage's bytes to come.
    pub fn missing(&self) -> u64 {
        self.arriving.as_ref().map_or(0, |arriving| arriving.end - arriving.position)
    }

    /// Takes the next bytes of the current storage, and returns those beyond its end.
    pub fn take<'a>(&mut self, bytes: &'a [u8], sink: &mut dyn TensorSink) -> Result<&'a [u8]> {
        let Some(arriving) = &mut self.arriving else { return Ok(bytes) };
        let length = (arriving.end - arriving.position).min(bytes.len() as u64) as usize;
        let (mut own, rest) = bytes.split_at(length);
        while !own.is_empty() {
            let reading = match arriving.current.take() {
                Some(reading) => reading,
                None => {
                    let start = arriving.runs.front().map_or(arriving.end, |run| run.bytes.start);
                    skip(&mut own, &mut arriving.position, start);
                    if arriving.position < start {
                        break;
                    }
                    let Some(run) = arriving.runs.pop_front() else { break };
                    match begin_run(run, sink)? {
                        Some(reading) => reading,
                        None => continue,
                    }
                }
            };
            let Range { start, end } = reading.bytes();
            skip(&mut own, &mut arriving.position, start);
            let taken = own.len().min((end - arriving.position) as usize);
            let taken = if arriving.position < start { 0 } else { taken };
            let (chunk, later) = own.split_at(taken);
            own = later;
            arriving.position += chunk.len() as u64;
            let is_complete = arriving.position == end;
            match reading {
                Reading::Streamed { bytes, mut tensor } => {
                    tensor.take(chunk, &mut self.chunk, sink)?;
                    if is_complete {
                        tensor.end(&mut Factors::new(), sink)?;
                    } else {
                        arriving.current = Some(Reading::Streamed { bytes, tensor });
                    }
                }
                Reading::Held { bytes, mut held, first, others } => {
                    held.extend_from_slice(chunk);
                    if is_complete {
                        emit_held(&held, bytes.start, first, others, &mut self.chunk, sink)?;
                    } else {
                        arriving.current = Some(Reading::Held { bytes, held, first, others });
                    }
                }
            }
        }
        Ok(rest)
    }

    /// Ends the storages.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if a storage with a tensor is missing.
    pub fn finish(&self) -> Result<()> {
        let missing = self.known.iter().filter(|(_, known)| !known.tensors.is_empty());
        match missing.map(|(key, known)| (key, &known.tensors[0].name)).min() {
            Some((key, name)) => {
                let (key, tensor) = (key.to_string(), name.to_string());
                let reason = PytorchReason::MissingStorage { key, tensor };
                Err(LecternError::bad_file(&self.file, reason))
            }
            None => Ok(()),
        }
    }
}

/// Skips bytes up to a position.
fn skip(bytes: &mut &[u8], position: &mut u64, to: u64) {
    let skipped = to.saturating_sub(*position).min(bytes.len() as u64);
    *bytes = &bytes[skipped as usize..];
    *position += skipped;
}

/// The bytes of a tensor in its storage, from its first to its last.
fn byte_range(named: &NamedTensor) -> Range<u64> {
    let (view, width) = (&named.tensor.view, named.tensor.scalar.width());
    view.offset * width..view.end * width
}

/// Groups the tensors of a storage into runs that do not overlap, in the order of their bytes.
fn runs(tensors: Vec<NamedTensor>) -> VecDeque<Run> {
    // Of tensors that share their elements the last one comes first: it is the head tied to the embedding, and if
    // the sink skips that, nothing needs to be held.
    let mut tensors: Vec<_> = tensors.into_iter().rev().map(|it| (byte_range(&it), it)).collect();
    tensors.sort_by_key(|(bytes, _)| bytes.start);
    let mut runs: VecDeque<Run> = VecDeque::new();
    for (bytes, named) in tensors {
        match runs.back_mut() {
            Some(run) if bytes.start < run.bytes.end => {
                run.bytes.end = run.bytes.end.max(bytes.end);
                run.tensors.push(named);
            }
            _ => runs.push_back(Run { bytes, tensors: vec![named] }),
        }
    }
    runs
}

/// Offers a run's tensors to the sink, up to the first one that it takes; `None` if it takes none.
fn begin_run(run: Run, sink: &mut dyn TensorSink) -> Result<Option<Reading>> {
    let mut tensors = run.tensors.into_iter();
    while let Some(named) = tensors.next() {
        let Some(tensor) = begin_tensor(&named, sink)? else { continue };
        let others: Vec<NamedTensor> = tensors.collect();
        if others.is_empty() && named.tensor.view.is_contiguous() {
            return Ok(Some(Reading::Streamed { bytes: byte_range(&named), tensor }));
        }
        check_repetition(&named)?;
        let (held, first) = (Vec::new(), (named, tensor));
        return Ok(Some(Reading::Held { bytes: run.bytes, held, first, others }));
    }
    Ok(None)
}

/// Offers a tensor to the sink; `None` if it skips it.
fn begin_tensor(named: &NamedTensor, sink: &mut dyn TensorSink) -> Result<Option<Current>> {
    let NamedTensor { name, tensor } = named;
    let header = TensorHeader {
        name: name.to_string(),
        dtype: tensor.scalar.dtype(),
        shape: tensor.view.shape.clone(),
        by_output: false,
    };
    // A view that repeats its elements is refused if the sink takes it.
    let bytes = tensor.view.elements.saturating_mul(tensor.scalar.width());
    let entry = Entry { header, bytes, role: Role::Values };
    let current = Current::begin(entry, &mut Factors::new(), sink)?;
    Ok((!current.is_skipped()).then_some(current))
}

/// Refuses a view that repeats elements: with strides of 0 it can have more elements than any file.
fn check_repetition(named: &NamedTensor) -> Result<()> {
    let view = &named.tensor.view;
    if view.elements <= view.end - view.offset {
        return Ok(());
    }
    let tensor = named.name.to_string();
    Err(LecternError::unsupported(UnsupportedReason::RepeatedElements { tensor }))
}

/// Passes all tensors of a held run to the sink; `start` is the run's offset in the storage.
fn emit_held(
    held: &[u8],
    start: u64,
    first: (NamedTensor, Current),
    others: Vec<NamedTensor>,
    chunk: &mut Vec<f32>,
    sink: &mut dyn TensorSink,
) -> Result<()> {
    let (named, tensor) = first;
    gather(held, start, &named, tensor, chunk, sink)?;
    for named in others {
        if let Some(tensor) = begin_tensor(&named, sink)? {
            check_repetition(&named)?;
            gather(held, start, &named, tensor, chunk, sink)?;
        }
    }
    Ok(())
}

/// Passes one tensor's elements to the sink in its own order, from held bytes.
fn gather(
    held: &[u8],
    start: u64,
    named: &NamedTensor,
    mut tensor: Current,
    chunk: &mut Vec<f32>,
    sink: &mut dyn TensorSink,
) -> Result<()> {
    let (view, width) = (&named.tensor.view, named.tensor.scalar.width());
    if view.is_contiguous() {
        let bytes = byte_range(named);
        let own = &held[(bytes.start - start) as usize..(bytes.end - start) as usize];
        tensor.take(own, chunk, sink)?;
        return tensor.end(&mut Factors::new(), sink);
    }
    let mut offsets = view.offsets();
    let mut gathered = Vec::new();
    loop {
        gathered.clear();
        for offset in offsets.by_ref().take(CHUNK) {
            let at = (offset * width - start) as usize;
            gathered.extend_from_slice(&held[at..at + width as usize]);
        }
        if gathered.is_empty() {
            return tensor.end(&mut Factors::new(), sink);
        }
        tensor.take(&gathered, chunk, sink)?;
    }
}
