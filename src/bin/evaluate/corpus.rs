//! Stories in a file, their sentences, and runs of words that a text shares with them.

use std::{collections::HashMap, fs, io, path::Path};

/// The mark between two stories, on a line of its own: the end-of-text token of GPT-2.
pub const END: &str = "<|endoftext|>";

/// Number of words of an indexed run: shorter ones are everybody's.
const INDEXED: usize = 3;

/// Reads the stories of a file.
pub fn stories(path: &Path) -> io::Result<Vec<String>> {
    let text = fs::read_to_string(path)?;
    let stories = text.split(END).map(str::trim).filter(|story| !story.is_empty());
    Ok(stories.map(str::to_owned).collect())
}

/// Returns the sentences of a story: each ends with a mark, and perhaps a quotation mark after it.
pub fn sentences(story: &str) -> Vec<&str> {
    let is_end =
        |text: &str| text.trim_end_matches(['"', '»', '”']).ends_with(['.', '!', '?', '…']);
    let mut sentences = Vec::new();
    for paragraph in story.lines().map(str::trim) {
        let mut start = 0;
        for (space, _) in paragraph.match_indices(' ') {
            let next = paragraph[space..].trim_start().chars().next();
            // A lower-case letter or a dash goes on with the sentence, as in “Yes!” she said.
            let begins = next.is_some_and(|it| it.is_uppercase() || "\"«“".contains(it));
            if begins && is_end(&paragraph[start..space]) {
                sentences.push(paragraph[start..space].trim());
                start = space;
            }
        }
        sentences.push(paragraph[start..].trim());
    }
    sentences.retain(|sentence| sentence.contains(char::is_alphabetic));
    sentences
}

/// Returns the words of a text in lower case.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|it: char| !it.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// All words of a set of stories, and where each short run of them begins.
pub struct Index {
    words: Vec<String>,
    starts: HashMap<[u64; INDEXED], Vec<usize>>,
    ids: HashMap<String, u64>,
}

impl Index {
    /// Indexes the stories.
    pub fn new(stories: &[String]) -> Self {
        let mut index = Self { words: Vec::new(), starts: HashMap::new(), ids: HashMap::new() };
        for story in stories {
            index.words.extend(words(story));
            // No run goes on into the next story.
            index.words.push(String::new());
        }
        for word in &index.words {
            let next = index.ids.len() as u64;
            index.ids.entry(word.clone()).or_insert(next);
        }
        for (start, run) in index.words.windows(INDEXED).enumerate() {
            let run = std::array::from_fn(|at| index.ids[&run[at]]);
            index.starts.entry(run).or_default().push(start);
        }
        index
    }

    /// Returns the longest run of words that the text shares with one story; empty if it is shorter than three words.
    pub fn longest_shared(&self, text: &str) -> String {
        let text = words(text);
        let mut longest = 0..0;
        for start in 0..text.len().saturating_sub(INDEXED - 1) {
            let run: Vec<u64> = (start..start + INDEXED)
                .filter_map(|at| self.ids.get(&text[at]).copied())
                .collect();
            let Ok(run) = <[u64; INDEXED]>::try_from(run) else { continue };
            for &found in self.starts.get(&run).into_iter().flatten() {
                let pairs = text[start..].iter().zip(&self.words[found..]);
                let length = pairs.take_while(|(one, other)| one == other).count();
                if length > longest.len() {
                    longest = start..start + length;
                }
            }
        }
        text[longest].join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_at_their_marks() {
        let story = "Маша пошла в лес. «Ау!» — крикнула она.\n\nНикто не ответил… Она ждала.";
        let expected =
            ["Маша пошла в лес.", "«Ау!» — крикнула она.", "Никто не ответил…", "Она ждала."];
        assert_eq!(sentences(story), expected);
        let story = "\"Stop!\" he said. \"Why?\" she asked. They left";
        assert_eq!(sentences(story), ["\"Stop!\" he said.", "\"Why?\" she asked.", "They left"]);
        assert!(sentences("— …\n").is_empty());
    }

    #[test]
    fn the_longest_shared_run_stays_within_a_story() {
        let stories = ["The cat sat on the mat.", "It was warm there, and the cat slept."];
        let index = Index::new(&stories.map(str::to_owned));
        assert_eq!(index.longest_shared("A cat sat on the roof"), "cat sat on the");
        assert_eq!(index.longest_shared("on the MAT; it was warm there!"), "it was warm there");
        assert_eq!(index.longest_shared("the mat it"), "");
        assert_eq!(index.longest_shared("nothing of the kind"), "");
    }
}
