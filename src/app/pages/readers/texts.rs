//! Two sentences as the readers go over them, and the word that they are compared by.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::address::sharing;
use crate::app::model::{Model, Question, when_rested, when_unable};
use crate::app::strings::readers as strings;
use crate::view_model::{Likeness, likenesses};
use crate::worker::protocol::{Ability, Event, Reading, Request};

/// Pause in typing after which the engine is asked.
const REST: Duration = Duration::from_millis(220);
/// Words that are shown to be likely.
const LIKELY: usize = 3;
/// Layers of the built-in models, the words' vectors included.
const LAYERS: usize = 3;

/// ELMo's parameters of a mixture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mixture {
    /// w_j, before the softmax.
    pub scalars: Vec<f32>,
    /// γ.
    pub gamma: f32,
}

impl Mixture {
    fn even(layers: usize) -> Self {
        Self { scalars: vec![0.0; layers], gamma: 1.0 }
    }
}

/// A sentence and its reading.
#[derive(Clone, Copy)]
pub struct Sentence {
    pub text: RwSignal<String>,
    pub reading: RwSignal<Option<Arc<Reading>>>,
    question: Question,
}

impl Sentence {
    fn new(model: Model, text: RwSignal<String>) -> Self {
        let sentence = Self { text, reading: RwSignal::new(None), question: Question::new(model) };
        when_unable(model, Ability::Read, move || sentence.reading.set(None));
        when_rested(
            REST,
            move || {
                let handle = model.answering().get()?;
                model.can(Ability::Read).then(|| (text.get(), handle))
            },
            move |(text, _)| sentence.ask(text),
        );
        sentence
    }

    fn ask(self, text: String) {
        if text.trim().is_empty() {
            self.question.cancel();
            return self.reading.set(None);
        }
        let request = move |model| Request::Read { model, text, count: LIKELY };
        let is_asked = self.question.ask(request, move |event| {
            if let Event::Read { reading } = event {
                self.reading.set(Some(Arc::new(*reading)));
            }
        });
        if !is_asked {
            self.reading.set(None);
        }
    }

    /// The vector of a word in each layer.
    fn vectors(reading: &Reading, word: usize) -> Vec<&[f32]> {
        let row = word * reading.size..(word + 1) * reading.size;
        reading.layers.iter().map(|layer| &layer[row.clone()]).collect()
    }
}

/// The state that the page's panels share.
#[derive(Clone, Copy)]
pub struct Texts {
    pub first: Sentence,
    pub second: Sentence,
    /// Index of the picked word of the first sentence.
    pub cursor: RwSignal<usize>,
    pub mixture: RwSignal<Mixture>,
}

impl Texts {
    pub fn new(model: Model) -> Self {
        let [first, second] = strings::examples()[0].1;
        let draft = |name, parameter, text| sharing::draft(name, parameter, text);
        let first = Sentence::new(model, draft("readers-first", "text", first));
        let second = Sentence::new(model, draft("readers-second", "second", second));
        let is_mixture = |it: &Mixture| {
            it.gamma.is_finite() && it.scalars.iter().all(|scalar| scalar.is_finite())
        };
        let texts = Self {
            first,
            second,
            cursor: sharing::choice("word", strings::examples()[0].2, |_| true),
            mixture: sharing::choice("mixture", Mixture::even(LAYERS), is_mixture),
        };
        // Another model may have other layers; its mixture begins with equal weights.
        Effect::new(move |_| {
            let Some(layers) = first.reading.with(|it| it.as_ref().map(|it| it.layers.len()))
            else {
                return;
            };
            if texts.mixture.with_untracked(|it| it.scalars.len() != layers) {
                texts.mixture.set(Mixture::even(layers));
            }
            let last = first.reading.with(|it| it.as_ref().map_or(0, |it| it.words.len())) - 1;
            if texts.cursor.get_untracked() > last {
                texts.cursor.set(last);
            }
        });
        texts
    }

    /// The picked word.
    pub fn word(self) -> Option<String> {
        let reading = self.first.reading.get()?;
        Some(reading.words.get(self.cursor.get())?.text.clone())
    }

    /// Index of the picked word in the second sentence, if it is there.
    pub fn in_second(self) -> Option<usize> {
        let word = self.word()?;
        let reading = self.second.reading.get()?;
        reading.words.iter().position(|it| it.text == word)
    }

    /// How like the picked word's vectors in the two sentences are: a row for each layer, and one for the mixture.
    pub fn likenesses(self) -> Option<Vec<[Likeness; 3]>> {
        let (first, second) = (self.first.reading.get()?, self.second.reading.get()?);
        let word = self.cursor.get();
        (word < first.words.len()).then_some(())?;
        let other = self.in_second()?;
        let Mixture { scalars, gamma } = self.mixture.get();
        let vectors = [Sentence::vectors(&first, word), Sentence::vectors(&second, other)];
        let is_of_both = vectors.iter().all(|it| it.len() == scalars.len());
        is_of_both.then(|| likenesses(&vectors[0], &vectors[1], &scalars, gamma))
    }

    /// The picked word's vector in each layer of the first sentence.
    pub fn strips(self) -> Vec<Vec<f32>> {
        let Some(reading) = self.first.reading.get() else { return Vec::new() };
        let word = self.cursor.get();
        if word >= reading.words.len() {
            return Vec::new();
        }
        Sentence::vectors(&reading, word).into_iter().map(<[f32]>::to_vec).collect()
    }

    /// Whether what is to be seen is a recording.
    pub fn is_recorded(self) -> bool {
        self.first.question.is_recorded.get() || self.second.question.is_recorded.get()
    }
}
