//! Tasks about words in their sentences, for a probe on a model's layers: parts of speech, and which meaning a word has.

use crate::protocol::LabelledWord;

/// The parts of speech, by the names of Universal Dependencies (CONJ are both kinds of conjunctions there).
pub const PARTS: [&str; 12] =
    ["NOUN", "VERB", "ADJ", "ADV", "PRON", "DET", "ADP", "CONJ", "PART", "AUX", "NUM", "PUNCT"];

/// The line before the sentences to test with.
const HELD_OUT: &str = "# held out";
/// Of the sentences of each meaning, every third is to test with: one of those whose clue stands before the word, and one
/// of those where it comes after.
const EVERY: usize = 3;
/// Marks that no space comes before, and those that none comes after.
const CLOSING: &str = ".,!?:;…»)";
const OPENING: &str = "«(";

/// Words of sentences and the class of each, to learn from and to test with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WordTask {
    /// The sentences.
    pub texts: Vec<String>,
    /// Words to learn from.
    pub examples: Vec<LabelledWord>,
    /// Words to test with.
    pub tests: Vec<LabelledWord>,
    /// The classes' names.
    pub classes: Vec<String>,
}

impl WordTask {
    /// Parts of speech: a sentence a line, `word/TAG` for every word and mark. Returns `None` for a file that is none.
    pub fn parts(file: &str) -> Option<Self> {
        let classes = PARTS.map(str::to_owned).to_vec();
        let mut task = Self { classes, ..Self::default() };
        let mut is_held_out = false;
        for line in file.lines().filter(|line| !line.trim().is_empty()) {
            if line == HELD_OUT {
                is_held_out = true;
                continue;
            }
            let index = task.texts.len();
            let mut text = String::new();
            for pair in line.split(' ') {
                let (word, tag) = pair.rsplit_once('/')?;
                let label = PARTS.iter().position(|known| *known == tag)?;
                let is_glued = CLOSING.contains(word) || text.ends_with(|it| OPENING.contains(it));
                if !text.is_empty() && !is_glued {
                    text.push(' ');
                }
                let start = units(&text);
                text.push_str(word);
                let place = LabelledWord { text: index, start, end: units(&text), label };
                if is_held_out { task.tests.push(place) } else { task.examples.push(place) }
            }
            task.texts.push(text);
        }
        (!task.examples.is_empty() && !task.tests.is_empty()).then_some(task)
    }

    /// Meanings: for each word a line `# word | meaning | meaning`, then sentences with the number of the meaning before
    /// them and asterisks around the word. Returns `None` for a file that is none.
    pub fn meanings(file: &str) -> Option<Self> {
        let mut task = Self::default();
        let mut seen = [0usize; 2];
        for line in file.lines().filter(|line| !line.trim().is_empty()) {
            if let Some(head) = line.strip_prefix("# ") {
                let names: Vec<&str> = head.split(" | ").collect();
                let [word, meanings @ ..] = &names[..] else { return None };
                if meanings.len() != seen.len() {
                    return None;
                }
                task.classes.extend(meanings.iter().map(|meaning| format!("{word}: {meaning}")));
                seen = [0; 2];
                continue;
            }
            let (number, sentence) = line.split_once(' ')?;
            let meaning = number.parse::<usize>().ok().filter(|it| *it < seen.len())?;
            let [before, word, after] = sentence.split('*').collect::<Vec<_>>().try_into().ok()?;
            let label = task.classes.len().checked_sub(seen.len())? + meaning;
            let (start, end) = (units(before), units(before) + units(word));
            let place = LabelledWord { text: task.texts.len(), start, end, label };
            task.texts.push([before, word, after].concat());
            seen[meaning] += 1;
            let is_held_out = seen[meaning].is_multiple_of(EVERY);
            if is_held_out { task.tests.push(place) } else { task.examples.push(place) }
        }
        (!task.examples.is_empty() && !task.tests.is_empty()).then_some(task)
    }
}

/// Length in UTF-16 code units.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_put_together_as_they_are_written() {
        let file = "Она/PRON сказала/VERB :/PUNCT «/PUNCT Да/PART »/PUNCT ./PUNCT\n# held out\nA/DET cat/NOUN";
        let task = WordTask::parts(file).unwrap();
        assert_eq!(task.texts, ["Она сказала: «Да».", "A cat"]);
        assert_eq!((task.examples.len(), task.tests.len()), (7, 2));
        let LabelledWord { start, end, label, .. } = task.examples[4];
        assert_eq!((start, end, PARTS[label]), (14, 16, "PART"));
        assert_eq!(WordTask::parts("no tags\n# held out\na/DET"), None);
        assert_eq!(WordTask::parts("a/DET"), None);
    }

    #[test]
    fn every_third_sentence_of_a_meaning_is_to_test_with() {
        let sentences = |meaning| format!("{meaning} a *bank* here\n").repeat(3);
        let file = format!("# bank | river | money\n{}{}", sentences(0), sentences(1));
        let task = WordTask::meanings(&file).unwrap();
        assert_eq!(task.classes, ["bank: river", "bank: money"]);
        let labels = |all: &[LabelledWord]| all.iter().map(|it| it.label).collect::<Vec<_>>();
        assert_eq!((labels(&task.examples), labels(&task.tests)), (vec![0, 0, 1, 1], vec![0, 1]));
        assert_eq!((task.texts[0].as_str(), task.tests[0].start), ("a bank here", 2));
        assert_eq!(WordTask::meanings("2 a *bank*"), None);
        assert_eq!(WordTask::meanings("# bank | river | money\n0 no word"), None);
    }

    #[test]
    fn the_sites_tasks_are_tasks() {
        for language in ["en", "ru"] {
            let file = |name: &str| {
                std::fs::read_to_string(format!("web/lessons/{name}-{language}.txt")).unwrap()
            };
            let parts = WordTask::parts(&file("parts")).unwrap();
            assert!(parts.examples.len() > 1000 && parts.tests.len() > 450);
            let meanings = WordTask::meanings(&file("meanings")).unwrap();
            assert_eq!((meanings.examples.len(), meanings.tests.len()), (80, 40));
            assert_eq!(meanings.classes.len(), 20);
        }
    }
}
