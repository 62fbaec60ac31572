//! The sentences as vectors: requested from the engine during typing, and compared here.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use crate::app::address::sharing;
use crate::app::charts::Point;
use crate::app::components::Rows;
use crate::app::model::{Model, Question, when_rested, when_unable};
use crate::embeddings::{nearest_pairs, principal_components, similarities};
use crate::view_model::charts::Square;
use crate::worker::protocol::{Ability, EmbedOptions, Event, Layers, Pooling, Request};

/// Pause in typing after which the engine is asked.
const REST: Duration = Duration::from_millis(220);

/// A sentence that is not blank.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Id of its row.
    pub id: u32,
    /// Position in the list, from 1.
    pub number: usize,
    pub text: String,
}

/// One sentence as the engine read it.
#[derive(Debug, Clone)]
struct Read {
    vector: Vec<f32>,
    tokens: usize,
    cut: usize,
}

/// The data of the charts.
#[derive(Debug)]
pub struct Compared {
    pub items: Vec<Item>,
    /// Size of a vector.
    pub size: usize,
    /// Number of tokens that were cut off, by row.
    pub cut: HashMap<u32, usize>,
    pub map: Arc<Square>,
    /// Indices in `items` with their cosine, nearest first.
    pub pairs: Vec<(usize, usize, f32)>,
    pub points: Vec<Point>,
}

/// Duration of the last answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    pub texts: usize,
    pub tokens: usize,
    pub seconds: f64,
}

/// Options, and results.
#[derive(Clone, Copy)]
pub struct Board {
    rows: Rows,
    pub question: Question,
    /// The pooling; `None` for the one that the model was trained with.
    pub pooling: RwSignal<Option<Pooling>>,
    pub layers: RwSignal<Layers>,
    pub compared: RwSignal<Option<Arc<Compared>>>,
    pub timing: RwSignal<Option<Timing>>,
    /// Texts done, and in all, of a request that takes long.
    pub progress: RwSignal<Option<(usize, usize)>>,
    /// Sentences read by this model with these options: only new ones are requested.
    known: StoredValue<HashMap<String, Read>>,
    known_for: StoredValue<Option<(u32, EmbedOptions)>>,
}

impl Board {
    pub fn new(model: Model, rows: Rows) -> Self {
        let board = Self {
            rows,
            question: Question::new(model),
            pooling: sharing::choice("pooling", None, |_| true),
            layers: RwSignal::new(Layers::default()),
            compared: RwSignal::new(None),
            timing: RwSignal::new(None),
            progress: RwSignal::new(None),
            known: StoredValue::new(HashMap::new()),
            known_for: StoredValue::new(None),
        };
        let info = model.info();
        // The next model may have fewer layers; all have a last one.
        let requested = StoredValue::new(sharing::requested::<Layers>("layers"));
        Effect::new(move |_| {
            if info.with(|info| info.as_ref().map(|info| info.layers)).is_some() {
                // The address' layers are those of the first model.
                let requested = requested.try_update_value(Option::take).flatten();
                board.layers.set(requested.unwrap_or_default());
            }
        });
        sharing::keep("layers", move || board.layers.get(), Layers::default());
        when_unable(model, Ability::Embed, move || board.compared.set(None));
        when_rested(
            REST,
            move || {
                let handle = info.with(|info| info.as_ref().map(|info| info.model))?;
                let options = EmbedOptions {
                    pooling: board.pooling.get(),
                    normalize: Some(true),
                    layers: board.layers.get(),
                    ..EmbedOptions::default()
                };
                model.can(Ability::Embed).then(|| (board.items(), handle, options))
            },
            move |(items, handle, options)| board.ask(items, handle, options),
        );
        board
    }

    fn items(self) -> Vec<Item> {
        let rows = self.rows.get().into_iter().enumerate();
        rows.filter(|(_, row)| !row.text.trim().is_empty())
            .map(|(index, row)| Item { id: row.id, number: index + 1, text: row.text })
            .collect()
    }

    fn ask(self, items: Vec<Item>, model: u32, options: EmbedOptions) {
        let asked_for = Some((model, options.clone()));
        if self.known_for.with_value(|known| *known != asked_for) {
            self.known_for.set_value(asked_for);
            self.known.update_value(HashMap::clear);
        }
        let mut texts: Vec<String> = self.known.with_value(|known| {
            let new = items.iter().filter(|item| !known.contains_key(&item.text));
            new.map(|item| item.text.clone()).collect()
        });
        texts.sort_unstable();
        texts.dedup();
        self.progress.set(None);
        if texts.is_empty() {
            self.question.cancel();
            return self.show(items);
        }
        let requested = texts.clone();
        let request = move |model| Request::Embed { model, texts, options };
        let is_asked = self.question.ask(request, move |event| match event {
            Event::TextsDone { done, total } => self.progress.set(Some((done, total))),
            Event::Embedded { vectors, size, tokens, cut } => {
                self.progress.set(None);
                self.timing.set(self.question.seconds().map(|seconds| Timing {
                    texts: requested.len(),
                    tokens: tokens.iter().sum(),
                    seconds,
                }));
                self.known.update_value(|known| {
                    let numbers = tokens.iter().zip(&cut);
                    let rows = vectors.chunks_exact(size.max(1)).zip(numbers);
                    for (text, (vector, (&tokens, &cut))) in requested.iter().zip(rows) {
                        known.insert(text.clone(), Read { vector: vector.into(), tokens, cut });
                    }
                });
                self.show(items.clone());
            }
            _ => (),
        });
        if !is_asked {
            self.compared.set(None);
        }
    }

    /// Compares these sentences, all of which have been read.
    fn show(self, items: Vec<Item>) {
        let reads: Option<Vec<Read>> = self
            .known
            .with_value(|known| items.iter().map(|item| known.get(&item.text).cloned()).collect());
        let Some(reads) = reads.filter(|reads| !reads.is_empty()) else {
            return self.compared.set(None);
        };
        let size = reads[0].vector.len();
        let vectors: Vec<f32> = reads.iter().flat_map(|read| read.vector.iter().copied()).collect();
        let matrix = similarities(&vectors, size);
        let pairs = nearest_pairs(&matrix, items.len());
        let labels = items.iter().map(|item| item.number.to_string()).collect();
        let points = self.compared.with_untracked(|before| {
            let mut positions = principal_components(&vectors, size);
            if let Some(before) = before {
                keep_sides(&mut positions, &items, before);
            }
            let point = |(item, position): (&Item, [f32; 2])| Point {
                key: item.id,
                number: item.number,
                text: item.text.clone(),
                position,
            };
            items.iter().zip(positions).map(point).collect()
        });
        let cut = items.iter().zip(&reads).filter(|(_, read)| read.cut > 0);
        let compared = Compared {
            cut: cut.map(|(item, read)| (item.id, read.cut)).collect(),
            map: Arc::new(Square::of_similarities(labels, matrix)),
            items,
            size,
            pairs,
            points,
        };
        self.compared.set(Some(Arc::new(compared)));
    }

    /// Returns the number of tokens of all sentences on the board.
    pub fn tokens(self) -> Option<usize> {
        let compared = self.compared.get()?;
        self.known.with_value(|known| {
            let read = |item: &Item| known.get(&item.text).map(|read| read.tokens);
            compared.items.iter().map(read).sum()
        })
    }
}

/// Chooses the signs of principal components, which are arbitrary, so that points stay on their sides.
fn keep_sides(positions: &mut [[f32; 2]], items: &[Item], before: &Compared) {
    for axis in 0..2 {
        let agreement: f32 = items
            .iter()
            .zip(positions.iter())
            .filter_map(|(item, position)| {
                let before = before.points.iter().find(|point| point.key == item.id)?;
                Some(before.position[axis] * position[axis])
            })
            .sum();
        if agreement < 0.0 {
            positions.iter_mut().for_each(|position| position[axis] = -position[axis]);
        }
    }
}
