//! The choices of layers: one, or the last four together, as in the feature table of BERT's paper.

use crate::app::strings::{common, sentences as strings};
use crate::worker::protocol::Layers;

const LAST_FOUR: [i32; 4] = [-4, -3, -2, -1];

/// What can be chosen of a model of so many layers, each with its name. The last layer comes first.
pub fn choices(layers: usize) -> Vec<(String, Layers)> {
    let one = |layer: usize| {
        let name = if layer == 0 { strings::EMBEDDINGS.into() } else { common::layer(layer) };
        (name, Layers::One { layer: layer as i32 })
    };
    let mut choices = vec![(strings::last_layer(layers), Layers::default())];
    choices.extend((0..layers).rev().map(one));
    // The embeddings count as a layer here.
    if layers + 1 >= LAST_FOUR.len() {
        let layers = LAST_FOUR.to_vec();
        choices.push((strings::SUM_OF_FOUR.into(), Layers::Sum { layers: layers.clone() }));
        choices.push((strings::FOUR_IN_A_ROW.into(), Layers::Concatenation { layers }));
    }
    choices
}
