//! A streaming reader of the zip archive with a pickle and its storages.
//!
//! The lengths of records are in the directory at the archive's end, and after each record; before a record torch
//! writes zeros. So a storage's length is taken from the pickle, the pickle ends with its last instruction, and any
//! other record ends at a descriptor with its length. Checksums are ignored: safetensors files have none either.

use super::{state_dict::state_dict, storages::Storages, unpickler::Unpickler};
use crate::{
    checkpoint::TensorSink,
    error::{BadFileReason, LecternError, PytorchReason, Result, UnsupportedReason},
};

const RECORD: &[u8; 4] = b"PK\x03\x04";
const DESCRIPTOR: &[u8; 4] = b"PK\x07\x08";
const DIRECTORY: &[u8; 4] = b"PK\x01\x02";
const ZIP64_END: &[u8; 4] = b"PK\x06\x06";
const ZIP64_LOCATOR: &[u8; 4] = b"PK\x06\x07";
const END: &[u8; 4] = b"PK\x05\x06";

/// Bytes of a record's header before its name.
const RECORD_BYTES: usize = 30;
/// Bytes of a directory's entry before its name.
const DIRECTORY_BYTES: usize = 46;
/// Bytes of a 64-bit end up to and including the length of its rest.
const ZIP64_END_BYTES: usize = 12;
const ZIP64_LOCATOR_BYTES: usize = 20;
/// Bytes of the end before its comment.
const END_BYTES: usize = 22;
/// Bytes of the longer descriptor and the first two bytes after it.
const LOOK_AHEAD: usize = 26;

/// The flag of an encrypted record.
const ENCRYPTED: u16 = 1;
/// The flag of a record whose lengths are in a descriptor after it.
const DESCRIBED: u16 = 1 << 3;
/// The id of the extra field with lengths of 64 bits, and the value of the 32-bit lengths then.
const ZIP64_FIELD: u16 = 1;
const IN_ZIP64: u64 = u32::MAX as u64;

/// The current record.
#[derive(Debug, Default)]
struct Record {
    name: String,
    /// The record's length in bytes, if it is known.
    length: Option<u64>,
    has_descriptor: bool,
}

/// The state of the reader: the section that it is in.
#[derive(Debug)]
enum Section {
    /// The signature of the next section.
    Signature,
    Pickle(Box<Unpickler>),
    Storage,
    ByteOrder,
    /// An ignored record of unknown length, after so many of its bytes.
    Unknown(u64),
    /// The descriptor after a record of so many bytes.
    Descriptor(u64),
    /// Bytes to skip.
    Skip(u64, After),
    /// The end of the archive.
    End,
}

/// The section after skipped bytes.
#[derive(Debug, Clone, Copy)]
enum After {
    Signature,
    /// The descriptor of a record of so many bytes, if it has one.
    Record(u64),
    End,
}

/// A reader of a zip archive that `torch.save` wrote.
#[derive(Debug)]
pub(super) struct Zip {
    file: String,
    section: Section,
    record: Record,
    in_directory: bool,
    /// The storages, once the pickle is read.
    storages: Option<Storages>,
}

impl Zip {
    /// A reader for the file of that name.
    pub fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            section: Section::Signature,
            record: Record::default(),
            in_directory: false,
            storages: None,
        }
    }

    /// Whether the archive is complete.
    pub fn is_finished(&self) -> bool {
        matches!(self.section, Section::End)
    }

    /// Takes the next complete section, or bytes of a record, and returns their count; `None` if more are needed.
    pub fn step(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<Option<usize>> {
        match &mut self.section {
            Section::Signature if bytes.starts_with(RECORD) && !self.in_directory => {
                self.open_record(bytes)
            }
            Section::Signature => self.directory(bytes),
            Section::Pickle(_) => self.pickle(bytes, sink),
            Section::Storage => self.storage(bytes, sink),
            Section::ByteOrder => self.byte_order(bytes),
            Section::Unknown(passed) => {
                let passed = *passed;
                Ok(self.search_end(bytes, passed))
            }
            Section::Descriptor(length) => {
                let length = *length;
                self.descriptor(bytes, length)
            }
            Section::Skip(left, after) => {
                let skipped = (*left).min(bytes.len() as u64) as usize;
                *left -= skipped as u64;
                match (*left, *after) {
                    (1.., _) => return Ok((skipped > 0).then_some(skipped)),
                    (0, After::Signature) => self.section = Section::Signature,
                    (0, After::Record(length)) => self.close_record(length),
                    (0, After::End) => self.section = Section::End,
                }
                Ok(Some(skipped))
            }
            Section::End if bytes.is_empty() => Ok(None),
            Section::End => Err(LecternError::bad_file(&self.file, BadFileReason::TrailingData)),
        }
    }

    fn bad(&self, reason: PytorchReason) -> LecternError {
        LecternError::bad_file(&self.file, reason)
    }

    /// Reads a record's header.
    fn open_record(&mut self, bytes: &[u8]) -> Result<Option<usize>> {
        let Some(header) = bytes.first_chunk::<RECORD_BYTES>() else { return Ok(None) };
        let [flags, method, name, extra] = [6, 8, 26, 28].map(|at| u16_at(header, at));
        let (name_end, end) = (RECORD_BYTES + usize::from(name), usize::from(extra));
        let end = name_end + end;
        let Some(rest) = bytes.get(RECORD_BYTES..end) else { return Ok(None) };
        let (name, extra) = rest.split_at(name_end - RECORD_BYTES);
        let name = String::from_utf8_lossy(name).into_owned();
        if method != 0 || flags & ENCRYPTED != 0 {
            let (file, record) = (self.file.clone(), name);
            return Err(LecternError::unsupported(UnsupportedReason::PackedRecord {
                file,
                record,
            }));
        }
        let has_descriptor = flags & DESCRIBED != 0;
        let length = match u32_at(header, 18).into() {
            IN_ZIP64 => zip64_length(extra),
            0 if has_descriptor => None,
            length => Some(length),
        };
        self.record = Record { name, length, has_descriptor };
        self.section = self.begin_record()?;
        Ok(Some(end))
    }

    /// The section of a record, by its name within the archive's folder.
    fn begin_record(&mut self) -> Result<Section> {
        let skipped = match self.record.length {
            Some(length) => Section::Skip(length, After::Record(length)),
            None => Section::Unknown(0),
        };
        let name = self.record.name.split_once('/').map_or("", |(_, name)| name);
        if let Some(key) = name.strip_prefix("data/").filter(|key| !key.is_empty()) {
            let Some(storages) = &mut self.storages else {
                return Err(self.bad(PytorchReason::StoragesFirst));
            };
            let Some(expected) = storages.length(key) else { return Ok(skipped) };
            if let Some(length) = self.record.length.filter(|length| *length != expected) {
                let record = self.record.name.clone();
                return Err(self.bad(PytorchReason::RecordLength { record, length, expected }));
            }
            storages.open(key)?;
            self.record.length = Some(expected);
            return Ok(Section::Storage);
        }
        match name {
            "data.pkl" if self.storages.is_some() => Err(self.bad(PytorchReason::PickleTwice)),
            "data.pkl" => Ok(Section::Pickle(Box::new(Unpickler::new(&self.file)))),
            "byteorder" => Ok(Section::ByteOrder),
            name if name == "constants.pkl" || name.starts_with("code/") => {
                let file = self.file.clone();
                Err(LecternError::unsupported(UnsupportedReason::TorchScript { file }))
            }
            _ => Ok(skipped),
        }
    }

    /// Ends a record of that length.
    fn close_record(&mut self, length: u64) {
        let has_descriptor = self.record.has_descriptor;
        self.section =
            if has_descriptor { Section::Descriptor(length) } else { Section::Signature };
    }

    fn pickle(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<Option<usize>> {
        let Section::Pickle(pickle) = &mut self.section else { return Ok(None) };
        let left = self.record.length.map(|length| length - pickle.length());
        let own = left.map_or(bytes.len(), |left| left.min(bytes.len() as u64) as usize);
        let used = pickle.run(&bytes[..own])?;
        if !pickle.is_finished() {
            if left == Some(own as u64) {
                return Err(self.bad(PytorchReason::PickleCutOff));
            }
            return Ok((used > 0).then_some(used));
        }
        let length = pickle.length();
        if let Section::Pickle(pickle) = std::mem::replace(&mut self.section, Section::Signature)
            && let Some((result, heap)) = pickle.into_result()
        {
            let tensors = state_dict(&heap, result).map_err(|reason| self.bad(reason))?;
            let mut storages = Storages::new(&self.file, &heap, tensors)?;
            storages.begin(sink)?;
            self.storages = Some(storages);
        }
        match self.record.length {
            Some(all) => self.section = Section::Skip(all - length, After::Record(all)),
            None => self.close_record(length),
        }
        Ok(Some(used))
    }

    fn storage(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<Option<usize>> {
        let Some(storages) = &mut self.storages else { return Ok(None) };
        let rest = storages.take(bytes, sink)?;
        if storages.missing() == 0 {
            self.close_record(self.record.length.unwrap_or(0));
        } else if bytes.is_empty() {
            return Ok(None);
        }
        Ok(Some(bytes.len() - rest.len()))
    }

    /// Reads the byte order; only little-endian storages are supported.
    fn byte_order(&mut self, bytes: &[u8]) -> Result<Option<usize>> {
        const LITTLE: &[u8; 6] = b"little";
        let Some(order) = bytes.first_chunk() else { return Ok(None) };
        if order == LITTLE && self.record.length.is_none_or(|length| length == 6) {
            self.close_record(LITTLE.len() as u64);
            return Ok(Some(LITTLE.len()));
        }
        if order.starts_with(b"big") {
            return Err(LecternError::unsupported(UnsupportedReason::BigEndian));
        }
        Err(self.bad(PytorchReason::ByteOrder))
    }

    /// Searches the end of a record of unknown length: a descriptor with its length.
    fn search_end(&mut self, bytes: &[u8], passed: u64) -> Option<usize> {
        let candidates = bytes.len().checked_sub(LOOK_AHEAD - 1)?;
        let is_end = |at: &usize| descriptor_length(&bytes[*at..], passed + *at as u64).is_some();
        let end = (0..candidates).find(is_end);
        let used = end.unwrap_or(candidates);
        let length = passed + used as u64;
        self.section =
            if end.is_some() { Section::Descriptor(length) } else { Section::Unknown(length) };
        (end.is_some() || used > 0).then_some(used)
    }

    /// Reads the descriptor after a record.
    fn descriptor(&mut self, bytes: &[u8], length: u64) -> Result<Option<usize>> {
        if bytes.len() < LOOK_AHEAD {
            return Ok(None);
        }
        match descriptor_length(bytes, length) {
            Some(used) => {
                self.section = Section::Signature;
                Ok(Some(used))
            }
            None => {
                let record = self.record.name.clone();
                Err(self.bad(PytorchReason::RecordEnd { record, length }))
            }
        }
    }

    /// Skips an entry of the directory, or of the archive's end, which repeats known facts.
    fn directory(&mut self, bytes: &[u8]) -> Result<Option<usize>> {
        let Some(signature) = bytes.first_chunk() else { return Ok(None) };
        let (fixed, rest) = match signature {
            DIRECTORY => {
                let entry = bytes.first_chunk::<DIRECTORY_BYTES>();
                let lengths =
                    entry.map(|entry| [28, 30, 32].map(|at| u64::from(u16_at(entry, at))));
                (DIRECTORY_BYTES, lengths.map(|lengths| lengths.iter().sum()))
            }
            ZIP64_END => {
                let end = bytes.first_chunk::<ZIP64_END_BYTES>();
                (ZIP64_END_BYTES, end.map(|end| u64_at(end, 4)))
            }
            ZIP64_LOCATOR => {
                (ZIP64_LOCATOR_BYTES, (bytes.len() >= ZIP64_LOCATOR_BYTES).then_some(0))
            }
            END => {
                let end = bytes.first_chunk::<END_BYTES>();
                (END_BYTES, end.map(|end| u16_at(end, 20).into()))
            }
            _ => {
                return Err(self.bad(PytorchReason::NoRecord));
            }
        };
        if !self.in_directory {
            self.in_directory = true;
            let Some(storages) = &self.storages else {
                return Err(self.bad(PytorchReason::NoPickle));
            };
            storages.finish()?;
        }
        let Some(rest) = rest else { return Ok(None) };
        let after = if signature == END { After::End } else { After::Signature };
        self.section = Section::Skip(rest, after);
        Ok(Some(fixed))
    }
}

/// The size of the descriptor at the start of these bytes, if it contains `length` and a section follows: with lengths
/// of 32 bits, or of 64 in archives of more than 4 GB.
fn descriptor_length(bytes: &[u8], length: u64) -> Option<usize> {
    if !bytes.starts_with(DESCRIPTOR) {
        return None;
    }
    let is_followed = |end: usize| bytes.get(end..end + 2) == Some(b"PK");
    let narrow = bytes.first_chunk::<16>()?;
    let wide = bytes.first_chunk::<24>()?;
    if [8, 12].iter().all(|&at| u64::from(u32_at(narrow, at)) == length) && is_followed(16) {
        return Some(16);
    }
    ([8, 16].iter().all(|&at| u64_at(wide, at) == length) && is_followed(24)).then_some(24)
}

/// The length of a record by its 64-bit extra field, if it has one: the unpacked length comes first, then this one.
fn zip64_length(mut extra: &[u8]) -> Option<u64> {
    while let Some(head) = extra.first_chunk::<4>() {
        let (id, length) = (u16_at(head, 0), usize::from(u16_at(head, 2)));
        let field = extra.get(4..4 + length)?;
        if id == ZIP64_FIELD {
            let field = field.first_chunk::<16>()?;
            return Some(u64_at(field, 8)).filter(|length| *length > 0);
        }
        extra = &extra[4 + length..];
    }
    None
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
