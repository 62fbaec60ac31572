//! The lessons of the tiny students, made with a built-in BERT as their teacher:
//! `cargo run --release --bin lessons -- MODEL_DIR STORIES_TRAIN STORIES_VALID WORDS_JSON LANGUAGE OUT`.
//!
//! Of the candidates in the file of words, those are taken whose gaps the teacher fills best: a student cannot learn
//! what its teacher does not know. Gaps to learn from are of the texts that the teacher learned from, held-out ones of
//! the others.

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::{collections::HashMap, fs, ops::Range, path::Path};

    use burn::tensor::Device;
    use lectern::{
        checkpoint::stream_tensors,
        generation::read,
        learning::{Blank, GapLesson, PLACES, ShownGap},
        library::DiskFolder,
        models::{Bert, BertConfig, BertInput, BertOutputOptions, Precision},
        progress::Transfer,
        text::Tokenizer,
    };
    use pollster::block_on;

    /// A result whose error is printed at the end of the program.
    pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

    /// Words of a lesson.
    const WORDS: usize = 24;
    /// Gaps of a word to learn from, to test with, and to show.
    const LEARNT: usize = 170;
    const TESTED: usize = 40;
    const SHOWN: usize = 2;
    /// Gaps by which a candidate is judged.
    const JUDGED: usize = 40;
    /// Known context words.
    const VOCABULARY: usize = 3000;
    /// Words on each side of a gap that the teacher sees.
    const SIGHT: usize = 20;
    /// The line between two stories.
    const END: &str = "<|endoftext|>";

    /// A story and its words.
    struct Story {
        text: String,
        /// Bytes of each word.
        words: Vec<Range<usize>>,
    }

    impl Story {
        fn new(text: &str) -> Self {
            let mut words = Vec::new();
            let mut start = None;
            for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
                match (start, c.is_alphabetic()) {
                    (None, true) => start = Some(at),
                    (Some(first), false) => {
                        words.push(first..at);
                        start = None;
                    }
                    _ => (),
                }
            }
            Self { text: text.to_owned(), words }
        }

        fn word(&self, index: usize) -> String {
            self.text[self.words[index].clone()].to_lowercase()
        }
    }

    fn stories(path: &Path) -> Outcome<Vec<Story>> {
        let text = fs::read_to_string(path)?;
        Ok(text.split(END).map(|story| Story::new(story.trim())).collect())
    }

    /// A gap: a story and the word in it.
    #[derive(Clone, Copy)]
    struct Place {
        story: usize,
        word: usize,
    }

    /// The gaps of each word, in an order that spreads over the stories.
    fn places(stories: &[Story], words: &[String]) -> HashMap<String, Vec<Place>> {
        let mut found: HashMap<String, Vec<Place>> = HashMap::new();
        for (story, text) in stories.iter().enumerate() {
            for word in 0..text.words.len() {
                let name = text.word(word);
                if words.contains(&name) {
                    found.entry(name).or_default().push(Place { story, word });
                }
            }
        }
        for places in found.values_mut() {
            // Multiples of a prime, so that neighbours in the text are none in the order.
            let count = places.len();
            *places = (0..count).map(|index| places[index * 7919 % count]).collect();
        }
        found
    }

    struct Teacher {
        model: Bert,
        tokenizer: Tokenizer,
        mask: (u32, String),
    }

    impl Teacher {
        fn load(folder: &Path) -> Outcome<Self> {
            block_on(async {
                let config = BertConfig::from_json(&fs::read(folder.join("config.json"))?)?;
                let files = DiskFolder::new(folder);
                let transfer = Transfer::silent();
                let mut checkpoint = config.checkpoint(Precision::default(), Device::flex());
                stream_tensors(&files, &mut checkpoint, &transfer).await?;
                let tokenizer = Tokenizer::load(&files, &transfer).await?;
                let mask = tokenizer.mask().ok_or("the model has no mask")?;
                Ok(Self { model: checkpoint.finish()?, tokenizer, mask })
            })
        }

        /// The id of a word that is one token.
        fn id(&self, word: &str) -> Option<u32> {
            let ids = self.tokenizer.encode_texts(word, None, 8).ok()?.ids;
            (ids.len() == 3).then(|| ids[1])
        }

        /// The logits of some ids in a gap.
        fn logits(&self, stories: &[Story], place: Place, ids: &[u32]) -> Outcome<Vec<f32>> {
            let story = &stories[place.story];
            let first = place.word.saturating_sub(SIGHT);
            let last = (place.word + SIGHT).min(story.words.len() - 1);
            let gap = &story.words[place.word];
            let before = &story.text[story.words[first].start..gap.start];
            let after = &story.text[gap.end..story.words[last].end];
            let text = format!("{before}{}{after}", self.mask.1);
            let encoding = self.tokenizer.encode_texts(
                &text,
                None,
                self.model.config.max_position_embeddings,
            )?;
            let position = encoding.ids.iter().position(|id| *id == self.mask.0);
            let position = position.ok_or("the mask was cut off")?;
            let input = BertInput { ids: &encoding.ids, types: &encoding.types };
            let last = self.model.encode(&[input], BertOutputOptions::default()).last;
            let logits = self.model.masked_logits(last.narrow(0, position, 1));
            let logits = block_on(read(logits.ok_or("the model has no masked head")?))?;
            Ok(ids.iter().map(|id| logits[*id as usize]).collect())
        }
    }

    fn highest(logits: &[f32]) -> usize {
        let best = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        logits.iter().position(|logit| *logit >= best).unwrap_or_default()
    }

    /// The candidates whose gaps the teacher fills best, among these.
    fn best(teacher: &Teacher, valid: &[Story], candidates: Vec<String>) -> Outcome<Vec<String>> {
        let known: Vec<(String, u32)> =
            candidates.iter().filter_map(|word| Some((word.clone(), teacher.id(word)?))).collect();
        let ids: Vec<u32> = known.iter().map(|(_, id)| *id).collect();
        let found = places(valid, &candidates);
        let mut judged = Vec::new();
        for (index, (word, _)) in known.iter().enumerate() {
            let places = found.get(word).map_or(&[][..], |it| &it[..it.len().min(JUDGED)]);
            let mut right = 0;
            for place in places {
                right += usize::from(highest(&teacher.logits(valid, *place, &ids)?) == index);
            }
            if places.len() >= JUDGED / 4 {
                judged.push((right as f64 / places.len() as f64, word.clone()));
            }
        }
        judged.sort_by(|one, other| other.0.total_cmp(&one.0));
        judged.truncate(WORDS);
        for (share, word) in &judged {
            println!("{word}: {:.0} %", 100.0 * share);
        }
        Ok(judged.into_iter().map(|(_, word)| word).collect())
    }

    /// The ids of the most frequent words; 0 is for the others.
    fn vocabulary(stories: &[Story]) -> HashMap<String, u32> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for story in stories {
            (0..story.words.len())
                .for_each(|word| *counts.entry(story.word(word)).or_default() += 1);
        }
        let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
        counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        counts.into_iter().take(VOCABULARY - 1).zip(1..).map(|((word, _), id)| (word, id)).collect()
    }

    /// The ids around a gap.
    fn context(story: &Story, word: usize, ids: &HashMap<String, u32>) -> [u32; PLACES] {
        let half = PLACES / 2;
        std::array::from_fn(|place| {
            let at = if place < half {
                (word + place).checked_sub(half)
            } else {
                Some(word + place - half + 1)
            };
            let at = at.filter(|at| *at < story.words.len());
            at.and_then(|at| ids.get(&story.word(at)).copied()).unwrap_or_default()
        })
    }

    /// The sentence around a gap: the text before and after it.
    fn sentence(story: &Story, word: usize) -> (String, String) {
        let gap = &story.words[word];
        let ends = |c: char| ".!?\n".contains(c);
        let before = &story.text[..gap.start];
        let start = before.rfind(ends).map_or(0, |at| at + 1);
        let after = &story.text[gap.end..];
        let end = after.find(ends).map_or(after.len(), |at| at + 1);
        (before[start..].trim_start().to_owned(), after[..end].trim_end().to_owned())
    }

    pub fn run() -> Outcome<()> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let [model, train, valid, words, language, out] = &arguments[..] else {
            return Err(
                "six arguments are required, in the order of the program's description".into()
            );
        };
        let mut lists: HashMap<String, Vec<String>> = serde_json::from_slice(&fs::read(words)?)?;
        let candidates = lists.remove(language).ok_or("no words of that language")?;
        let (train, valid) = (stories(Path::new(train))?, stories(Path::new(valid))?);
        let teacher = Teacher::load(Path::new(model))?;
        let words = best(&teacher, &valid, candidates)?;
        let ids: Vec<u32> = words.iter().filter_map(|word| teacher.id(word)).collect();
        let known = vocabulary(&train);
        let gap = |stories: &[Story], place: Place, word: usize| -> Outcome<Blank> {
            let context = context(&stories[place.story], place.word, &known);
            Ok(Blank { context, word, teacher: teacher.logits(stories, place, &ids)? })
        };
        let (of_train, of_valid) = (places(&train, &words), places(&valid, &words));
        let (mut gaps, mut held_out, mut shown) = (Vec::new(), Vec::new(), Vec::new());
        for (index, word) in words.iter().enumerate() {
            for place in of_train.get(word).into_iter().flatten().take(LEARNT) {
                gaps.push(gap(&train, *place, index)?);
            }
            let mut left = SHOWN;
            for place in of_valid.get(word).into_iter().flatten().take(TESTED) {
                let gap = gap(&valid, *place, index)?;
                let (before, after) = sentence(&valid[place.story], place.word);
                let is_plain = before.chars().count() > 8 && (before.len() + after.len()) < 160;
                if left > 0 && is_plain && gap.probabilities()[index] > 0.5 {
                    left -= 1;
                    shown.push(ShownGap { gap: held_out.len(), before, after });
                }
                held_out.push(gap);
            }
        }
        let right = |gaps: &[Blank]| {
            let right = gaps.iter().filter(|gap| gap.choice() == gap.word).count();
            100.0 * right as f64 / gaps.len() as f64
        };
        println!(
            "{} gaps, of which the teacher fills {:.0} %; {} held out, {:.0} %; {} shown",
            gaps.len(),
            right(&gaps),
            held_out.len(),
            right(&held_out),
            shown.len()
        );
        let lesson = GapLesson { words, vocabulary: known.len() + 1, gaps, held_out, shown };
        Ok(fs::write(out, lesson.write()?)?)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> native::Outcome<()> {
    native::run()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
