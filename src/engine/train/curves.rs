//! Accuracy by the number of labels, for the lanes that are fitted at once: many small problems, on vectors that are
//! computed once.

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    classifier::{token_ids, vectors},
    teach::PENALTY,
};
use crate::{
    engine::{loaded::Loaded, pause::Pacing},
    error::Result,
    learning::{Head, WordBag, share_right},
    progress::CancelToken,
    protocol::{Event, Example, Lane, LearningCurve},
};

/// A request for curves.
pub(super) struct Curves<'a> {
    pub(super) examples: Vec<Example>,
    pub(super) tests: Vec<Example>,
    pub(super) classes: usize,
    pub(super) sizes: Vec<usize>,
    pub(super) draws: usize,
    pub(super) seed: u32,
    pub(super) cancel: &'a CancelToken,
}

impl Curves<'_> {
    pub(super) async fn run(&self, loaded: &Loaded) -> Result<Event> {
        let encoder = &loaded.encoder()?.model;
        let ids = |examples: &[Example]| {
            examples.iter().map(|it| token_ids(loaded, &it.text)).collect::<Result<Vec<_>>>()
        };
        let own = vectors(encoder, &ids(&self.examples)?, self.cancel).await?;
        let tests = vectors(encoder, &ids(&self.tests)?, self.cancel).await?;
        let size = encoder.config.hidden_size;
        let labels: Vec<usize> = self.tests.iter().map(|it| it.label).collect();
        let [mut words, mut features] = [Vec::new(), Vec::new()];
        let mut pacing = Pacing::new(self.cancel);
        for (index, count) in self.sizes.iter().enumerate() {
            let (mut of_words, mut of_features) = (Vec::new(), Vec::new());
            for draw in 0..self.draws {
                pacing.between().await?;
                let stream = (index * self.draws + draw) as u64;
                let drawn = self.draw(*count, stream);
                let drawn_labels: Vec<usize> =
                    drawn.iter().map(|it| self.examples[*it].label).collect();
                let rows: Vec<f32> =
                    drawn.iter().flat_map(|it| &own[it * size..(it + 1) * size]).copied().collect();
                let head = Head::fit(&rows, &drawn_labels, self.classes, PENALTY);
                let found = tests.chunks_exact(size).map(|row| head.logits(row));
                of_features.push(share_right(found, labels.iter()));

                let texts = || drawn.iter().map(|it| self.examples[*it].text.as_str());
                let bag = WordBag::new(texts());
                let rows: Vec<f32> = texts().flat_map(|text| bag.vector(text)).collect();
                let head = Head::fit(&rows, &drawn_labels, self.classes, PENALTY);
                let found = self.tests.iter().map(|it| head.logits(&bag.vector(&it.text)));
                of_words.push(share_right(found, labels.iter()));
            }
            words.push(of_words);
            features.push(of_features);
        }
        let curve = |lane, accuracies| LearningCurve { lane, accuracies };
        let curves = vec![curve(Lane::Words, words), curve(Lane::Features, features)];
        Ok(Event::LearningCurves { curves })
    }

    /// So many examples of each class, as many as there are.
    fn draw(&self, count: usize, stream: u64) -> Vec<usize> {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed.into());
        random.set_stream(stream);
        let mut drawn = Vec::new();
        for class in 0..self.classes {
            let is_own = |index: &usize| self.examples[*index].label == class;
            let mut own: Vec<usize> = (0..self.examples.len()).filter(is_own).collect();
            own.shuffle(&mut random);
            drawn.extend(own.into_iter().take(count));
        }
        drawn
    }
}
