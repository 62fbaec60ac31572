//! A word's vectors in every layer: requested from the engine, compared and mixed here.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::address::sharing;
use crate::app::charts::{Kind, Line};
use crate::app::components::Rows;
use crate::app::model::{Model, Question, when_rested, when_unable};
use crate::embeddings::{cosine, mix, similarities};
use crate::view_model::{
    charts::Square,
    word::{find, utf16},
};
use crate::worker::protocol::{Ability, Event, Layers, Occurrence, Request};

/// Pause in typing after which the engine is asked.
const REST: Duration = Duration::from_millis(220);
/// Maximum number of a word's meanings.
pub const MEANINGS: usize = 3;

/// The word in one of the sentences.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Id of the sentence's row.
    pub row: u32,
    /// Position in the list, from 1.
    pub number: usize,
    pub occurrence: Occurrence,
    /// The sentence's segments: before the word, the word, after it.
    pub segments: [String; 3],
}

/// The vectors of the word in every layer.
#[derive(Debug)]
pub struct Vectors {
    pub found: Vec<Found>,
    /// Embeddings, then each layer: row-major `[occurrences, size]`.
    pub layers: Vec<Vec<f32>>,
    /// Size of a vector.
    pub size: usize,
}

impl Vectors {
    /// Returns the vector of an occurrence in one layer.
    fn of(&self, layer: &[f32], occurrence: usize) -> Vec<f32> {
        layer[occurrence * self.size..][..self.size].to_vec()
    }

    /// Returns the cosine of two occurrences, layer by layer.
    pub fn curve(&self, (first, second): (usize, usize)) -> Vec<f32> {
        let at = |layer: &Vec<f32>| cosine(&self.of(layer, first), &self.of(layer, second));
        self.layers.iter().map(at).collect()
    }

    /// Returns all pairs of occurrences.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let count = self.found.len();
        (0..count).flat_map(move |first| (first + 1..count).map(move |second| (first, second)))
    }
}

/// A mixture of the layers: ELMo's parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mixture {
    /// s_j before the softmax, one for each layer.
    pub scalars: Vec<f32>,
    /// γ, the scale.
    pub gamma: f32,
}

impl Mixture {
    fn is_even(&self) -> bool {
        self.gamma == 1.0 && self.scalars.iter().all(|scalar| *scalar == 0.0)
    }
}

/// The result of a mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixed {
    pub map: Arc<Square>,
    /// The mean length of the mixed vectors, which γ scales.
    pub length: f64,
}

/// Options, and results.
#[derive(Clone, Copy)]
pub struct Study {
    pub word: RwSignal<String>,
    pub rows: Rows,
    pub question: Question,
    pub vectors: RwSignal<Option<Arc<Vectors>>>,
    pub mixture: RwSignal<Mixture>,
    pub seconds: RwSignal<Option<f64>>,
}

impl Study {
    pub fn new(model: Model, word: RwSignal<String>, rows: Rows) -> Self {
        let study = Self {
            word,
            rows,
            question: Question::new(model),
            vectors: RwSignal::new(None),
            mixture: RwSignal::new(Mixture { scalars: Vec::new(), gamma: 1.0 }),
            seconds: RwSignal::new(None),
        };
        let info = model.info();
        // Another model has other layers; its mixture begins with equal weights.
        let layers = Memo::new(move |_| info.with(|it| it.as_ref().map(|it| it.layers + 1)));
        let requested = StoredValue::new(sharing::requested::<Mixture>("mixture"));
        Effect::new(move |_| {
            if let Some(layers) = layers.get() {
                let even = Mixture { scalars: vec![0.0; layers], gamma: 1.0 };
                // The address' mixture is that of the first model.
                let requested = requested.try_update_value(Option::take).flatten();
                study
                    .mixture
                    .set(requested.filter(|it| it.scalars.len() == layers).unwrap_or(even));
            }
        });
        let mixed = move || Some(study.mixture.get()).filter(|it| !it.is_even());
        sharing::keep("mixture", mixed, None);
        let found = study.found();
        when_unable(model, Ability::Embed, move || study.vectors.set(None));
        when_rested(
            REST,
            move || {
                let (layers, handle) =
                    info.with(|it| it.as_ref().map(|it| (it.layers, it.model)))?;
                model.can(Ability::Embed).then(|| (found.get(), layers, handle))
            },
            move |(found, layers, _)| study.ask(found, layers),
        );
        study
    }

    /// Returns the sentences that contain the word.
    pub fn found(self) -> Memo<Vec<Found>> {
        Memo::new(move |_| {
            let word = self.word.get();
            let rows = self.rows.get().into_iter().enumerate();
            rows.filter_map(|(index, row)| {
                let (start, end) = find(&row.text, &word)?;
                let text = &row.text;
                let segments = [&text[..start], &text[start..end], &text[end..]].map(str::to_owned);
                let (start, end) = (utf16(text, start), utf16(text, end));
                let occurrence = Occurrence { text: row.text.clone(), start, end };
                Some(Found { row: row.id, number: index + 1, occurrence, segments })
            })
            .collect()
        })
    }

    /// Returns the curves: a thin one for each pair, and the mean of either kind. The pair under the pointer is
    /// highlighted instead.
    pub fn lines(self, pointed: Option<(usize, usize)>) -> Vec<Line> {
        let Some(vectors) = self.vectors.get() else { return Vec::new() };
        let mut lines: Vec<Line> = vectors
            .pairs()
            .map(|pair| Line {
                kind: self.kind(&vectors, pair),
                values: vectors.curve(pair),
                is_strong: pointed.is_some_and(|(a, b)| (a.min(b), a.max(b)) == pair),
            })
            .collect();
        if !lines.iter().any(|line| line.is_strong) {
            let means = [Kind::Same, Kind::Other].map(|kind| mean(&lines, kind));
            lines.extend(means.into_iter().flatten());
        }
        lines
    }

    /// Returns the similarities of the mixed vectors.
    pub fn mixed(self) -> Option<Mixed> {
        let vectors = self.vectors.get()?;
        let Mixture { scalars, gamma } = self.mixture.get();
        if scalars.len() != vectors.layers.len() {
            return None;
        }
        let layers: Vec<&[f32]> = vectors.layers.iter().map(Vec::as_slice).collect();
        let mixed = mix(&layers, &scalars, gamma);
        let labels = vectors.found.iter().map(|found| found.number.to_string()).collect();
        let map = Square::of_similarities(labels, similarities(&mixed, vectors.size));
        let length = |row: &[f32]| row.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        let total: f64 = mixed.chunks_exact(vectors.size).map(length).sum();
        Some(Mixed { map: Arc::new(map), length: total / vectors.found.len().max(1) as f64 })
    }

    /// Returns the mean similarity of pairs of the same meaning, and of other pairs.
    pub fn means(self, map: &Square) -> [Option<f32>; 2] {
        let Some(vectors) = self.vectors.get() else { return [None, None] };
        [Kind::Same, Kind::Other].map(|kind| {
            let of_kind = vectors.pairs().filter(|pair| self.kind(&vectors, *pair) == kind);
            let (sum, count) = of_kind.fold((0.0, 0), |(sum, count), (first, second)| {
                (sum + map.weight(first, second), count + 1)
            });
            (count > 0).then(|| sum / count as f32)
        })
    }

    fn kind(self, vectors: &Vectors, (first, second): (usize, usize)) -> Kind {
        let meaning = |occurrence: usize| self.rows.group(vectors.found[occurrence].row);
        if meaning(first) == meaning(second) { Kind::Same } else { Kind::Other }
    }

    fn ask(self, found: Vec<Found>, layers: usize) {
        if found.len() < 2 {
            self.question.cancel();
            return self.vectors.set(None);
        }
        let occurrences = found.iter().map(|found| found.occurrence.clone()).collect();
        let all = Layers::Concatenation { layers: (0..=layers as i32).collect() };
        let request = move |model| Request::EmbedWords { model, occurrences, layers: all };
        let is_asked = self.question.ask(request, move |event| {
            if let Event::Embedded { vectors, size, .. } = event {
                self.seconds.set(self.question.seconds());
                let size = size / (layers + 1);
                let layer = |layer: usize| {
                    let rows = vectors.chunks_exact(size * (layers + 1));
                    rows.flat_map(|row| row[layer * size..][..size].iter().copied()).collect()
                };
                let layers = (0..=layers).map(layer).collect();
                let found = found.clone();
                self.vectors.set(Some(Arc::new(Vectors { found, layers, size })));
            }
        });
        if !is_asked {
            self.vectors.set(None);
        }
    }
}

fn mean(lines: &[Line], kind: Kind) -> Option<Line> {
    let of_kind: Vec<&Line> = lines.iter().filter(|line| line.kind == kind).collect();
    let layers = of_kind.first()?.values.len();
    let at = |layer: usize| {
        of_kind.iter().map(|line| line.values[layer]).sum::<f32>() / of_kind.len() as f32
    };
    Some(Line { kind, values: (0..layers).map(at).collect(), is_strong: true })
}
