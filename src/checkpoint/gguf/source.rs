//! A GGUF file, or the parts of one, out of a folder.

use std::collections::HashSet;

use super::{
    GgufHeader, GgufSink, GgufStream,
    header::MOST,
    split::{PartName, check_tensors, check_whole, is_part},
};
use crate::{
    checkpoint::{Folder, TensorHeader, TensorSink, folder::check_length},
    error::{BadFileReason, BadRequestReason, LecternError, Result},
    progress::Transfer,
    quantization::PackedMatrix,
};

/// The GGUF file that is the model: the one that a folder holds which says what it holds, and which has no
/// safetensors file. Of a model in parts it is the first one.
///
/// # Errors
/// [`LecternError::BadRequest`] where there are several models, and so none; [`LecternError::UnsupportedModel`] where
/// there are later parts without the first.
pub fn gguf_file(folder: &dyn Folder) -> Result<Option<String>> {
    let names = folder.list().unwrap_or_default();
    let ends_with = |name: &String, end: &str| name.to_ascii_lowercase().ends_with(end);
    if names.iter().any(|name| ends_with(name, ".safetensors")) {
        return Ok(None);
    }
    let files: Vec<String> = names.into_iter().filter(|name| ends_with(name, ".gguf")).collect();
    let Some(first) = files.first() else { return Ok(None) };
    let part = PartName::parse(first);
    let is_other = |other: &&String| match (&part, PartName::parse(other)) {
        (Some(part), Some(other)) => !part.is_of_one_model(&other),
        _ => true,
    };
    if let Some(second) = files[1..].iter().find(is_other) {
        let (first, second) = (first.clone(), second.clone());
        return Err(LecternError::bad_request(BadRequestReason::SeveralGguf { first, second }));
    }
    let Some(part) = part else { return Ok(Some(first.clone())) };
    let first_part = part.part(1);
    if !files.contains(&first_part) {
        part.check_first()?;
    }
    Ok(Some(first_part))
}

/// Stream a GGUF file into the sink; where it is the first of several parts, all of them, in their order. The sink gets
/// one header: what the first part says, and the tensors of all.
///
/// Whether a model has a head of its own, say, is seen by its tensors: so the headers of all parts are read before the
/// first tensor comes.
///
/// # Errors
/// Those of the file, of the folder and of the sink; [`LecternError::NotFound`] where there is no such file, or a part of
/// it is not there; [`LecternError::UnsupportedModel`] for a part that is not the first.
pub async fn stream_gguf(
    folder: &dyn Folder,
    file: &str,
    sink: &mut dyn GgufSink,
    transfer: &Transfer,
) -> Result<()> {
    let parts = match PartName::parse(file) {
        Some(name) => Parts::read(folder, &name, transfer).await?,
        None => None,
    };
    let Some(Parts { header, files, length }) = parts else {
        return stream_file(folder, file, None, sink, transfer).await;
    };
    sink.header(header).map_err(|error| error.in_file(file))?;
    transfer.expect(length);
    for (file, tensors) in files {
        stream_file(folder, &file, Some(tensors), sink, transfer).await?;
    }
    Ok(())
}

/// A model in parts, by its headers.
struct Parts {
    /// What the first part says, and the tensors of all.
    header: GgufHeader,
    /// Their names and tensors.
    files: Vec<(String, Vec<TensorHeader>)>,
    /// Bytes of all of them, where each part's are known.
    length: Option<u64>,
}

impl Parts {
    /// None where the file is a whole model that is only called like a part.
    async fn read(
        folder: &dyn Folder,
        name: &PartName,
        transfer: &Transfer,
    ) -> Result<Option<Self>> {
        let first = name.part(name.number);
        let (mut header, mut length) = read_header(folder, &first, transfer).await?;
        if !is_part(name.number, name.count, &first, &header)? {
            return Ok(None);
        }
        name.check_first()?;
        let mut files = vec![(first.clone(), header.tensors.clone())];
        for number in 2..=name.count {
            let file = name.part(number);
            let (next, bytes) = read_header(folder, &file, transfer).await?;
            let bad = |reason: BadFileReason| Err(LecternError::bad_file(&file, reason));
            if !is_part(number, name.count, &file, &next)? {
                return bad(BadFileReason::NotAPart);
            }
            if header.tensors.len() + next.tensors.len() > MOST as usize {
                return bad(BadFileReason::TooManyEntries {
                    tensors: (header.tensors.len() + next.tensors.len()) as u64,
                    entries: next.metadata.0.len() as u64,
                });
            }
            length = length.zip(bytes).and_then(|(length, bytes)| length.checked_add(bytes));
            header.tensors.extend_from_slice(&next.tensors);
            files.push((file, next.tensors));
        }
        let mut seen = HashSet::new();
        if let Some(twice) = header.tensors.iter().find(|tensor| !seen.insert(&tensor.name)) {
            let reason = BadFileReason::TensorInTwoParts { tensor: twice.name.clone() };
            return Err(LecternError::bad_file(first, reason));
        }
        check_tensors(&first, &header)?;
        Ok(Some(Self { header, files, length }))
    }
}

/// The header of a file, and the file's length, where it is known. No more is read than that takes.
async fn read_header(
    folder: &dyn Folder,
    file: &str,
    transfer: &Transfer,
) -> Result<(GgufHeader, Option<u64>)> {
    transfer.cancel.check()?;
    let mut sink = HeaderSink(None);
    let mut parser: Option<GgufStream> = None;
    let mut known = None;
    let mut take = |bytes: &[u8], length: Option<u64>| {
        transfer.cancel.check()?;
        check_length(file, length)?;
        known = length;
        parser.get_or_insert_with(|| GgufStream::new(file, length)).feed(bytes, &mut sink)
    };
    let streamed = folder.stream(file, transfer, &mut take).await;
    if let Some(header) = sink.0 {
        return Ok((header, known));
    }
    if !streamed? {
        return Err(LecternError::NotFound { file: file.to_owned() });
    }
    parser.unwrap_or_else(|| GgufStream::new(file, None)).finish(&mut sink)?;
    let Some(header) = sink.0 else {
        return Err(LecternError::bad_file(file, BadFileReason::NotGguf));
    };
    Ok((header, known))
}

/// One file: a whole model, or the part of one that has these tensors.
async fn stream_file(
    folder: &dyn Folder,
    file: &str,
    tensors: Option<Vec<TensorHeader>>,
    sink: &mut dyn GgufSink,
    transfer: &Transfer,
) -> Result<()> {
    transfer.cancel.check()?;
    let is_whole = tensors.is_none();
    let mut sink = FileSink { file, tensors, sink };
    let mut parser: Option<GgufStream> = None;
    let mut take = |bytes: &[u8], length: Option<u64>| {
        transfer.cancel.check()?;
        if parser.is_none() {
            check_length(file, length)?;
            if is_whole {
                transfer.expect(length);
            }
            transfer.open(file);
        }
        transfer.advance(bytes.len() as u64);
        let parser = parser.get_or_insert_with(|| GgufStream::new(file, length));
        parser.feed(bytes, &mut sink).map_err(|error| error.in_file(file))
    };
    if !folder.stream(file, transfer, &mut take).await? {
        return Err(LecternError::NotFound { file: file.to_owned() });
    }
    let parser = parser.unwrap_or_else(|| GgufStream::new(file, None));
    parser.finish(&mut sink).map_err(|error| error.in_file(file))?;
    transfer.close();
    Ok(())
}

/// Takes a header, and stops there.
struct HeaderSink(Option<GgufHeader>);

impl GgufSink for HeaderSink {
    fn header(&mut self, header: GgufHeader) -> Result<()> {
        self.0 = Some(header);
        // What is asked for is here: nobody sees this.
        Err(LecternError::Cancelled)
    }
}

impl TensorSink for HeaderSink {
    fn begin(&mut self, _: &TensorHeader) -> Result<bool> {
        Ok(false)
    }

    fn values(&mut self, _: &[f32]) -> Result<()> {
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Hands the tensors of a file on.
struct FileSink<'a> {
    file: &'a str,
    /// Those that a part had when its header was read; none for a whole model, whose header goes on too.
    tensors: Option<Vec<TensorHeader>>,
    sink: &'a mut dyn GgufSink,
}

impl GgufSink for FileSink<'_> {
    fn header(&mut self, header: GgufHeader) -> Result<()> {
        match &self.tensors {
            None => {
                check_whole(self.file, &header.metadata)?;
                self.sink.header(header)
            }
            Some(tensors) if *tensors == header.tensors => Ok(()),
            Some(_) => Err(LecternError::bad_file(self.file, BadFileReason::ChangedWhileRead)),
        }
    }
}

impl TensorSink for FileSink<'_> {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        self.sink.begin(tensor)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        self.sink.values(values)
    }

    fn packed(&mut self, rows: &PackedMatrix) -> Result<()> {
        self.sink.packed(rows)
    }

    fn end(&mut self) -> Result<()> {
        self.sink.end()
    }
}

#[cfg(all(test, feature = "engine"))]
mod tests;
