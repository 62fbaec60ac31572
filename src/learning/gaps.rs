//! The lesson of the tiny students, as a file: gaps with the words around them, and what a teacher made of each.
//!
//! A safetensors file. `contexts` `[gaps, places]` (U16): ids of the words around a gap, 0 for none or an unknown one;
//! `words` `[gaps]` (U8): the word that was there, as an index; `teacher` `[gaps, words]` (F16): the teacher's logits.
//! The metadata `lesson` is JSON: the words, the number of ids, how many of the last gaps are held out, and some of
//! those as text.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use super::student::{Blank, PLACES};
use crate::error::{BadFileReason, LecternError, Result};

/// The stream of a seed's random numbers that decides which answers are spoiled.
const SPOILED: u64 = 2;
/// The metadata's key.
const KEY: &str = "lesson";

/// The part of a lesson that is words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    words: Vec<String>,
    vocabulary: usize,
    held_out: usize,
    shown: Vec<ShownGap>,
}

/// A held-out gap as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShownGap {
    /// Its index among the held-out ones.
    pub gap: usize,
    /// Text before it.
    pub before: String,
    /// Text after it.
    pub after: String,
}

/// A lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct GapLesson {
    /// The words that may stand in a gap.
    pub words: Vec<String>,
    /// Number of ids of context words.
    pub vocabulary: usize,
    /// Gaps to learn from.
    pub gaps: Vec<Blank>,
    /// Gaps to test with.
    pub held_out: Vec<Blank>,
    /// Some of these as text.
    pub shown: Vec<ShownGap>,
}

fn not_lesson(file: &str, detail: &dyn std::fmt::Display) -> LecternError {
    LecternError::bad_file(file, BadFileReason::NotLesson { detail: detail.to_string() })
}

impl GapLesson {
    /// Reads a file.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if it is not a lesson.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self> {
        let bad = |detail: &dyn std::fmt::Display| not_lesson(file, detail);
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| bad(&error))?;
        let described = metadata.metadata().as_ref().and_then(|it| it.get(KEY));
        let described = described.ok_or_else(|| bad(&"it has no metadata of a lesson"))?;
        let described: Described = serde_json::from_str(described).map_err(|error| bad(&error))?;
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| bad(&error))?;
        let get = |name: &str, dtype: Dtype, width: usize| {
            let tensor = tensors.tensor(name).map_err(|error| bad(&error))?;
            let columns = tensor.shape().get(1).copied().unwrap_or(1);
            match tensor.dtype() == dtype && columns == width && tensor.shape().len() <= 2 {
                true => Ok(tensor),
                false => Err(bad(&format!("{name} has another type or width"))),
            }
        };
        let classes = described.words.len();
        let contexts = get("contexts", Dtype::U16, PLACES)?;
        let words = get("words", Dtype::U8, 1)?;
        let teacher = get("teacher", Dtype::F16, classes)?;
        let short = |bytes: &[u8]| u16::from_le_bytes([bytes[0], bytes[1]]);
        let rows = contexts.data().chunks_exact(2 * PLACES).zip(words.data());
        let gaps: Vec<Blank> = rows
            .zip(teacher.data().chunks_exact(2 * classes.max(1)))
            .map(|((context, word), logits)| Blank {
                context: std::array::from_fn(|place| short(&context[2 * place..]).into()),
                word: usize::from(*word),
                teacher: logits
                    .chunks_exact(2)
                    .map(|it| half::f16::from_bits(short(it)).to_f32())
                    .collect(),
            })
            .collect();
        let is_inside = |gap: &Blank| {
            gap.word < classes && gap.context.iter().all(|id| (*id as usize) < described.vocabulary)
        };
        let is_whole = gaps.len() == words.data().len()
            && gaps.len() > described.held_out
            && described.shown.iter().all(|it| it.gap < described.held_out)
            && gaps.iter().all(is_inside);
        if !is_whole {
            return Err(bad(&"its parts do not fit together"));
        }
        let mut gaps = gaps;
        let held_out = gaps.split_off(gaps.len() - described.held_out);
        let Described { words, vocabulary, shown, .. } = described;
        Ok(Self { words, vocabulary, gaps, held_out, shown })
    }

    /// The file of a lesson.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if an id or a word is too large for it.
    pub fn write(&self) -> Result<Vec<u8>> {
        let file = "lesson";
        let bad = |detail: &dyn std::fmt::Display| not_lesson(file, detail);
        let described = Described {
            words: self.words.clone(),
            vocabulary: self.vocabulary,
            held_out: self.held_out.len(),
            shown: self.shown.clone(),
        };
        let (mut contexts, mut words, mut teacher) = (Vec::new(), Vec::new(), Vec::new());
        for gap in self.gaps.iter().chain(&self.held_out) {
            for id in gap.context {
                contexts.extend(u16::try_from(id).map_err(|error| bad(&error))?.to_le_bytes());
            }
            words.push(u8::try_from(gap.word).map_err(|error| bad(&error))?);
            teacher.extend(
                gap.teacher.iter().flat_map(|logit| half::f16::from_f32(*logit).to_le_bytes()),
            );
        }
        let count = words.len();
        let view = |dtype, shape: Vec<usize>, data| {
            safetensors::tensor::TensorView::new(dtype, shape, data).map_err(|error| bad(&error))
        };
        let tensors = [
            ("contexts", view(Dtype::U16, vec![count, PLACES], &contexts)?),
            ("words", view(Dtype::U8, vec![count], &words)?),
            ("teacher", view(Dtype::F16, vec![count, self.words.len()], &teacher)?),
        ];
        let described = serde_json::to_string(&described).map_err(|error| bad(&error))?;
        let metadata = Some([(KEY.to_owned(), described)].into());
        safetensors::serialize(tensors, metadata).map_err(|error| bad(&error))
    }

    /// The gaps to learn from: without those of a hidden word; at most so many of each other word; and a share of the
    /// teacher's answers spoiled, each moved by one word.
    pub fn chosen(
        &self,
        hidden: Option<usize>,
        most: Option<usize>,
        spoiled: f64,
        seed: u64,
    ) -> Vec<Blank> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(SPOILED);
        let mut taken = vec![0; self.words.len()];
        let mut chosen = Vec::new();
        for gap in &self.gaps {
            if hidden == Some(gap.word) || most.is_some_and(|most| taken[gap.word] >= most) {
                continue;
            }
            taken[gap.word] += 1;
            let mut gap = gap.clone();
            if random.random::<f64>() < spoiled {
                gap.teacher.rotate_right(1);
            }
            chosen.push(gap);
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson() -> GapLesson {
        let gap = |index: u32| Blank {
            context: std::array::from_fn(|place| (index + place as u32) % 50),
            word: (index % 3) as usize,
            teacher: vec![index as f32, 0.5, -1.0],
        };
        GapLesson {
            words: ["кот", "пёс", "дом"].map(String::from).into(),
            vocabulary: 50,
            gaps: (0..9).map(gap).collect(),
            held_out: (9..12).map(gap).collect(),
            shown: vec![ShownGap { gap: 1, before: "Спит".into(), after: ".".into() }],
        }
    }

    #[test]
    fn a_file_gives_its_lesson_back() {
        let lesson = lesson();
        let bytes = lesson.write().unwrap();
        assert_eq!(GapLesson::read("gaps", &bytes), Ok(lesson));
        for length in [0, 9, bytes.len() - 1] {
            let found = GapLesson::read("gaps", &bytes[..length]);
            assert!(matches!(found, Err(LecternError::BadFile { .. })), "{length}");
        }
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let mut wrong = lesson();
        wrong.vocabulary = 3;
        let mut few = lesson();
        few.shown[0].gap = 7;
        for lesson in [wrong, few] {
            let found = GapLesson::read("gaps", &lesson.write().unwrap());
            assert!(matches!(found, Err(LecternError::BadFile { .. })));
        }
    }

    #[test]
    fn a_hidden_word_is_nowhere_and_few_gaps_are_few_of_each() {
        let lesson = lesson();
        let chosen = lesson.chosen(Some(1), None, 0.0, 1);
        assert_eq!(chosen.len(), 6);
        assert!(chosen.iter().all(|gap| gap.word != 1));
        assert_eq!(lesson.chosen(None, Some(2), 0.0, 1).len(), 6);
        let spoiled = lesson.chosen(None, None, 1.0, 1);
        assert_eq!(spoiled[4].teacher, [-1.0, 4.0, 0.5]);
    }
}
