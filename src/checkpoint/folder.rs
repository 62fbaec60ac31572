//! A model's files from any source, and the weights read from them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::Deserialize;

use super::{
    PytorchStream, SafetensorsStream, TensorSink,
    sniff::{is_object, parse_json},
};
use crate::{
    error::{BadFileReason, BadRequestReason, LecternError, MemoryUse, Result},
    progress::Transfer,
};

/// Takes a file chunk by chunk, with the length of the whole file if known.
pub type PieceSink<'a> = &'a mut (dyn FnMut(&[u8], Option<u64>) -> Result<()> + 'a);

/// A model's files, wherever they are: a server, the reader's disk, memory.
#[async_trait(?Send)]
pub trait Folder {
    /// The model's name.
    fn name(&self) -> &str;

    /// Passes a file to the sink, chunk by chunk in order. `false` if there is no such file.
    async fn stream(&self, file: &str, transfer: &Transfer, sink: PieceSink<'_>) -> Result<bool>;

    /// A small file as a whole, `None` if there is no such file.
    /// More than `limit` bytes are [`LecternError::BadFile`].
    async fn read(&self, file: &str, limit: u64, transfer: &Transfer) -> Result<Option<Vec<u8>>> {
        let mut whole = Vec::new();
        let mut take = |bytes: &[u8], length: Option<u64>| {
            let length = length.unwrap_or(0).max((whole.len() + bytes.len()) as u64);
            if length > limit {
                return Err(LecternError::bad_file(file, BadFileReason::TooLarge { limit }));
            }
            whole.extend_from_slice(bytes);
            Ok(())
        };
        let found = self.stream(file, transfer, &mut take).await?;
        Ok(found.then_some(whole))
    }

    /// [`Folder::read`] of a JSON file that most models do not have. Anything but a JSON object counts as missing: some
    /// servers answer with their front page instead of a missing file.
    async fn read_optional(
        &self,
        file: &str,
        limit: u64,
        transfer: &Transfer,
    ) -> Result<Option<Vec<u8>>> {
        match self.read(file, limit, transfer).await {
            Ok(json) => Ok(json.filter(|json| is_object(json))),
            Err(LecternError::BadFile { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names of the files directly in it, if known (a server does not list them).
    fn list(&self) -> Option<Vec<String>> {
        None
    }
}

/// A format of weights, and the names of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Safetensors,
    Pytorch,
}

impl Kind {
    /// All formats, in the order in which they are looked for.
    const ALL: [Self; 2] = [Self::Safetensors, Self::Pytorch];

    /// The file name of a model in one file.
    fn whole(self) -> &'static str {
        match self {
            Self::Safetensors => "model.safetensors",
            Self::Pytorch => "pytorch_model.bin",
        }
    }

    /// The file name of a sharded model's index.
    fn index(self) -> &'static str {
        match self {
            Self::Safetensors => "model.safetensors.index.json",
            Self::Pytorch => "pytorch_model.bin.index.json",
        }
    }

    /// Whether a file of that name holds weights of this format.
    fn is_of(self, file: &str) -> bool {
        match self {
            Self::Safetensors => file.ends_with(".safetensors"),
            Self::Pytorch => is_pytorch_weights(file),
        }
    }
}

/// Files that end with `.bin` without a model's weights: the state of a training run, adapters, and the weights of
/// other programs.
const NO_WEIGHTS: [&str; 7] = [
    "training_args",
    "optimizer",
    "scheduler",
    "scaler",
    "rng_state",
    "adapter_model",
    "openvino_model",
];

/// Whether a file of that name holds a model's weights.
pub fn is_weights(file: &str) -> bool {
    Kind::ALL.iter().any(|kind| kind.is_of(file))
}

fn is_pytorch_weights(file: &str) -> bool {
    file.strip_suffix(".bin")
        .is_some_and(|stem| !NO_WEIGHTS.iter().any(|other| stem.starts_with(other)))
}

/// The index of the largest sharded models has a few hundred kilobytes.
const INDEX_LIMIT: u64 = 32 << 20;
/// No file of a model that a browser can hold is larger: GPT-2 XL in f32 has 6.4 GB.
const FILE_LIMIT: u64 = 8 << 30;

/// The index of a sharded model: the shard of each tensor.
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

/// Streams every tensor of a model's checkpoint into the sink, shard after shard.
///
/// Looks for `model.safetensors`, then for the index of a sharded model, then for both as PyTorch writes them
/// (`pytorch_model.bin`), then, in a folder that can list its files, for the only file of either format,
/// under any name.
pub async fn stream_tensors(
    folder: &dyn Folder,
    sink: &mut dyn TensorSink,
    transfer: &Transfer,
) -> Result<()> {
    let mut refused = None;
    for kind in Kind::ALL {
        match stream_file(folder, kind, kind.whole(), true, sink, transfer).await {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            // A server that answers every unknown address with its front page makes a model of other files look
            // like one with a damaged `model.safetensors`, so they decide as long as nothing arrived.
            Err(error @ LecternError::BadFile { .. }) if transfer.loaded() == 0 => {
                refused.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
        let index = match folder.read(kind.index(), INDEX_LIMIT, transfer).await {
            Err(LecternError::BadFile { .. }) if refused.is_some() => None,
            index => index?,
        };
        if let Some(index) = index {
            return stream_shards(folder, kind, &index, sink, transfer).await;
        }
    }
    if let Some(error) = refused {
        return Err(error);
    }
    let names = folder.list().unwrap_or_default();
    for kind in Kind::ALL {
        // A file in a subfolder belongs to another module, such as a sentence encoder's Dense layer.
        let mut weights = names.iter().filter(|name| kind.is_of(name) && !name.contains('/'));
        match (weights.next(), weights.next()) {
            (Some(only), None) => {
                return stream_present(folder, kind, only, true, sink, transfer).await;
            }
            (Some(first), Some(second)) => {
                let reason = BadRequestReason::SeveralWeights {
                    first: first.clone(),
                    second: second.clone(),
                    expected: kind.whole().to_owned(),
                };
                return Err(LecternError::bad_request(reason));
            }
            (None, _) => {}
        }
    }
    let looked_for = Kind::ALL.map(|kind| [kind.whole(), kind.index()]);
    Err(not_found(&looked_for.concat().join(", ")))
}

async fn stream_shards(
    folder: &dyn Folder,
    kind: Kind,
    index: &[u8],
    sink: &mut dyn TensorSink,
    transfer: &Transfer,
) -> Result<()> {
    let file = kind.index();
    let index: Index = parse_json(file, index)?;
    let mut shards: Vec<&String> = index.weight_map.values().collect();
    shards.sort_unstable();
    shards.dedup();
    if let Some(odd) = shards.iter().find(|shard| !is_shard_name(kind, shard)) {
        let reason = BadFileReason::BadShardName { name: (*odd).clone() };
        return Err(LecternError::bad_file(file, reason));
    }
    if shards.is_empty() {
        return Err(LecternError::bad_file(file, BadFileReason::NoShards));
    }
    transfer.expect(index.metadata.total_size);
    for shard in shards {
        stream_present(folder, kind, shard, false, sink, transfer).await?;
    }
    Ok(())
}

/// An index is untrusted: it may name only files beside it.
fn is_shard_name(kind: Kind, name: &str) -> bool {
    kind.is_of(name)
        && !name.starts_with('.')
        && !name.contains("..")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

async fn stream_present(
    folder: &dyn Folder,
    kind: Kind,
    file: &str,
    whole_model: bool,
    sink: &mut dyn TensorSink,
    transfer: &Transfer,
) -> Result<()> {
    if stream_file(folder, kind, file, whole_model, sink, transfer).await? {
        Ok(())
    } else {
        Err(not_found(file))
    }
}

fn not_found(file: &str) -> LecternError {
    LecternError::NotFound { file: file.to_owned() }
}

/// A file of weights that is being read.
#[derive(Debug)]
enum WeightsStream {
    Safetensors(Box<SafetensorsStream>),
    Pytorch(PytorchStream),
}

impl WeightsStream {
    fn new(kind: Kind, file: &str, length: Option<u64>) -> Self {
        match kind {
            Kind::Safetensors => Self::Safetensors(Box::new(SafetensorsStream::new(file, length))),
            Kind::Pytorch => Self::Pytorch(PytorchStream::new(file, length)),
        }
    }

    fn feed(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<()> {
        match self {
            Self::Safetensors(stream) => stream.feed(bytes, sink),
            Self::Pytorch(stream) => stream.feed(bytes, sink),
        }
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Safetensors(stream) => stream.finish(),
            Self::Pytorch(stream) => stream.finish(),
        }
    }
}

/// Streams one file of weights; `whole_model` if its length is the model's.
async fn stream_file(
    folder: &dyn Folder,
    kind: Kind,
    file: &str,
    whole_model: bool,
    sink: &mut dyn TensorSink,
    transfer: &Transfer,
) -> Result<bool> {
    transfer.cancel.check()?;
    let mut parser: Option<WeightsStream> = None;
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
        let parser = parser.get_or_insert_with(|| WeightsStream::new(kind, file, length));
        parser.feed(bytes, sink).map_err(|error| error.in_file(file))
    };
    if !folder.stream(file, transfer, &mut take).await? {
        return Ok(false);
    }
    parser.unwrap_or_else(|| WeightsStream::new(kind, file, None)).finish()?;
    transfer.close();
    Ok(true)
}

/// Refuses a file that cannot fit before any of it is read.
pub(crate) fn check_length(file: &str, length: Option<u64>) -> Result<()> {
    match length {
        Some(bytes) if bytes > FILE_LIMIT => {
            let what = MemoryUse::File { file: file.to_owned() };
            Err(LecternError::OutOfMemory { what, bytes })
        }
        _ => Ok(()),
    }
}

#[cfg(all(test, feature = "engine"))]
mod tests;
