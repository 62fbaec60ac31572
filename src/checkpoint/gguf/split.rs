//! The shards of a model that llama.cpp's `gguf-split` split: `name-00001-of-00003.gguf` and so on, each a GGUF file
//! with tensors of its own. The first shard has the model's metadata; every shard has its own index.

use super::{GgufHeader, value::Metadata};
use crate::error::{BadFileReason, LecternError, Result, UnsupportedReason, ValueKind};

/// The keys of a shard's index, from 0, the number of shards, and the number of tensors in all shards.
const INDEX: &str = "split.no";
const COUNT: &str = "split.count";
const TENSORS: &str = "split.tensors.count";
/// Digits of an index in a shard's name.
const DIGITS: usize = 5;

/// The name of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardName {
    /// The common beginning of the shards' names.
    stem: String,
    /// The ending with its dot, as the file spells it.
    ending: String,
    /// The shard's index, from 1.
    pub index: u32,
    /// The number of shards.
    pub count: u32,
}

impl ShardName {
    /// The parsed name of a file; `None` if it is not the name of a shard.
    pub fn parse(file: &str) -> Option<Self> {
        let split = file.len().checked_sub(".gguf".len())?;
        let (name, ending) = (file.get(..split)?, file.get(split..)?);
        if !ending.eq_ignore_ascii_case(".gguf") {
            return None;
        }
        let (rest, count) = name.rsplit_once("-of-")?;
        let (stem, index) = rest.rsplit_once('-')?;
        let parse = |digits: &str| {
            let plain = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse::<u32>().ok()).flatten()
        };
        let (index, count) = (parse(index)?, parse(count)?);
        let is_sound = (1..=count).contains(&index);
        is_sound.then(|| Self { stem: stem.into(), ending: ending.into(), index, count })
    }

    /// The file name of another shard of the model.
    pub fn shard(&self, index: u32) -> String {
        let Self { stem, ending, count, .. } = self;
        format!("{stem}-{index:05}-of-{count:05}{ending}")
    }

    /// Whether both are shards of one model.
    pub fn is_of_one_model(&self, other: &Self) -> bool {
        (&self.stem, self.count) == (&other.stem, other.count)
    }

    /// The name of the model: the common beginning of the shards' names.
    pub fn model(&self) -> &str {
        &self.stem
    }

    /// Refuses a shard that is not the first one, which alone has the model's metadata.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`]
    pub fn check_first(&self) -> Result<()> {
        match self.index {
            1 => Ok(()),
            index => Err(later_shard(&self.shard(index), index.into(), self.count.into())),
        }
    }
}

fn later_shard(file: &str, index: u64, count: u64) -> LecternError {
    LecternError::unsupported(UnsupportedReason::LaterPart {
        file: file.to_owned(),
        number: index,
        count,
    })
}

/// The metadata of a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shard {
    /// The shard's index, from 0.
    index: u64,
    count: u64,
    /// The number of tensors in all shards, if given.
    tensors: Option<u64>,
}

impl Shard {
    /// The metadata of a file; `None` for a complete model.
    fn of(file: &str, metadata: &Metadata) -> Result<Option<Self>> {
        let integer = |key: &str| match metadata.get(key) {
            None => Ok(None),
            Some(value) => value.as_integer().map(Some).ok_or_else(|| {
                let (key, expected) = (key.to_owned(), ValueKind::Integer);
                LecternError::bad_file(file, BadFileReason::WrongValue { key, expected })
            }),
        };
        let (index, count) = (integer(INDEX)?.unwrap_or(0), integer(COUNT)?.unwrap_or(0));
        if count < 2 {
            return Ok(None);
        }
        Ok(Some(Self { index, count, tensors: integer(TENSORS)? }))
    }
}

/// Refuses a shard whose name does not lead to the others.
///
/// # Errors
/// [`LecternError::UnsupportedModel`], [`LecternError::BadFile`]
pub(super) fn check_whole(file: &str, metadata: &Metadata) -> Result<()> {
    match Shard::of(file, metadata)? {
        None => Ok(()),
        Some(Shard { index: 0, count, .. }) => {
            let ending = format!("-00001-of-{count:05}.gguf");
            let reason = UnsupportedReason::RenamedPart { file: file.to_owned(), count, ending };
            Err(LecternError::unsupported(reason))
        }
        Some(Shard { index, count, .. }) => Err(later_shard(file, index.saturating_add(1), count)),
    }
}

/// Whether the header is that of a shard. `index`, from 1, and `count` are those of the file's name, but a complete
/// model may have such a name.
///
/// # Errors
/// [`LecternError::BadFile`] if the header contradicts the name.
pub(super) fn is_shard(index: u32, count: u32, file: &str, header: &GgufHeader) -> Result<bool> {
    let Some(shard) = Shard::of(file, &header.metadata)? else { return Ok(false) };
    let (index, count) = (u64::from(index), u64::from(count));
    if shard.index.checked_add(1) != Some(index) || shard.count != count {
        let reason = BadFileReason::AnotherPart {
            number: index,
            count,
            found_number: shard.index.saturating_add(1),
            found_count: shard.count,
        };
        return Err(LecternError::bad_file(file, reason));
    }
    Ok(true)
}

/// Checks the number of tensors in all shards against the metadata of the first one.
///
/// # Errors
/// [`LecternError::BadFile`]
pub(super) fn check_tensors(file: &str, header: &GgufHeader) -> Result<()> {
    let expected = Shard::of(file, &header.metadata)?.and_then(|shard| shard.tensors);
    match expected {
        Some(expected) if expected != header.tensors.len() as u64 => {
            let found = header.tensors.len() as u64;
            Err(LecternError::bad_file(file, BadFileReason::PartsTensors { expected, found }))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_recognized_by_its_name() {
        let shard = ShardName::parse("gpt2-Q4_0-00002-of-00012.GGUF").unwrap();
        assert_eq!((shard.index, shard.count, shard.model()), (2, 12, "gpt2-Q4_0"));
        assert_eq!(shard.shard(1), "gpt2-Q4_0-00001-of-00012.GGUF");
        let first = ShardName::parse(&shard.shard(1)).unwrap();
        assert!(first.is_of_one_model(&shard) && first.check_first().is_ok());
        let error = shard.check_first().unwrap_err().to_string();
        assert!(error.contains("part 2 of 12") && error.contains("first"), "{error}");
        for other in [
            "gpt2.gguf",
            "gpt2-00001-of-00002.safetensors",
            "gpt2-0001-of-0002.gguf",
            "gpt2-00003-of-00002.gguf",
            "gpt2-00000-of-00002.gguf",
            "gpt2-+0001-of-00002.gguf",
            "00001-of-00002.gguf",
            ".gguf",
            "ж",
        ] {
            assert_eq!(ShardName::parse(other), None, "{other}");
        }
        let other = ShardName::parse("gpt2-Q8_0-00002-of-00012.gguf").unwrap();
        assert!(!other.is_of_one_model(&shard));
    }
}
