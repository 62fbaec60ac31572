//! A taste by rule, which raters have and a policy is never shown: words that they like to read, and a dislike of
//! repetition. It stands for what people mean, of which a reward model learns only what rankings tell.

use std::collections::HashSet;

use rand::{RngExt, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

/// Most different liked words that count.
const MOST: usize = 3;
/// What a text of nothing but repetitions costs.
const PRICE: f64 = 2.0;
/// Letters of a word whose repetition is noticed, at least.
const LONG: usize = 4;

/// The taste.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taste {
    words: HashSet<String>,
}

impl Taste {
    /// A taste for these words, in all their forms that are named.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self { words: words.into_iter().map(str::to_lowercase).collect() }
    }

    /// The worth of a text: its different liked words, at most 3, minus twice the share of its longer words that were
    /// there before.
    pub fn worth(&self, text: &str) -> f64 {
        let lowercase = text.to_lowercase();
        let words: Vec<&str> =
            lowercase.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty()).collect();
        let liked: HashSet<&&str> = words.iter().filter(|it| self.words.contains(**it)).collect();
        let long: Vec<&&str> = words.iter().filter(|it| it.chars().count() >= LONG).collect();
        let different: HashSet<&&&str> = long.iter().collect();
        let repeated = (long.len() - different.len()) as f64 / long.len().max(1) as f64;
        liked.len().min(MOST) as f64 - PRICE * repeated
    }

    /// A ranking of texts from the best to the worst; texts of the same worth in an order by chance.
    pub fn ranking(&self, texts: &[&str], random: &mut ChaCha8Rng) -> Vec<usize> {
        let mut order: Vec<(usize, f64)> =
            texts.iter().map(|text| self.worth(text)).enumerate().collect();
        order.shuffle(random);
        order.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        order.into_iter().map(|(index, _)| index).collect()
    }
}

/// With the probability `noise` a ranking in an order by chance, else as it is.
pub fn with_noise(mut ranking: Vec<usize>, noise: f64, random: &mut ChaCha8Rng) -> Vec<usize> {
    if random.random::<f64>() < noise {
        ranking.shuffle(random);
    }
    ranking
}

/// Letters that a word's forms have in common, where they are told apart by their ends.
const STEM: usize = 4;

/// Whether an answer keeps to the subject of an instruction: it has a longer word of it, in any form.
pub fn keeps_to_subject(answer: &str, instruction: &str) -> bool {
    let stems = |text: &str| -> HashSet<String> {
        let lowercase = text.to_lowercase();
        let words = lowercase.split(|c: char| !c.is_alphanumeric());
        words
            .filter(|word| word.chars().count() >= STEM)
            .map(|word| word.chars().take(STEM).collect())
            .collect()
    };
    !stems(answer).is_disjoint(&stems(instruction))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn liked_words_count_once_and_repetition_costs() {
        let taste = Taste::new(["king", "Queen", "girl", "boy"]);
        assert_eq!(taste.worth("The king met a queen."), 2.0);
        assert_eq!(taste.worth("King, king, king!"), 1.0 - 2.0 * 2.0 / 3.0);
        assert_eq!(taste.worth("king queen girl boy"), 3.0);
        assert_eq!(taste.worth("a b a b"), 0.0);
        assert_eq!(taste.worth(""), 0.0);
        assert_eq!(Taste::new(["мама"]).worth("«Мама», — сказала"), 1.0);
    }

    #[test]
    fn forms_of_a_word_are_one_subject() {
        assert!(keeps_to_subject("Кошка сказала «мяу».", "Как говорит кошку?"));
        assert!(keeps_to_subject("He rolled two balls.", "A story about a ball"));
        assert!(!keeps_to_subject("He was sad.", "A story about a ball"));
        assert!(!keeps_to_subject("", "a cat"));
    }

    #[test]
    fn a_ranking_is_by_worth_and_noise_is_by_chance() {
        let taste = Taste::new(["king", "queen"]);
        let texts = ["no", "king queen", "king"];
        let mut random = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(taste.ranking(&texts, &mut random), [1, 2, 0]);
        assert_eq!(with_noise(vec![1, 2, 0], 0.0, &mut random), [1, 2, 0]);
        let shuffled =
            |seed| with_noise((0..9).collect(), 1.0, &mut ChaCha8Rng::seed_from_u64(seed));
        assert_ne!(shuffled(1), shuffled(2));
        assert_eq!(shuffled(3), shuffled(3));
    }
}
