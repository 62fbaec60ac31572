//! The sentences as vectors: asked of the engine while they are typed, and compared here.

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

/// The engine is asked when the keys rest.
const REST: Duration = Duration::from_millis(220);

/// A sentence that has something in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its row's.
    pub id: u32,
    /// As the list counts, from 1.
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

/// What the charts show.
#[derive(Debug)]
pub struct Compared {
    pub items: Vec<Item>,
    /// Numbers in a vector.
    pub size: usize,
    /// Tokens that were cut off, by row.
    pub cut: HashMap<u32, usize>,
    pub map: Arc<Square>,
    /// Places in `items`, nearest first.
    pub pairs: Vec<(usize, usize, f32)>,
    pub points: Vec<Point>,
}

/// How long the last answer took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    pub texts: usize,
    pub tokens: usize,
    pub seconds: f64,
}

/// What is asked, and what is known.
#[derive(Clone, Copy)]
pub struct Board {
    rows: Rows,
    question: Question,
    /// None: as the model was trained.
    pub pooling: RwSignal<Option<Pooling>>,
    pub layers: RwSignal<Layers>,
    pub compared: RwSignal<Option<Arc<Compared>>>,
    pub timing: RwSignal<Option<Timing>>,
    /// Texts done, and in all, of a request that takes its time.
    pub progress: RwSignal<Option<(usize, usize)>>,
    /// What was read with these options by this model: only new sentences are asked for.
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
        let asked = StoredValue::new(sharing::asked::<Layers>("layers"));
        Effect::new(move |_| {
            if info.with(|info| info.as_ref().map(|info| info.layers)).is_some() {
                // The address' layers are those of the first model.
                let asked = asked.try_update_value(Option::take).flatten();
                board.layers.set(asked.unwrap_or_default());
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

    /// Is an answer still to come?
    pub fn is_asking(self) -> bool {
        self.question.is_open.get()
    }

    fn items(self) -> Vec<Item> {
        let rows = self.rows.get().into_iter().enumerate();
        rows.filter(|(_, row)| !row.text.trim().is_empty())
            .map(|(place, row)| Item { id: row.id, number: place + 1, text: row.text })
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
        let started = js_sys::Date::now();
        let asked = texts.clone();
        let request = move |model| Request::Embed { model, texts, options };
        self.question.ask(request, move |event| match event {
            Event::TextsDone { done, total } => self.progress.set(Some((done, total))),
            Event::Embedded { vectors, size, tokens, cut } => {
                let seconds = (js_sys::Date::now() - started) / 1e3;
                self.progress.set(None);
                self.timing.set(Some(Timing {
                    texts: asked.len(),
                    tokens: tokens.iter().sum(),
                    seconds,
                }));
                self.known.update_value(|known| {
                    let numbers = tokens.iter().zip(&cut);
                    let rows = vectors.chunks_exact(size.max(1)).zip(numbers);
                    for (text, (vector, (&tokens, &cut))) in asked.iter().zip(rows) {
                        known.insert(text.clone(), Read { vector: vector.into(), tokens, cut });
                    }
                });
                self.show(items.clone());
            }
            _ => (),
        });
    }

    /// Compare these sentences, all of which are known by now.
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
            let mut places = principal_components(&vectors, size);
            if let Some(before) = before {
                keep_sides(&mut places, &items, before);
            }
            let point = |(item, place): (&Item, [f32; 2])| Point {
                key: item.id,
                number: item.number,
                text: item.text.clone(),
                place,
            };
            items.iter().zip(places).map(point).collect()
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

    /// The tokens of all sentences on the board.
    pub fn tokens(self) -> Option<usize> {
        let compared = self.compared.get()?;
        self.known.with_value(|known| {
            let read = |item: &Item| known.get(&item.text).map(|read| read.tokens);
            compared.items.iter().map(read).sum()
        })
    }
}

/// A component's sign is free: choose it so that the points stay on the side where they were.
fn keep_sides(places: &mut [[f32; 2]], items: &[Item], before: &Compared) {
    for axis in 0..2 {
        let agreement: f32 = items
            .iter()
            .zip(places.iter())
            .filter_map(|(item, place)| {
                let before = before.points.iter().find(|point| point.key == item.id)?;
                Some(before.place[axis] * place[axis])
            })
            .sum();
        if agreement < 0.0 {
            places.iter_mut().for_each(|place| place[axis] = -place[axis]);
        }
    }
}
