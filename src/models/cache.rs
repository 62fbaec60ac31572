//! The key/value cache of a whole model.

use burn::tensor::Device;

use super::Gpt2Config;
use crate::kernels::KeyValueCache;

/// Keys and values of the tokens a model has seen, for every layer: a token is computed once, and each later
/// one only attends to it.
#[derive(Debug)]
pub struct Cache {
    /// `None` while the layer computes with it: tensors with one owner are written in place.
    layers: Vec<Option<KeyValueCache>>,
    past: usize,
    /// Number of tokens that all layers have seen.
    filled: usize,
    capacity: usize,
}

impl Cache {
    /// An empty cache for `capacity` tokens.
    pub fn new(config: &Gpt2Config, capacity: usize, device: &Device) -> Self {
        let layer =
            |_| Some(KeyValueCache::new(config.n_head, capacity, config.head_size(), device));
        Self { layers: (0..config.n_layer).map(layer).collect(), past: 0, filled: 0, capacity }
    }

    /// Number of tokens in it.
    pub fn past(&self) -> usize {
        self.past
    }

    /// Its capacity in tokens.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Sets the number of tokens that count as seen, down or up again: keys and values stay until other tokens
    /// overwrite them.
    ///
    /// # Panics
    /// If so many tokens were never seen.
    pub fn set_past(&mut self, past: usize) {
        assert!(past <= self.filled, "{past} tokens of {} seen", self.filled);
        self.past = past;
    }

    /// Takes the cache of a layer, for as long as the layer computes.
    pub(super) fn take(&mut self, layer: usize) -> KeyValueCache {
        self.layers[layer].take().expect("a layer's cache is returned before it runs again")
    }

    /// Returns the cache of a layer.
    pub(super) fn put(&mut self, layer: usize, cache: KeyValueCache) {
        self.layers[layer] = Some(cache);
    }

    /// Counts more tokens, seen by all layers or only by the first ones.
    pub(super) fn advance(&mut self, tokens: usize, by_all: bool) {
        self.past += tokens;
        if by_all {
            self.filled = self.filled.max(self.past);
        }
    }
}
