//! A model cut into several files, as llama.cpp's `gguf-split` does it: `name-00001-of-00003.gguf` and so on, each a
//! GGUF file with tensors of its own. The first one says what the model is; every one says which part it is.

use super::{GgufHeader, value::Metadata};
use crate::error::{BadFileReason, LecternError, Result, UnsupportedReason, ValueKind};

/// The keys: a part's number, counted from 0, how many parts there are, and tensors of all parts together.
const NUMBER: &str = "split.no";
const COUNT: &str = "split.count";
const TENSORS: &str = "split.tensors.count";
/// Digits of a number in a part's name.
const DIGITS: usize = 5;

/// The name of a part of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartName {
    /// What all parts' names begin with.
    stem: String,
    /// The ending, with its dot, in its own spelling.
    ending: String,
    /// Which part, counted from 1.
    pub number: u32,
    /// How many parts there are.
    pub count: u32,
}

impl PartName {
    /// Of a file that is called as parts are.
    pub fn parse(file: &str) -> Option<Self> {
        let place = file.len().checked_sub(".gguf".len())?;
        let (name, ending) = (file.get(..place)?, file.get(place..)?);
        if !ending.eq_ignore_ascii_case(".gguf") {
            return None;
        }
        let (rest, count) = name.rsplit_once("-of-")?;
        let (stem, number) = rest.rsplit_once('-')?;
        let parse = |digits: &str| {
            let plain = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse::<u32>().ok()).flatten()
        };
        let (number, count) = (parse(number)?, parse(count)?);
        let is_sound = (1..=count).contains(&number);
        is_sound.then(|| Self { stem: stem.into(), ending: ending.into(), number, count })
    }

    /// The name of another part of the same model.
    pub fn part(&self, number: u32) -> String {
        let Self { stem, ending, count, .. } = self;
        format!("{stem}-{number:05}-of-{count:05}{ending}")
    }

    /// Are both parts of one model?
    pub fn is_of_one_model(&self, other: &Self) -> bool {
        (&self.stem, self.count) == (&other.stem, other.count)
    }

    /// The name of the model: what all parts' names begin with.
    pub fn model(&self) -> &str {
        &self.stem
    }

    /// Refuses a part that is not the first one: what the model is, the first one says.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`]
    pub fn check_first(&self) -> Result<()> {
        match self.number {
            1 => Ok(()),
            number => Err(later_part(&self.part(number), number.into(), self.count.into())),
        }
    }
}

fn later_part(file: &str, number: u64, count: u64) -> LecternError {
    LecternError::unsupported(UnsupportedReason::LaterPart { file: file.to_owned(), number, count })
}

/// What a header says of the part that its file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    /// Counted from 0.
    number: u64,
    count: u64,
    /// Of all parts, where it says so.
    tensors: Option<u64>,
}

impl Part {
    /// None where the file is a whole model.
    fn of(file: &str, metadata: &Metadata) -> Result<Option<Self>> {
        let integer = |key: &str| match metadata.get(key) {
            None => Ok(None),
            Some(value) => value.as_integer().map(Some).ok_or_else(|| {
                let (key, expected) = (key.to_owned(), ValueKind::Integer);
                LecternError::bad_file(file, BadFileReason::WrongValue { key, expected })
            }),
        };
        let (number, count) = (integer(NUMBER)?.unwrap_or(0), integer(COUNT)?.unwrap_or(0));
        if count < 2 {
            return Ok(None);
        }
        Ok(Some(Self { number, count, tensors: integer(TENSORS)? }))
    }
}

/// Refuses a file that says it is a part, where its name does not say where the others are.
///
/// # Errors
/// [`LecternError::UnsupportedModel`], [`LecternError::BadFile`]
pub(super) fn check_whole(file: &str, metadata: &Metadata) -> Result<()> {
    match Part::of(file, metadata)? {
        None => Ok(()),
        Some(Part { number: 0, count, .. }) => {
            let ending = format!("-00001-of-{count:05}.gguf");
            let reason = UnsupportedReason::RenamedPart { file: file.to_owned(), count, ending };
            Err(LecternError::unsupported(reason))
        }
        Some(Part { number, count, .. }) => Err(later_part(file, number.saturating_add(1), count)),
    }
}

/// Does the header say that a file is but a part, whose name says that it is `number`, from 1, of `count`? A whole model
/// may be called as a part is.
///
/// # Errors
/// [`LecternError::BadFile`] where it says that it is another one than its name says.
pub(super) fn is_part(number: u32, count: u32, file: &str, header: &GgufHeader) -> Result<bool> {
    let Some(part) = Part::of(file, &header.metadata)? else { return Ok(false) };
    let (number, count) = (u64::from(number), u64::from(count));
    if part.number.checked_add(1) != Some(number) || part.count != count {
        let reason = BadFileReason::AnotherPart {
            number,
            count,
            found_number: part.number.saturating_add(1),
            found_count: part.count,
        };
        return Err(LecternError::bad_file(file, reason));
    }
    Ok(true)
}

/// Checks that the tensors of all parts together are as many as the first part says.
///
/// # Errors
/// [`LecternError::BadFile`]
pub(super) fn check_tensors(file: &str, header: &GgufHeader) -> Result<()> {
    let said = Part::of(file, &header.metadata)?.and_then(|part| part.tensors);
    match said {
        Some(said) if said != header.tensors.len() as u64 => {
            let (expected, found) = (said, header.tensors.len() as u64);
            Err(LecternError::bad_file(file, BadFileReason::PartsTensors { expected, found }))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_known_by_its_name() {
        let part = PartName::parse("gpt2-Q4_0-00002-of-00012.GGUF").unwrap();
        assert_eq!((part.number, part.count, part.model()), (2, 12, "gpt2-Q4_0"));
        assert_eq!(part.part(1), "gpt2-Q4_0-00001-of-00012.GGUF");
        let first = PartName::parse(&part.part(1)).unwrap();
        assert!(first.is_of_one_model(&part) && first.check_first().is_ok());
        let error = part.check_first().unwrap_err().to_string();
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
            assert_eq!(PartName::parse(other), None, "{other}");
        }
        let other = PartName::parse("gpt2-Q8_0-00002-of-00012.gguf").unwrap();
        assert!(!other.is_of_one_model(&part));
    }
}
