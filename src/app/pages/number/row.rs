//! A row of weights, and its quantization grids.

use std::ops::Range;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::address::sharing::choice;
use crate::app::strings::number as strings;
use crate::quantization::{ErrorFigures, Grid};

/// Number of weights in a group.
const GROUP: usize = 4;
/// Maximum number of weights: more could not be distinguished on the line.
const MOST_WEIGHTS: usize = 24;
/// Index of the initially picked weight, the lecture's 0.5.
const FIRST_PICK: usize = 5;

/// The choice of a grid's range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ends {
    Spread,
    Symmetric,
    ByHand,
}

/// The page's state.
#[derive(Clone, Copy)]
pub struct Row {
    pub weights: RwSignal<Vec<f32>>,
    pub bits: RwSignal<u32>,
    pub ends: RwSignal<Ends>,
    /// The range for [`Ends::ByHand`].
    pub by_hand: RwSignal<(f32, f32)>,
    pub is_grouped: RwSignal<bool>,
    /// Index of the picked weight.
    pub picked: RwSignal<usize>,
}

/// A range of the row with a grid of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    pub indices: Range<usize>,
    /// The grid; `None` where the range is invalid.
    pub grid: Option<Grid>,
}

impl Row {
    pub fn new() -> Self {
        let (_, weights, bits, is_grouped) = strings::examples()[0];
        let are_weights = |all: &Vec<f32>| {
            (1..=MOST_WEIGHTS).contains(&all.len()) && all.iter().all(|weight| weight.is_finite())
        };
        let are_ends = |(from, to): &(f32, f32)| from.is_finite() && to.is_finite();
        Self {
            weights: choice("weights", weights.into(), are_weights),
            bits: choice("bits", bits, |bits| (2..=8).contains(bits)),
            ends: choice("ends", Ends::Spread, |_| true),
            by_hand: choice("range", (-1.0, 1.0), are_ends),
            is_grouped: choice("grouped", is_grouped, |_| true),
            picked: choice("picked", FIRST_PICK, |_| true),
        }
    }

    pub fn show(self, (_, weights, bits, is_grouped): strings::Example) {
        self.weights.set(weights.into());
        self.bits.set(bits);
        self.is_grouped.set(is_grouped);
        self.ends.set(Ends::Spread);
    }

    pub fn set_weight(self, index: usize, weight: f32) {
        if weight.is_finite() {
            self.weights.update(|all| all[index] = weight);
        }
    }

    /// Returns the grids: one for all weights, or one for each group.
    pub fn lanes(self) -> Vec<Lane> {
        let weights = self.weights.get();
        let size = if self.is_grouped.get() { GROUP } else { weights.len() };
        let lane = |(lane_index, group): (usize, &[f32])| {
            let first = lane_index * size;
            Lane { indices: first..first + group.len(), grid: self.grid(group) }
        };
        weights.chunks(size.max(1)).enumerate().map(lane).collect()
    }

    fn grid(self, group: &[f32]) -> Option<Grid> {
        let bits = self.bits.get();
        let minimum = group.iter().copied().fold(f32::INFINITY, f32::min);
        let maximum = group.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        match self.ends.get() {
            Ends::Spread => Grid::spread(bits, minimum, maximum),
            Ends::Symmetric => Grid::symmetric(bits, maximum.abs().max(minimum.abs())),
            Ends::ByHand => {
                let (from, to) = self.by_hand.get();
                Grid::spread(bits, from, to)
            }
        }
    }

    /// Returns each weight's integer and dequantized value.
    pub fn round_trip(self) -> Vec<Option<(i32, f32)>> {
        let weights = self.weights.get();
        let mut all = vec![None; weights.len()];
        for Lane { indices, grid } in self.lanes() {
            for index in indices {
                all[index] = grid.map(|grid| {
                    let integer = grid.quantize(weights[index]);
                    (integer, grid.dequantize(integer))
                });
            }
        }
        all
    }

    pub fn figures(self) -> Option<ErrorFigures> {
        let dequantized: Option<Vec<f32>> = self
            .round_trip()
            .into_iter()
            .map(|it| it.map(|(_, dequantized)| dequantized))
            .collect();
        dequantized.map(|dequantized| ErrorFigures::between(&self.weights.get(), &dequantized))
    }
}
