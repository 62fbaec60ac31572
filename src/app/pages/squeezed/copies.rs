//! Three copies of the model with one prompt: they run one after the other, so that the speed of each is its own.

use std::collections::VecDeque;

use leptos::prelude::*;

use super::column::Column;
use crate::app::address::sharing::{self, choice, requested};
use crate::app::model::Model;
use crate::quantization::Fit;
use crate::worker::protocol::{GenerateOptions, Keep, Quantization};

/// The lecture's schemes, with their names in the address.
const SQUEEZED: [(&str, Quantization); 2] =
    [("second", Quantization::Int8), ("third", Quantization::Int4)];

/// The copies and their prompt. The first one is the reference of the others.
#[derive(Clone, Copy)]
pub struct Copies {
    pub columns: [Column; 3],
    /// The parts that keep more bits in all copies but the first.
    pub keep: RwSignal<Keep>,
    pub fit: RwSignal<Fit>,
    /// Position in the text of the token whose distribution is shown.
    pub position: RwSignal<usize>,
    pub is_writing: Memo<bool>,
    pub is_scoring: Memo<bool>,
    /// Whether the texts are recordings.
    pub is_recorded: RwSignal<bool>,
    /// The last prompt with its options: a copy that changes generates from it again.
    last_request: StoredValue<Option<(String, GenerateOptions)>>,
    writers: StoredValue<VecDeque<usize>>,
}

impl Copies {
    pub fn new(model: Model) -> Self {
        let keep = choice("keep", Keep::default(), |_| true);
        let fit = choice("fit", Fit::default(), |_| true);
        let [eight, four] = SQUEEZED.map(|(parameter, quantization)| {
            let quantization = requested(parameter).unwrap_or(quantization);
            let copy = model.sibling(quantization);
            copy.selection
                .update(|it| (it.keep, it.fit) = (keep.get_untracked(), fit.get_untracked()));
            let now = move || copy.selection.with(|it| it.quantization);
            sharing::keep(parameter, now, quantization);
            copy
        });
        let columns = [model, eight, four].map(Column::new);
        let any = move |is_open: fn(&Column) -> bool| {
            Memo::new(move |_| {
                // Counts all instead of stopping at the first, so that all are tracked.
                columns.iter().filter(|column| is_open(column)).count() > 0
            })
        };
        let copies = Self {
            columns,
            keep,
            fit,
            position: RwSignal::new(0),
            is_writing: any(|column| column.writing.is_open.get()),
            is_scoring: any(|column| column.scoring.is_open.get()),
            is_recorded: RwSignal::new(false),
            last_request: StoredValue::new(None),
            writers: StoredValue::new(VecDeque::new()),
        };
        copies.follow_models();
        copies.follow_position();
        copies
    }

    /// Clears texts of another model; a copy that is reloaded with other weights generates anew.
    fn follow_models(self) {
        for (index, column) in self.columns.into_iter().enumerate() {
            let model = column.model;
            let loaded = move || model.loaded.with(|it| it.as_ref().map(|it| it.info.model));
            let loaded = Memo::new(move |_| loaded());
            Effect::new(move |before: Option<Option<u32>>| {
                let now = loaded.get();
                let is_recorded = untrack(|| self.is_recorded.get() && model.has_recording());
                if before.is_some_and(|before| before != now) && !is_recorded {
                    column.clear();
                    if index == 0 {
                        self.columns[1..].iter().for_each(|column| column.clear());
                        self.is_recorded.set(false);
                        self.last_request.set_value(None);
                    }
                    if now.is_some() && self.last_request.with_value(Option::is_some) {
                        self.queue(index);
                    }
                }
                now
            });
        }
        for column in &self.columns[1..] {
            let model = column.model;
            Effect::new(move |before: Option<()>| {
                let (keep, fit) = (self.keep.get(), self.fit.get());
                if before.is_some() {
                    model.change(|it| (it.keep, it.fit) = (keep, fit));
                }
            });
        }
    }

    fn follow_position(self) {
        let [first, ..] = self.columns;
        for column in self.columns {
            Effect::new(move |_| {
                let position = self.position.get();
                first.stats.track();
                column.stats.track();
                if !self.is_writing.get() && !self.is_recorded.get() {
                    column.ask_next(position, first);
                }
            });
        }
    }

    /// Shows the recorded texts of all copies for this prompt, unless there are texts, or none recorded.
    pub fn replay(self, prompt: String, options: GenerateOptions) {
        let is_empty = self.columns.iter().all(|column| column.tokens.with(Vec::is_empty));
        if !is_empty || self.is_writing.get() {
            return;
        }
        // Before the texts: the distributions are recorded too, and nothing asks for others.
        self.is_recorded.set(true);
        let has_all =
            self.columns.map(|it| it.replay(prompt.clone(), options.clone())).iter().all(|it| *it);
        if has_all {
            self.position.set(self.columns[0].prompt.get());
        } else {
            self.is_recorded.set(false);
            self.columns.iter().for_each(|column| column.clear_text());
        }
    }

    /// Shows the distributions at another position; a recording has those of one alone.
    pub fn look_at(self, position: usize) {
        if !self.is_recorded.get_untracked() {
            self.position.set(position);
        }
    }

    /// Generates with all copies.
    pub fn write(self, prompt: String, options: GenerateOptions) {
        self.is_recorded.set(false);
        self.writers.update_value(VecDeque::clear);
        self.columns.iter().for_each(|column| column.clear_text());
        self.last_request.set_value(Some((prompt, options)));
        (0..self.columns.len()).for_each(|index| self.queue(index));
    }

    /// Queues a copy: one generates after the other.
    fn queue(self, index: usize) {
        self.writers.update_value(|writers| {
            if !writers.contains(&index) {
                writers.push_back(index);
            }
        });
        let is_free = !self.columns.iter().any(|column| column.writing.is_open.get_untracked());
        if is_free {
            self.write_next();
        }
    }

    fn write_next(self) {
        let Some((prompt, options)) = self.last_request.get_value() else { return };
        // A copy that is still loading generates when it has loaded.
        while let Some(index) = self.writers.try_update_value(VecDeque::pop_front).flatten() {
            let column = self.columns[index];
            if column.model.handle().is_none() {
                continue;
            }
            return column.write(prompt, options, move || {
                if index == 0 {
                    self.position.set(column.prompt.get_untracked());
                }
                self.write_next();
            });
        }
    }

    /// Stops generating; the texts so far stay.
    pub fn stop_writing(self) {
        self.writers.update_value(VecDeque::clear);
        self.columns.iter().for_each(|column| column.writing.stop());
    }

    /// Measures the perplexity of a text with all copies, the others compared with the first.
    pub fn measure(self, text: String) {
        self.columns.iter().for_each(|column| column.clear_score());
        self.measure_from(0, text);
    }

    fn measure_from(self, index: usize, text: String) {
        let Some(column) = self.columns.get(index).copied() else { return };
        let first = (index > 0).then_some(self.columns[0]);
        column.measure(text.clone(), first, move |is_complete| {
            if is_complete {
                self.measure_from(index + 1, text.clone());
            }
        });
    }

    /// Stops measuring; the results so far stay.
    pub fn stop_scoring(self) {
        self.columns.iter().for_each(|column| column.scoring.stop());
    }
}
