//! A GGUF file, or the shards of one, read from a folder.

use std::collections::HashSet;

use super::{
    GgufHeader, GgufSink, GgufStream,
    header::MOST,
    split::{ShardName, check_tensors, check_whole, is_shard},
};
use crate::{
    checkpoint::{Folder, TensorHeader, TensorSink, folder::check_length},
    error::{BadFileReason, BadRequestReason, LecternError, Result},
    progress::Transfer,
    quantization::PackedMatrix,
};

/// The GGUF file of a model: the only one in a folder that can be listed and has no safetensors file. For a sharded
/// model it is the first shard.
///
/// # Errors
/// [`LecternError::BadRequest`] for several models; [`LecternError::UnsupportedModel`] for later shards without the
/// first.
pub fn gguf_file(folder: &dyn Folder) -> Result<Option<String>> {
    let names = folder.list().unwrap_or_default();
    let ends_with = |name: &String, end: &str| name.to_ascii_lowercase().ends_with(end);
    if names.iter().any(|name| ends_with(name, ".safetensors")) {
        return Ok(None);
    }
    let files: Vec<String> = names.into_iter().filter(|name| ends_with(name, ".gguf")).collect();
    let Some(first) = files.first() else { return Ok(None) };
    let shard = ShardName::parse(first);
    let is_other = |other: &&String| match (&shard, ShardName::parse(other)) {
        (Some(shard), Some(other)) => !shard.is_of_one_model(&other),
        _ => true,
    };
    if let Some(second) = files[1..].iter().find(is_other) {
        let (first, second) = (first.clone(), second.clone());
        return Err(LecternError::bad_request(BadRequestReason::SeveralGguf { first, second }));
    }
    let Some(shard) = shard else { return Ok(Some(first.clone())) };
    let first_shard = shard.shard(1);
    if !files.contains(&first_shard) {
        shard.check_first()?;
    }
    Ok(Some(first_shard))
}

/// Streams a GGUF file into the sink; for the first of several shards, all of them in their order. The sink gets one
/// header: the metadata of the first shard, and the tensors of all.
///
/// The headers of all shards are read before the first tensor, because the list of tensors describes the model: for
/// example, whether it has a head of its own.
///
/// # Errors
/// Those of the file, of the folder and of the sink; [`LecternError::NotFound`] for a missing file or shard;
/// [`LecternError::UnsupportedModel`] for a shard that is not the first.
pub async fn stream_gguf(
    folder: &dyn Folder,
    file: &str,
    sink: &mut dyn GgufSink,
    transfer: &Transfer,
) -> Result<()> {
    let shards = match ShardName::parse(file) {
        Some(name) => Shards::read(folder, &name, transfer).await?,
        None => None,
    };
    let Some(Shards { header, files, length }) = shards else {
        return stream_file(folder, file, None, sink, transfer).await;
    };
    sink.header(header).map_err(|error| error.in_file(file))?;
    transfer.expect(length);
    for (file, tensors) in files {
        stream_file(folder, &file, Some(tensors), sink, transfer).await?;
    }
    Ok(())
}

/// The headers of a sharded model.
struct Shards {
    /// The metadata of the first shard, and the tensors of all.
    header: GgufHeader,
    /// The shards' names and tensors.
    files: Vec<(String, Vec<TensorHeader>)>,
    /// The length of all shards together, if each shard's is known.
    length: Option<u64>,
}

impl Shards {
    /// Reads the headers of all shards; `None` for a complete model whose name only looks like a shard's.
    async fn read(
        folder: &dyn Folder,
        name: &ShardName,
        transfer: &Transfer,
    ) -> Result<Option<Self>> {
        let first = name.shard(name.index);
        let (mut header, mut length) = read_header(folder, &first, transfer).await?;
        if !is_shard(name.index, name.count, &first, &header)? {
            return Ok(None);
        }
        name.check_first()?;
        let mut files = vec![(first.clone(), header.tensors.clone())];
        for index in 2..=name.count {
            let file = name.shard(index);
            let (next, bytes) = read_header(folder, &file, transfer).await?;
            let bad = |reason: BadFileReason| Err(LecternError::bad_file(&file, reason));
            if !is_shard(index, name.count, &file, &next)? {
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

/// Reads only the header of a file; with the file's length, if it is known.
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

/// Streams one file: a complete model, or the shard with these tensors.
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

/// A sink that stops after the header.
struct HeaderSink(Option<GgufHeader>);

impl GgufSink for HeaderSink {
    fn header(&mut self, header: GgufHeader) -> Result<()> {
        self.0 = Some(header);
        // Stops the stream; the caller ignores this error.
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

/// A sink that checks a file's header and passes its tensors on.
struct FileSink<'a> {
    file: &'a str,
    /// The tensors of a shard's header, read before; `None` for a complete model, whose header is passed on too.
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
