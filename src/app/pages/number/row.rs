//! A row of weights, and the grids it goes through.

use std::ops::Range;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::address::sharing::choice;
use crate::app::strings::number as strings;
use crate::quantization::{ErrorFigures, Grid};

/// Weights of a group.
const GROUP: usize = 4;
/// More would not be told apart on the line.
const MOST_WEIGHTS: usize = 24;
/// Which of the first example's weights is looked at: the lecture's 0.5.
const FIRST_PICK: usize = 5;

/// Where a grid's ends are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ends {
    Spread,
    Symmetric,
    ByHand,
}

/// All that the page shows.
#[derive(Clone, Copy)]
pub struct Row {
    pub weights: RwSignal<Vec<f32>>,
    pub bits: RwSignal<u32>,
    pub ends: RwSignal<Ends>,
    /// The ends by hand.
    pub by_hand: RwSignal<(f32, f32)>,
    pub is_grouped: RwSignal<bool>,
    /// The weight that is looked at.
    pub picked: RwSignal<usize>,
}

/// A part of the row with a grid of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    pub places: Range<usize>,
    /// None where the ends make no sense.
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

    pub fn set_weight(self, place: usize, weight: f32) {
        if weight.is_finite() {
            self.weights.update(|all| all[place] = weight);
        }
    }

    /// The grids, one for all or one a group.
    pub fn lanes(self) -> Vec<Lane> {
        let weights = self.weights.get();
        let size = if self.is_grouped.get() { GROUP } else { weights.len() };
        let lane = |(number, group): (usize, &[f32])| {
            let first = number * size;
            Lane { places: first..first + group.len(), grid: self.grid(group) }
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

    /// Each weight's integer, and what it comes back as.
    pub fn there_and_back(self) -> Vec<Option<(i32, f32)>> {
        let weights = self.weights.get();
        let mut all = vec![None; weights.len()];
        for Lane { places, grid } in self.lanes() {
            for place in places {
                all[place] = grid.map(|grid| {
                    let integer = grid.quantize(weights[place]);
                    (integer, grid.dequantize(integer))
                });
            }
        }
        all
    }

    pub fn figures(self) -> Option<ErrorFigures> {
        let back: Option<Vec<f32>> =
            self.there_and_back().into_iter().map(|it| it.map(|(_, back)| back)).collect();
        back.map(|back| ErrorFigures::between(&self.weights.get(), &back))
    }
}
