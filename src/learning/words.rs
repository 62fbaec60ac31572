//! Bags of words: what a classifier can see of a text that knows nothing of language.

use std::collections::HashMap;

/// The words of some texts, each with an index.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WordBag {
    index: HashMap<String, usize>,
}

impl WordBag {
    /// Knows the words of these texts, in lower case.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut index = HashMap::new();
        for word in texts.into_iter().flat_map(words) {
            let next = index.len();
            index.entry(word).or_insert(next);
        }
        Self { index }
    }

    /// Returns the number of known words, and one more for the rest.
    pub fn width(&self) -> usize {
        self.index.len() + 1
    }

    /// Returns how often each known word is in the text, at unit length; words that are not known share the last
    /// number.
    pub fn vector(&self, text: &str) -> Vec<f32> {
        let mut counts = vec![0.0f32; self.width()];
        for word in words(text) {
            counts[self.index.get(&word).copied().unwrap_or(self.index.len())] += 1.0;
        }
        let length = counts.iter().map(|count| count * count).sum::<f32>().sqrt();
        if length > 0.0 {
            counts.iter_mut().for_each(|count| *count /= length);
        }
        counts
    }
}

/// The words of a text in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    let is_outside = |c: char| !c.is_alphanumeric();
    text.split(is_outside).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_whatever_their_case() {
        let bag = WordBag::new(["Кот и пёс.", "кот спит"]);
        assert_eq!(bag.width(), 5);
        let vector = bag.vector("КОТ, кот! Дом?");
        assert_eq!(vector.iter().filter(|count| **count > 0.0).count(), 2);
        assert!((vector.iter().map(|it| it * it).sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(vector[0] / vector[4], 2.0);
        assert_eq!(bag.vector("…"), [0.0; 5]);
    }
}
