//! The storages' bytes to the tensors that are views of them.
//!
//! Storages come in the file's order. One that is a single contiguous tensor, as nearly all are, is handed
//! through while it arrives. A run of elements in which several tensors overlap (an embedding that is the head
//! too), or whose tensor is transposed, is held until it is complete, unless only one tensor of it is wanted
//! and that one is contiguous.

use std::{
    collections::{HashMap, VecDeque},
    ops::Range,
    rc::Rc,
};

use super::{
    globals::Scalar,
    state_dict::Named,
    value::{Heap, Storage},
};
use crate::{
    checkpoint::{
        TensorHeader, TensorSink,
        tensor_bytes::{CHUNK, Current, Entry, Factors, Role},
    },
    error::{LecternError, PytorchReason, Result, UnsupportedReason},
};

/// All storages of a file.
#[derive(Debug)]
pub(super) struct Storages {
    file: String,
    known: HashMap<Rc<str>, Known>,
    /// Those without elements, until they have been given out: no bytes come for them.
    empty: Vec<Named>,
    arriving: Option<Arriving>,
    chunk: Vec<f32>,
}

/// What a pickle says of a storage.
#[derive(Debug)]
struct Known {
    scalar: Scalar,
    elements: u64,
    tensors: Vec<Named>,
    has_come: bool,
}

impl Known {
    fn bytes(&self) -> u64 {
        self.elements * self.scalar.width()
    }
}

/// The storage whose bytes are arriving.
#[derive(Debug)]
struct Arriving {
    position: u64,
    end: u64,
    /// Those that have not begun.
    runs: VecDeque<Run>,
    current: Option<Reading>,
}

/// Bytes of a storage that have tensors in them which overlap, and none that goes on beyond them.
#[derive(Debug)]
struct Run {
    bytes: Range<u64>,
    tensors: Vec<Named>,
}

/// What becomes of the bytes at hand.
#[derive(Debug)]
enum Reading {
    /// One tensor takes them as they come.
    Through { bytes: Range<u64>, tensor: Current },
    /// They are held for more than one tensor, or for one that takes them in another order.
    Held { bytes: Range<u64>, held: Vec<u8>, first: (Named, Current), others: Vec<Named> },
}

impl Reading {
    fn bytes(&self) -> Range<u64> {
        match self {
            Self::Through { bytes, .. } | Self::Held { bytes, .. } => bytes.clone(),
        }
    }
}

impl Storages {
    /// The storages of a pickle that made this heap and these tensors.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] where it contradicts itself.
    pub fn new(file: &str, heap: &Heap, tensors: Vec<Named>) -> Result<Self> {
        let mut known: HashMap<Rc<str>, Known> = HashMap::new();
        for Storage { key, scalar, elements, .. } in &heap.storages {
            let new = Known {
                scalar: *scalar,
                elements: *elements,
                tensors: Vec::new(),
                has_come: false,
            };
            let length = new.bytes();
            let there = known.entry(key.clone()).or_insert(new);
            if there.bytes() != length {
                let (one, other) = (there.bytes(), length);
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

    /// Give out the tensors that have no elements.
    pub fn begin(&mut self, sink: &mut dyn TensorSink) -> Result<()> {
        for named in std::mem::take(&mut self.empty) {
            if let Some(tensor) = begin_tensor(&named, sink)? {
                tensor.end(&mut Factors::new(), sink)?;
            }
        }
        Ok(())
    }

    /// The bytes of the storage under that key; none where the pickle has no such storage.
    pub fn length(&self, key: &str) -> Option<u64> {
        self.known.get(key).map(Known::bytes)
    }

    /// The elements of the storage under that key.
    pub fn elements(&self, key: &str) -> Option<u64> {
        self.known.get(key).map(|known| known.elements)
    }

    /// The bytes of a storage are about to come: all of them, to [`Self::take`].
    ///
    /// # Errors
    /// [`LecternError::BadFile`] for one that is not known or came before.
    pub fn open(&mut self, key: &str) -> Result<()> {
        let bad = |reason: PytorchReason| Err(LecternError::bad_file(&self.file, reason));
        let Some(known) = self.known.get_mut(key) else {
            return bad(PytorchReason::UnknownStorage { key: key.to_owned() });
        };
        if std::mem::replace(&mut known.has_come, true) {
            return bad(PytorchReason::StorageTwice { key: key.to_owned() });
        }
        let (end, tensors) = (known.bytes(), std::mem::take(&mut known.tensors));
        self.arriving = Some(Arriving { position: 0, end, runs: runs(tensors), current: None });
        Ok(())
    }

    /// The bytes of it that have not come.
    pub fn missing(&self) -> u64 {
        self.arriving.as_ref().map_or(0, |arriving| arriving.end - arriving.position)
    }

    /// The next bytes of it; gives back what is beyond its end.
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
            let (piece, later) = own.split_at(taken);
            own = later;
            arriving.position += piece.len() as u64;
            let is_complete = arriving.position == end;
            match reading {
                Reading::Through { bytes, mut tensor } => {
                    tensor.take(piece, &mut self.chunk, sink)?;
                    if is_complete {
                        tensor.end(&mut Factors::new(), sink)?;
                    } else {
                        arriving.current = Some(Reading::Through { bytes, tensor });
                    }
                }
                Reading::Held { bytes, mut held, first, others } => {
                    held.extend_from_slice(piece);
                    if is_complete {
                        give_held(&held, bytes.start, first, others, &mut self.chunk, sink)?;
                    } else {
                        arriving.current = Some(Reading::Held { bytes, held, first, others });
                    }
                }
            }
        }
        Ok(rest)
    }

    /// No more storages come.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] where one that has a tensor in it did not come.
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

/// Pass over bytes up to a place.
fn skip(bytes: &mut &[u8], position: &mut u64, to: u64) {
    let skipped = to.saturating_sub(*position).min(bytes.len() as u64);
    *bytes = &bytes[skipped as usize..];
    *position += skipped;
}

/// The bytes of a tensor in its storage, from its first to its last.
fn byte_range(named: &Named) -> Range<u64> {
    let (view, width) = (&named.tensor.view, named.tensor.scalar.width());
    view.offset * width..view.end * width
}

/// Tensors of a storage as runs that do not overlap, in the order of their bytes.
fn runs(tensors: Vec<Named>) -> VecDeque<Run> {
    // Of tensors that share their elements the last one is asked for first: it is the head that is tied to the
    // embedding, and where that is not wanted, nothing needs to be held.
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

/// Ask for a run's tensors, up to the first one that is wanted; none where none is.
fn begin_run(run: Run, sink: &mut dyn TensorSink) -> Result<Option<Reading>> {
    let mut tensors = run.tensors.into_iter();
    while let Some(named) = tensors.next() {
        let Some(tensor) = begin_tensor(&named, sink)? else { continue };
        let others: Vec<Named> = tensors.collect();
        if others.is_empty() && named.tensor.view.is_contiguous() {
            return Ok(Some(Reading::Through { bytes: byte_range(&named), tensor }));
        }
        check_repetition(&named)?;
        let (held, first) = (Vec::new(), (named, tensor));
        return Ok(Some(Reading::Held { bytes: run.bytes, held, first, others }));
    }
    Ok(None)
}

/// A tensor that the sink wants; none where it does not.
fn begin_tensor(named: &Named, sink: &mut dyn TensorSink) -> Result<Option<Current>> {
    let Named { name, tensor } = named;
    let header = TensorHeader {
        name: name.to_string(),
        dtype: tensor.scalar.dtype(),
        shape: tensor.view.shape.clone(),
        by_output: false,
    };
    // A view that repeats its elements is refused where it is wanted.
    let bytes = tensor.view.elements.saturating_mul(tensor.scalar.width());
    let entry = Entry { header, bytes, role: Role::Values };
    let current = Current::begin(entry, &mut Factors::new(), sink)?;
    Ok((!current.is_skipped()).then_some(current))
}

/// A view that repeats elements can have more of them than any file: strides of 0 take no bytes.
fn check_repetition(named: &Named) -> Result<()> {
    let view = &named.tensor.view;
    if view.elements <= view.end - view.offset {
        return Ok(());
    }
    let tensor = named.name.to_string();
    Err(LecternError::unsupported(UnsupportedReason::RepeatedElements { tensor }))
}

/// All tensors of a run whose bytes are held, `start` being the first one's place in the storage.
fn give_held(
    held: &[u8],
    start: u64,
    first: (Named, Current),
    others: Vec<Named>,
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

/// One tensor's elements out of bytes that are held, in its own order.
fn gather(
    held: &[u8],
    start: u64,
    named: &Named,
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
    let mut places = view.places();
    let mut gathered = Vec::new();
    loop {
        gathered.clear();
        for place in places.by_ref().take(CHUNK) {
            let at = (place * width - start) as usize;
            gathered.extend_from_slice(&held[at..at + width as usize]);
        }
        if gathered.is_empty() {
            return tensor.end(&mut Factors::new(), sink);
        }
        tensor.take(&gathered, chunk, sink)?;
    }
}
