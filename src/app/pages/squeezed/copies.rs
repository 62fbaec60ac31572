//! Three copies of the model, one question: they answer one after the other, so that each one's speed is its own.

use std::collections::VecDeque;

use leptos::prelude::*;

use super::column::Column;
use crate::app::address::sharing::{self, asked, choice};
use crate::app::model::Model;
use crate::quantization::Fit;
use crate::worker::protocol::{GenerateOptions, Keep, Quantization};

/// The lecture's steps, with their names in the address.
const SQUEEZED: [(&str, Quantization); 2] =
    [("second", Quantization::Int8), ("third", Quantization::Int4)];

/// The copies, and what they are asked. The first one is what the others are compared with.
#[derive(Clone, Copy)]
pub struct Copies {
    pub columns: [Column; 3],
    /// What stays in more bits in all but the first.
    pub keep: RwSignal<Keep>,
    pub fit: RwSignal<Fit>,
    /// The token whose distribution is shown, by its place in the text.
    pub position: RwSignal<usize>,
    pub is_writing: Memo<bool>,
    pub is_scoring: Memo<bool>,
    /// The prompt that was written on, and how: a copy that changes writes on it again.
    asked: StoredValue<Option<(String, GenerateOptions)>>,
    writers: StoredValue<VecDeque<usize>>,
}

impl Copies {
    pub fn new(model: Model) -> Self {
        let keep = choice("keep", Keep::default(), |_| true);
        let fit = choice("fit", Fit::default(), |_| true);
        let [eight, four] = SQUEEZED.map(|(parameter, quantization)| {
            let asked = asked(parameter).unwrap_or(quantization);
            let copy = model.sibling(asked);
            copy.selection
                .update(|it| (it.keep, it.fit) = (keep.get_untracked(), fit.get_untracked()));
            let now = move || copy.selection.with(|it| it.quantization);
            sharing::keep(parameter, now, quantization);
            copy
        });
        let columns = [model, eight, four].map(Column::new);
        let any = move |is_open: fn(&Column) -> bool| {
            Memo::new(move |_| {
                // All are tracked, whichever comes first.
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
            asked: StoredValue::new(None),
            writers: StoredValue::new(VecDeque::new()),
        };
        copies.follow_models();
        copies.follow_position();
        copies
    }

    /// What was written by another model is forgotten; a copy that comes in other weights writes anew.
    fn follow_models(self) {
        for (place, column) in self.columns.into_iter().enumerate() {
            let handle = column.model.info();
            let handle = Memo::new(move |_| handle.with(|info| info.as_ref().map(|it| it.model)));
            Effect::new(move |before: Option<Option<u32>>| {
                let now = handle.get();
                if before.is_some_and(|before| before != now) {
                    column.clear();
                    if place == 0 {
                        self.columns[1..].iter().for_each(|column| column.clear());
                        self.asked.set_value(None);
                    }
                    if now.is_some() && self.asked.with_value(Option::is_some) {
                        self.queue(place);
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
                if !self.is_writing.get() {
                    column.ask_next(position, first);
                }
            });
        }
    }

    /// Let all of them write on.
    pub fn write(self, prompt: String, options: GenerateOptions) {
        self.writers.update_value(VecDeque::clear);
        self.columns.iter().for_each(|column| column.clear_text());
        self.asked.set_value(Some((prompt, options)));
        (0..self.columns.len()).for_each(|place| self.queue(place));
    }

    /// One after the other.
    fn queue(self, place: usize) {
        self.writers.update_value(|writers| {
            if !writers.contains(&place) {
                writers.push_back(place);
            }
        });
        let is_free = !self.columns.iter().any(|column| column.writing.is_open.get_untracked());
        if is_free {
            self.write_next();
        }
    }

    fn write_next(self) {
        let Some((prompt, options)) = self.asked.get_value() else { return };
        // One that is still to come writes when it has.
        while let Some(place) = self.writers.try_update_value(VecDeque::pop_front).flatten() {
            let column = self.columns[place];
            if column.model.handle().is_none() {
                continue;
            }
            return column.write(prompt, options, move || {
                if place == 0 {
                    self.position.set(column.prompt.get_untracked());
                }
                self.write_next();
            });
        }
    }

    /// Stop writing; what there is stays.
    pub fn stop_writing(self) {
        self.writers.update_value(VecDeque::clear);
        self.columns.iter().for_each(|column| column.writing.stop());
    }

    /// Measure all of them on a text, the others beside the first.
    pub fn measure(self, text: String) {
        self.columns.iter().for_each(|column| column.clear_score());
        self.measure_from(0, text);
    }

    fn measure_from(self, place: usize, text: String) {
        let Some(column) = self.columns.get(place).copied() else { return };
        let first = (place > 0).then_some(self.columns[0]);
        column.measure(text.clone(), first, move |is_complete| {
            if is_complete {
                self.measure_from(place + 1, text.clone());
            }
        });
    }

    /// Stop measuring; what there is stays.
    pub fn stop_scoring(self) {
        self.columns.iter().for_each(|column| column.scoring.stop());
    }
}
