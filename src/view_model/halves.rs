//! What a word's vectors in two sentences have in common, reader by reader.

use crate::embeddings::{cosine, mix};

/// The readers whose halves of a vector are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The half of the reader from the first word on.
    Forward,
    /// The half of the reader from the last word on.
    Backward,
    /// The whole vector.
    Both,
}

impl Half {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Forward, Self::Backward, Self::Both];

    fn of(self, vector: &[f32]) -> &[f32] {
        let (forward, backward) = vector.split_at(vector.len() / 2);
        match self {
            Self::Forward => forward,
            Self::Backward => backward,
            Self::Both => vector,
        }
    }
}

/// How like two vectors are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Likeness {
    /// The same numbers, bit by bit: their cosine is exactly 1.
    Same,
    /// Their cosine.
    Cosine(f32),
}

impl Likeness {
    /// That of two vectors' halves.
    pub fn of(first: &[f32], second: &[f32], half: Half) -> Self {
        let [first, second] = [first, second].map(|vector| half.of(vector));
        if first == second { Self::Same } else { Self::Cosine(cosine(first, second)) }
    }

    /// The cosine.
    pub fn value(self) -> f32 {
        match self {
            Self::Same => 1.0,
            Self::Cosine(value) => value,
        }
    }
}

/// The likeness of a word in two sentences, for every half, layer by layer and for the layers' mixture last. `first` and
/// `second` have the word's vector in each layer.
///
/// # Panics
/// If there is not one scalar a layer.
pub fn likenesses(
    first: &[&[f32]],
    second: &[&[f32]],
    scalars: &[f32],
    gamma: f32,
) -> Vec<[Likeness; 3]> {
    let row = |a: &[f32], b: &[f32]| Half::ALL.map(|half| Likeness::of(a, b, half));
    let mut rows: Vec<[Likeness; 3]> = first.iter().zip(second).map(|(a, b)| row(a, b)).collect();
    rows.push(row(&mix(first, scalars, gamma), &mix(second, scalars, gamma)));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_numbers_are_told_from_like_ones() {
        let (a, b) = ([0.1f32, 0.2, 0.3, 0.4], [0.1f32, 0.2, -0.3, 0.4]);
        let like = |half| Likeness::of(&a, &b, half);
        assert_eq!(like(Half::Forward), Likeness::Same);
        assert!(matches!(like(Half::Backward), Likeness::Cosine(value) if value < 1.0));
        assert!(matches!(like(Half::Both), Likeness::Cosine(value) if value < 1.0));
        assert_eq!(like(Half::Forward).value(), 1.0);
    }

    #[test]
    fn gamma_changes_no_cosine() {
        let (a, b) = ([0.5f32, 1.0, -0.25, 2.0], [1.0f32, 0.5, 2.0, -1.0]);
        let rows = |gamma| likenesses(&[&a, &b], &[&b, &a], &[0.3, -0.2], gamma);
        let (one, eight) = (rows(1.0), rows(8.0));
        assert_eq!(one.len(), 3);
        for (one, eight) in one[2].iter().zip(eight[2]) {
            assert!((one.value() - eight.value()).abs() < 1e-6);
        }
    }
}
