//! What a folder of sentence-transformers says beside the model: how vectors are pooled, and the longest text
//! it was trained with.

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    checkpoint::{Folder, Transfer, parse_json},
    error::{LecternError, Result},
    protocol::Pooling,
};

const POOLING: &str = "1_Pooling/config.json";
const LENGTH: &str = "sentence_bert_config.json";
/// Both files have a few hundred bytes.
const LIMIT: u64 = 1 << 16;
/// A text of no more than the special tokens says nothing.
const SHORTEST: usize = 3;

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
