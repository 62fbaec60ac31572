//! What a folder of sentence-transformers says beside the model: how vectors are pooled, and the longest text
//! it was trained with.

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    checkpoint::{Folder, Metadata, Transfer, parse_json},
    error::{LecternError, Result},
    protocol::Pooling,
};

const POOLING: &str = "1_Pooling/config.json";
const LENGTH: &str = "sentence_bert_config.json";
/// Both files have a few hundred bytes.
const LIMIT: u64 = 1 << 16;
/// A text of no more than the special tokens says nothing.
const SHORTEST: usize = 3;

/// How llama.cpp counts ways of pooling.
const GGUF_POOLING: &str = "bert.pooling_type";
const GGUF_MEAN: u32 = 1;
const GGUF_CLS: u32 = 2;
/// What it has no number for, and how long a text may be where that is less than the model's positions.
const GGUF_MAX: &str = "lectern.pooling_max";
const GGUF_LENGTH: &str = "lectern.max_seq_length";

/// The settings; a folder without them is pooled by the mean.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct SentenceSettings {
    pub(super) pooling: Pooling,
    longest: Option<usize>,
}

#[derive(Deserialize)]
struct PoolingFile {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_max_tokens: bool,
}

#[derive(Deserialize)]
struct LengthFile {
    max_seq_length: Option<usize>,
}

impl SentenceSettings {
    pub(super) async fn read(folder: &dyn Folder, transfer: &Transfer) -> Result<Self> {
        let pooling = read_json::<PoolingFile>(folder, POOLING, transfer).await?;
        let length = read_json::<LengthFile>(folder, LENGTH, transfer).await?;
        let pooling = match pooling {
            Some(file) if file.pooling_mode_cls_token => Pooling::Cls,
            Some(file) if file.pooling_mode_max_tokens => Pooling::Max,
            _ => Pooling::Mean,
        };
        let longest = length.and_then(|file| file.max_seq_length);
        Ok(Self { pooling, longest: longest.filter(|longest| *longest >= SHORTEST) })
    }

    /// From what a GGUF file says.
    pub(super) fn from_gguf(metadata: &Metadata) -> Result<Self> {
        let kind = metadata.integer(GGUF_POOLING)?;
        let pooling = match kind {
            _ if metadata.flag(GGUF_MAX)? == Some(true) => Pooling::Max,
            Some(kind) if kind == GGUF_CLS as usize => Pooling::Cls,
            _ => Pooling::Mean,
        };
        let longest = metadata.integer(GGUF_LENGTH)?;
        Ok(Self { pooling, longest: longest.filter(|longest| *longest >= SHORTEST) })
    }

    /// Say in a GGUF file how vectors are pooled, and the longest text of a model with so many positions.
    pub(super) fn to_gguf(
        pooling: Pooling,
        longest: usize,
        positions: usize,
        metadata: &mut Metadata,
    ) {
        match pooling {
            Pooling::Mean => metadata.insert(GGUF_POOLING, GGUF_MEAN),
            Pooling::Cls => metadata.insert(GGUF_POOLING, GGUF_CLS),
            Pooling::Max => metadata.insert(GGUF_MAX, true),
        }
        if longest < positions {
            metadata.insert(GGUF_LENGTH, longest as u32);
        }
    }

    /// The longest text of a model with so many positions.
    pub(super) fn context(&self, positions: usize) -> usize {
        self.longest.map_or(positions, |longest| longest.min(positions))
    }
}

/// A file that most models do not have. What is no JSON may be a server's front page in its place.
async fn read_json<T: DeserializeOwned>(
    folder: &dyn Folder,
    file: &str,
    transfer: &Transfer,
) -> Result<Option<T>> {
    match folder.read(file, LIMIT, transfer).await {
        Ok(Some(json)) => Ok(parse_json(file, &json).ok()),
        Ok(None) | Err(LecternError::BadFile { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
