//! The tiny students of the hidden word: each predicts which of a few words stands in a gap, from the words around it.
//!
//! logits = b + Σ over places p of U_p · E[word at p]: an embedding for each context word, and weights for each place.
//! A student that knew its context words without their places would learn far less. Two students begin with the same
//! numbers and see the same batches; one learns from the words themselves, the other from its teacher's distribution
//! (Hinton et al. 2015, section 3: a digit that the student never saw).

use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::adam::{Adam, AdamOptions};
use super::distillation::kd;
use super::softmax::softmax;

/// Number of context words: as many before the gap as after it.
pub const PLACES: usize = 12;
/// Size of an embedding.
const WIDTH: usize = 16;
/// Largest magnitude of the first numbers.
const START: f32 = 0.1;
/// Streams of a seed's random numbers.
const NUMBERS: u64 = 0;
const ORDER: u64 = 1;

/// A gap with its context.
#[derive(Debug, Clone, PartialEq)]
pub struct Blank {
    /// Ids of the context words.
    pub context: [u32; PLACES],
    /// The word that was there, as an index among the classes.
    pub word: usize,
    /// The teacher's logits of the classes.
    pub teacher: Vec<f32>,
}

impl Blank {
    /// Returns the teacher's probability of each class.
    pub fn probabilities(&self) -> Vec<f32> {
        let logits: Vec<f64> = self.teacher.iter().map(|logit| f64::from(*logit)).collect();
        softmax(&logits, 1.0).into_iter().map(|share| share as f32).collect()
    }

    /// Returns the teacher's first choice.
    pub fn choice(&self) -> usize {
        let best = self.teacher.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        self.teacher.iter().position(|logit| *logit >= best).unwrap_or_default()
    }
}

/// What a student learns from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lesson {
    /// The temperature of both distributions.
    pub temperature: f64,
    /// Weight of the teacher's distribution; 1 − α is that of the word itself.
    pub alpha: f64,
    /// Whether the teacher's term is multiplied by T².
    pub squared: bool,
}

/// A student.
#[derive(Debug, Clone)]
pub struct Student {
    embeddings: Vec<f32>,
    /// `[classes, places, width]`.
    weights: Vec<f32>,
    bias: Vec<f32>,
    moments: [Adam; 3],
}

impl Student {
    /// Begins with the numbers of a seed.
    pub fn new(vocabulary: usize, classes: usize, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(NUMBERS);
        let mut numbers = |count| (0..count).map(|_| random.random_range(-START..START)).collect();
        Self {
            embeddings: numbers(vocabulary * WIDTH),
            weights: numbers(classes * PLACES * WIDTH),
            bias: vec![0.0; classes],
            moments: Default::default(),
        }
    }

    /// Returns the number of weights.
    pub fn parameters(&self) -> usize {
        self.embeddings.len() + self.weights.len() + self.bias.len()
    }

    /// The embeddings of a context, one place after the other.
    fn input(&self, context: &[u32; PLACES]) -> Vec<f32> {
        let row = |word: &u32| &self.embeddings[*word as usize * WIDTH..][..WIDTH];
        context.iter().flat_map(row).copied().collect()
    }

    /// Returns the logits of the classes.
    pub fn logits(&self, context: &[u32; PLACES]) -> Vec<f64> {
        let input = self.input(context);
        let rows = self.weights.chunks_exact(PLACES * WIDTH).zip(&self.bias);
        let product = |row: &[f32]| row.iter().zip(&input).map(|(w, x)| w * x).sum::<f32>();
        rows.map(|(row, bias)| f64::from(product(row) + bias)).collect()
    }

    /// Returns the probabilities of the classes; `bias` is added to one class's logit.
    pub fn probabilities(&self, context: &[u32; PLACES], bias: Option<(usize, f64)>) -> Vec<f64> {
        let mut logits = self.logits(context);
        if let Some((class, bias)) = bias {
            logits[class] += bias;
        }
        softmax(&logits, 1.0)
    }

    /// Trains one step on a batch. Returns the loss before it.
    pub fn step(&mut self, batch: &[&Blank], lesson: &Lesson, rate: f64) -> f64 {
        let classes = self.bias.len();
        let student: Vec<f64> = batch.iter().flat_map(|it| self.logits(&it.context)).collect();
        let teacher: Vec<f64> =
            batch.iter().flat_map(|it| it.teacher.iter().map(|logit| f64::from(*logit))).collect();
        let words: Vec<usize> = batch.iter().map(|it| it.word).collect();
        let Lesson { temperature, alpha, squared } = *lesson;
        let found = kd(&student, &teacher, &words, temperature, alpha, squared);
        let mut by_embeddings = vec![0.0; self.embeddings.len()];
        let mut by_weights = vec![0.0; self.weights.len()];
        let mut by_bias = vec![0.0; classes];
        for (blank, errors) in batch.iter().zip(found.gradient.chunks_exact(classes)) {
            let input = self.input(&blank.context);
            let mut back = [0.0; PLACES * WIDTH];
            for (class, error) in errors.iter().map(|error| *error as f32).enumerate() {
                by_bias[class] += error;
                let row = class * PLACES * WIDTH..(class + 1) * PLACES * WIDTH;
                let slopes = by_weights[row.clone()].iter_mut().zip(&input);
                slopes.for_each(|(slope, x)| *slope += error * x);
                let own = back.iter_mut().zip(&self.weights[row]);
                own.for_each(|(back, w)| *back += error * w);
            }
            for (word, back) in blank.context.iter().zip(back.chunks_exact(WIDTH)) {
                let slopes = by_embeddings[*word as usize * WIDTH..][..WIDTH].iter_mut();
                slopes.zip(back).for_each(|(slope, back)| *slope += back);
            }
        }
        let options = AdamOptions::default();
        let [of_embeddings, of_weights, of_bias] = &mut self.moments;
        of_embeddings.step(&mut self.embeddings, &by_embeddings, rate, &options);
        of_weights.step(&mut self.weights, &by_weights, rate, &options);
        of_bias.step(&mut self.bias, &by_bias, rate, &options);
        found.loss
    }
}

/// The order of the examples: all of them before any comes again, shuffled anew each time, by the seed.
pub struct Batches {
    order: Vec<usize>,
    next: usize,
    random: ChaCha8Rng,
}

impl Batches {
    /// An order of so many examples.
    pub fn new(examples: usize, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(ORDER);
        Self { order: (0..examples).collect(), next: examples, random }
    }

    /// Returns the indices of the next batch; a batch larger than all examples has some of them twice.
    pub fn next(&mut self, size: usize) -> Vec<usize> {
        if self.order.is_empty() {
            return Vec::new();
        }
        let one = |_| {
            if self.next >= self.order.len() {
                self.order.shuffle(&mut self.random);
                self.next = 0;
            }
            self.next += 1;
            self.order[self.next - 1]
        };
        (0..size).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: u32 = 40;

    /// The word in the gap is told by the word before it; the teacher is nearly sure of it.
    fn blanks(count: u32) -> Vec<Blank> {
        let one = |index: u32| {
            let mut context = [0; PLACES];
            for (place, word) in context.iter_mut().enumerate() {
                *word = (index * 7 + place as u32 * 11) % VOCABULARY;
            }
            let word = (context[PLACES / 2 - 1] % 4) as usize;
            let teacher = (0..4).map(|class| if class == word { 4.0 } else { 0.0 }).collect();
            Blank { context, word, teacher }
        };
        (0..count).map(one).collect()
    }

    fn trained(blanks: &[Blank], lesson: Lesson, seed: u64) -> Student {
        let mut student = Student::new(VOCABULARY as usize, 4, seed);
        let mut batches = Batches::new(blanks.len(), seed);
        for _ in 0..300 {
            let batch: Vec<&Blank> = batches.next(16).into_iter().map(|it| &blanks[it]).collect();
            student.step(&batch, &lesson, 0.01);
        }
        student
    }

    #[test]
    fn it_learns_from_words_and_from_its_teacher() {
        let blanks = blanks(80);
        for alpha in [0.0, 1.0] {
            let student = trained(&blanks, Lesson { temperature: 2.0, alpha, squared: true }, 3);
            let is_right = |it: &&Blank| student.probabilities(&it.context, None)[it.word] > 0.6;
            assert_eq!(blanks.iter().filter(is_right).count(), blanks.len(), "alpha {alpha}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_numbers_bit_by_bit() {
        let blanks = blanks(30);
        let lesson = Lesson { temperature: 1.0, alpha: 0.5, squared: true };
        let [first, again, other] = [5, 5, 6].map(|seed| trained(&blanks, lesson, seed));
        assert_eq!(first.weights, again.weights);
        assert_ne!(first.weights, other.weights);
    }

    #[test]
    fn all_examples_come_before_any_comes_again() {
        let mut batches = Batches::new(10, 1);
        let mut seen: Vec<usize> = (0..5).flat_map(|_| batches.next(2)).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
        assert_eq!(batches.next(25).len(), 25);
        assert!(Batches::new(0, 1).next(4).is_empty());
    }
}
