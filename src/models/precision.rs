//! The schemes of a model's matrices.

use crate::quantization::{Fit, Scheme};

/// The scheme of each of a model's matrices; `None` is 32-bit floats.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Precision {
    /// The scheme of the layers' matrices, except those below.
    pub layers: Option<Scheme>,
    /// That of the matrices of queries, keys and values, where few bits harm an encoder the most.
    pub query_key_value: Option<Scheme>,
    /// That of the token embedding, and of the head that is tied to it.
    pub embedding: Option<Scheme>,
    /// Layers, from 0, whose matrices all have the scheme `excepted`.
    pub exceptions: Vec<usize>,
    /// The scheme of these layers.
    pub excepted: Option<Scheme>,
    /// The method that determines the scales.
    pub fit: Fit,
}

impl Precision {
    /// One scheme for all matrices.
    pub fn uniform(scheme: Scheme) -> Self {
        let scheme = Some(scheme);
        Self { layers: scheme, query_key_value: scheme, embedding: scheme, ..Self::default() }
    }

    /// The scheme next above another: eight bits for four, floats for eight.
    pub fn above(scheme: Option<Scheme>) -> Option<Scheme> {
        scheme.filter(|scheme| scheme.bits() == 4).map(|scheme| match scheme {
            Scheme::Q4_0 | Scheme::Q4_1 => Scheme::Q8_0,
            _ => Scheme::Int8Channel,
        })
    }

    /// The scheme of the matrices of a layer, or of those outside of layers.
    pub(super) fn in_layer(&self, layer: Option<usize>) -> Option<Scheme> {
        if self.is_exception(layer) { self.excepted } else { self.layers }
    }

    /// The scheme of the matrix of a layer's queries, keys and values.
    pub(super) fn query_key_value_in(&self, layer: Option<usize>) -> Option<Scheme> {
        if self.is_exception(layer) { self.excepted } else { self.query_key_value }
    }

    fn is_exception(&self, layer: Option<usize>) -> bool {
        layer.is_some_and(|layer| self.exceptions.contains(&layer))
    }
}
