//! The key/value cache of a whole model.

use burn::tensor::Device;

use super::Gpt2Config;
use crate::kernels::KeyValueCache;

/// Keys and values of the tokens a model has seen, for every layer: a token is computed once, and each later
/// one only attends to it.
#[derive(Debug)]
pub struct Cache {
    /// None while the layer computes with it: tensors that nobody else holds are written where they stand.
    layers: Vec<Option<KeyValueCache>>,
    past: usize,
    /// Tokens that all layers have seen.
    filled: usize,
    capacity: usize,
}

impl Cache {
    /// An empty cache of a capacity of `capacity` tokens.
    pub fn new(config: &Gpt2Config, capacity: usize, device: &Device) -> Self {
        let layer =
            |_| Some(KeyValueCache::new(config.n_head, capacity, config.head_size(), device));
        Self { layers: (0..config.n_layer).map(layer).collect(), past: 0, filled: 0, capacity }
    }

    /// Tokens in it.
    pub fn past(&self) -> usize {
        self.past
    }

    /// Its capacity in tokens.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Go back to where only `past` tokens had been seen, or forward again to where more had: what was
    /// computed stays until other tokens are written over it.
    ///
    /// # Panics
    /// If so many tokens were never seen.
    pub fn set_past(&mut self, past: usize) {
        assert!(past <= self.filled, "{past} tokens of {} seen", self.filled);
        self.past = past;
    }

    /// A layer's part, for as long as the layer computes.
    pub(super) fn take(&mut self, layer: usize) -> KeyValueCache {
        self.layers[layer].take().expect("a layer's cache is given back before it runs again")
    }

    /// Give it back.
    pub(super) fn put(&mut self, layer: usize, cache: KeyValueCache) {
        self.layers[layer] = Some(cache);
    }

    /// So many more tokens were seen, by all layers or by the first ones alone.
    pub(super) fn advance(&mut self, tokens: usize, by_all: bool) {
        self.past += tokens;
        if by_all {
            self.filled = self.filled.max(self.past);
        }
    }
}
