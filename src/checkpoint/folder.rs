//! Where a model's files come from, and all of its weights out of them.

use std::{collections::BTreeMap, future::Future, pin::Pin};

use serde::Deserialize;

use super::{
    SafetensorsStream, TensorSink, Transfer,
    sniff::{is_object, parse_json},
};
use crate::error::{LecternError, Result};

/// A future of a world with one thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Takes a file piece by piece; the number is the length of the whole file, where it is known.
pub type PieceSink<'a> = dyn FnMut(&[u8], Option<u64>) -> Result<()> + 'a;

/// A model's files, wherever they are: a server, the reader's disk, memory.
pub trait Folder {
    /// What to call the model.
    fn name(&self) -> &str;

    /// A small file as a whole, `None` where there is no such file.
    /// More than `limit` bytes are [`LecternError::BadFile`].
    fn read<'a>(
        &'a self,
        file: &'a str,
        limit: u64,
        transfer: &'a Transfer,
    ) -> LocalFuture<'a, Result<Option<Vec<u8>>>>;

    /// [`Folder::read`] of a JSON file that most models do not have. What is no JSON object is none: some servers
    /// answer with their front page in the place of a file that is missing.
    fn read_optional<'a>(
        &'a self,
        file: &'a str,
        limit: u64,
        transfer: &'a Transfer,
    ) -> LocalFuture<'a, Result<Option<Vec<u8>>>> {
        Box::pin(async move {
            match self.read(file, limit, transfer).await {
                Ok(json) => Ok(json.filter(|json| is_object(json))),
                Err(LecternError::BadFile { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    /// A large file, in order, piece by piece. `false` where there is no such file.
    fn stream<'a>(
        &'a self,
        file: &'a str,
        transfer: &'a Transfer,
        sink: &'a mut PieceSink<'a>,
    ) -> LocalFuture<'a, Result<bool>>;

    /// The names of its files, where they can be known (a server does not say).
    fn list(&self) -> Option<Vec<String>> {
        None
    }
}

const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
/// The index of the largest sharded models has a few hundred kilobytes.
const INDEX_LIMIT: u64 = 32 << 20;
/// No file of a model that a browser can hold is larger: GPT-2 XL in f32 has 6.4 GB.
const FILE_LIMIT: u64 = 8 << 30;

/// Which shard holds which tensor.
#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    metadata: IndexMetadata,
    weight_map: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
struct IndexMetadata {
    total_size: Option<u64>,
}

/// Stream every tensor of a model's checkpoint into the sink, shard after shard.
///
/// Looks for `model.safetensors`, then for the index of a sharded model, then, in a folder that can
/// say what it holds, for the one safetensors file there is, whatever its name.
pub async fn stream_tensors(
    folder: &dyn Folder,
    sink: &mut dyn TensorSink,
    transfer: &Transfer,
) -> Result<()> {
    let single = stream_file(folder, WEIGHTS, true, sink, transfer).await;
    // A server that answers every unknown address with its front page makes a sharded model look
    // like one with a damaged `model.safetensors`, so the index decides as long as nothing arrived.
    let undecided = match &single {
        Ok(found) => !found,
        Err(LecternError::BadFile { .. }) => transfer.loaded() == 0,
        Err(_) => false,
    };
    if !undecided {
        return single.map(drop);
    }
    let index = match folder.read(INDEX, INDEX_LIMIT, transfer).await {
        Err(LecternError::BadFile { .. }) if single.is_err() => None,
        index => index?,
    };
    if let Some(index) = index {
        return stream_shards(folder, &index, sink, transfer).await;
    }
    single?;
    let names = folder.list().unwrap_or_default();
    let mut weights = names.iter().filter(|name| name.ends_with(".safetensors"));
    match (weights.next(), weights.next()) {
        (Some(only), None) => stream_present(folder, only, true, sink, transfer).await,
        (Some(_), Some(_)) => Err(LecternError::bad_request(format!(
            "there are several safetensors files and none is called {WEIGHTS}"
        ))),
        (None, _) => Err(not_found(WEIGHTS)),
    }
}

async fn stream_shards(
    folder: &dyn Folder,
    index: &[u8],
    sink: &mut dyn TensorSink,
    transfer: &Transfer,
) -> Result<()> {
    let index: Index = parse_json(INDEX, index)?;
    let mut shards: Vec<&String> = index.weight_map.values().collect();
    shards.sort_unstable();
    shards.dedup();
    if let Some(odd) = shards.iter().find(|shard| !is_shard_name(shard)) {
        return Err(LecternError::bad_file(INDEX, format!("{odd:?} is not the name of a shard")));
    }
    if shards.is_empty() {
        return Err(LecternError::bad_file(INDEX, "it names no shard"));
    }
    transfer.expect(index.metadata.total_size);
    for shard in shards {
        stream_present(folder, shard, false, sink, transfer).await?;
    }
    Ok(())
}

/// An index comes from a stranger: it may name files beside it, and nothing else.
fn is_shard_name(name: &str) -> bool {
    name.ends_with(".safetensors")
        && !name.starts_with('.')
        && !name.contains("..")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

async fn stream_present(
    folder: &dyn Folder,
    file: &str,
    whole_model: bool,
    sink: &mut dyn TensorSink,
    transfer: &Transfer,
) -> Result<()> {
    if stream_file(folder, file, whole_model, sink, transfer).await? {
        Ok(())
    } else {
        Err(not_found(file))
    }
}

fn not_found(file: &str) -> LecternError {
    LecternError::NotFound { file: file.to_owned() }
}

/// One safetensors file; `whole_model` where its length is the model's.
async fn stream_file(
    folder: &dyn Folder,
    file: &str,
    whole_model: bool,
    sink: &mut dyn TensorSink,
    transfer: &Transfer,
) -> Result<bool> {
    transfer.cancel.check()?;
    let mut parser: Option<SafetensorsStream> = None;
    let mut take = |bytes: &[u8], length: Option<u64>| {
        transfer.cancel.check()?;
        if parser.is_none() {
            check_length(file, length)?;
            if whole_model {
                transfer.expect(length);
            }
            transfer.open(file);
        }
        transfer.advance(bytes.len() as u64);
        parser.get_or_insert_with(|| SafetensorsStream::new(file, length)).feed(bytes, sink)
    };
    if !folder.stream(file, transfer, &mut take).await? {
        return Ok(false);
    }
    parser.unwrap_or_else(|| SafetensorsStream::new(file, None)).finish()?;
    transfer.close();
    Ok(true)
}

/// Refuses a file that cannot fit before any of it is read.
pub(super) fn check_length(file: &str, length: Option<u64>) -> Result<()> {
    match length {
        Some(bytes) if bytes > FILE_LIMIT => {
            Err(LecternError::OutOfMemory { what: file.to_owned(), bytes })
        }
        _ => Ok(()),
    }
}

#[cfg(all(test, feature = "engine"))]
mod tests;
