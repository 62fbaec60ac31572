//! Choices of layers: one, or the last four together, as in the feature table of BERT's paper.

use crate::app::language::t;
use crate::app::strings::{common, sentences as strings};
use crate::worker::protocol::Layers;

const LAST_FOUR: [i32; 4] = [-4, -3, -2, -1];

/// Returns the choices for a model of that many layers, with their names. The last layer is the first choice.
pub fn choices(layers: usize) -> Vec<(String, Layers)> {
    let one = |layer: usize| {
        let name = if layer == 0 { t!(sentences.embeddings).into() } else { common::layer(layer) };
        (name, Layers::One { layer: layer as i32 })
    };
    let mut choices = vec![(strings::last_layer(layers), Layers::default())];
    choices.extend((0..layers).rev().map(one));
    // The embeddings count as a layer here.
    if layers + 1 >= LAST_FOUR.len() {
        let layers = LAST_FOUR.to_vec();
        choices.push((t!(sentences.sum_of_four).into(), Layers::Sum { layers: layers.clone() }));
        choices.push((t!(sentences.four_in_a_row).into(), Layers::Concatenation { layers }));
    }
    choices
}
