//! The model, dtype and context whose memory is computed.

use std::ops::RangeInclusive;

use leptos::prelude::*;

use crate::app::address::sharing::choice;
use crate::app::language::t;
use crate::app::strings::size as strings;
use crate::quantization::{BitBudget, CacheShape};

/// A name in the page's language.
pub type Name = fn() -> &'static str;

/// A model with known figures.
pub struct Known {
    pub name: Name,
    /// Number of weights, in billions.
    billions: f64,
    layers: f64,
    /// Number of key/value heads times their size.
    width: f64,
    /// Context length, as a power of two.
    context: u32,
}

/// Figures of the models' configurations; the lecture's 8 billion have the shape of Llama 3 8B.
pub const MODELS: [Known; 6] = [
    Known { name: || "GPT-2", billions: 0.124, layers: 12.0, width: 768.0, context: 10 },
    Known { name: || "BERT large", billions: 0.336, layers: 0.0, width: 0.0, context: 9 },
    Known { name: || "GPT-2 XL", billions: 1.558, layers: 48.0, width: 1600.0, context: 10 },
    Known { name: || t!(size.lectures), billions: 8.0, layers: 32.0, width: 1024.0, context: 13 },
    Known { name: || "Llama 3 70B", billions: 70.6, layers: 80.0, width: 1024.0, context: 13 },
    Known { name: || "GPT-3", billions: 175.0, layers: 96.0, width: 12_288.0, context: 11 },
];
const FIRST: usize = 3;

const fn grouped(bits: u32, group: u32, factor_bits: u32, has_minimum: bool) -> BitBudget {
    BitBudget { bits, group: Some(group), factor_bits, has_minimum }
}

/// Formats of weights, from many bits to few.
pub const WEIGHTS: [(Name, BitBudget); 10] = [
    (|| "f32", BitBudget::plain(32)),
    (|| "f16", BitBudget::plain(16)),
    (|| "q8_0", grouped(8, 32, 16, false)),
    (|| "int8", BitBudget::plain(8)),
    (|| "int4-g32-asymmetric", grouped(4, 32, 32, true)),
    (|| "int4-g32", grouped(4, 32, 32, false)),
    (|| "q4_1", grouped(4, 32, 16, true)),
    (|| "q4_0", grouped(4, 32, 16, false)),
    (|| "int4-g128", grouped(4, 128, 32, false)),
    (|| t!(size.bare_four), BitBudget::plain(4)),
];

const CACHE_BITS: [u32; 3] = [32, 16, 8];
/// Context lengths, as powers of two.
pub const CONTEXT: RangeInclusive<u32> = 7..=17;

/// The choices of the page.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Number of weights, in billions.
    pub billions: RwSignal<f64>,
    pub layers: RwSignal<f64>,
    pub width: RwSignal<f64>,
    /// Context length, as a power of two.
    pub context: RwSignal<u32>,
    /// Index in [`WEIGHTS`].
    pub weights: RwSignal<usize>,
    cache_bits: RwSignal<u32>,
}

impl Plan {
    /// Begins with the lecture's values.
    pub fn new() -> Self {
        let first = &MODELS[FIRST];
        let is_size = |size: &f64| size.is_finite() && *size >= 0.0;
        Self {
            billions: choice("billions", first.billions, is_size),
            layers: choice("layers", first.layers, is_size),
            width: choice("width", first.width, is_size),
            context: choice("context", first.context, |power| CONTEXT.contains(power)),
            weights: choice("scheme", 0, |index| *index < WEIGHTS.len()),
            cache_bits: choice("cache", 16, |bits| CACHE_BITS.contains(bits)),
        }
    }

    pub fn choose(self, index: usize) {
        let model = &MODELS[index];
        self.billions.set(model.billions);
        self.layers.set(model.layers);
        self.width.set(model.width);
        self.context.set(model.context);
    }

    pub fn is_model(self, index: usize) -> bool {
        let model = &MODELS[index];
        (self.billions.get(), self.layers.get(), self.width.get())
            == (model.billions, model.layers, model.width)
    }

    pub fn parameters(self) -> u64 {
        (self.billions.get() * 1e9).round() as u64
    }

    pub fn cache_choice(self) -> usize {
        let bits = self.cache_bits.get();
        CACHE_BITS.iter().position(|it| *it == bits).unwrap_or_default()
    }

    pub fn choose_cache(self, index: usize) {
        self.cache_bits.set(CACHE_BITS[index]);
    }

    /// Returns the bytes of the weights.
    pub fn weight_bytes(self) -> f64 {
        WEIGHTS[self.weights.get()].1.bytes(self.parameters())
    }

    /// Returns the bytes of the cache of one text as long as the context.
    pub fn cache_bytes(self) -> f64 {
        let shape = CacheShape { layers: self.layers.get() as u32, width: self.width.get() as u32 };
        shape.bytes(1 << self.context.get(), self.cache_bits.get())
    }

    pub fn bytes(self) -> f64 {
        self.weight_bytes() + self.cache_bytes()
    }

    /// Returns the sum as a text.
    pub fn sum(self) -> String {
        let bits = WEIGHTS[self.weights.get()].1.bits_per_weight();
        strings::sum(self.parameters(), bits, self.weight_bytes(), self.cache_bytes())
    }
}
