//! Combinations of layers: a single one, ELMo's mixture of all, a sum, a concatenation.

use crate::{
    error::{BadRequestReason, LecternError, Result},
    protocol::Layers,
};

/// The epsilon of the variance in normalized mixtures, as in ELMo's own code.
const EPSILON: f64 = 1e-12;

/// Softmax of the mixture's scalars: the layers' weights (s_j of Peters et al. 2018, equation 1).
pub fn mixture_weights(scalars: &[f32]) -> Vec<f32> {
    let largest = scalars.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = scalars.iter().map(|s| f64::from(s - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}

/// ELMo's mixture, γ · Σ_j s_j · h_j, of layers of the same shape.
///
/// # Panics
/// If there is not one scalar a layer.
pub fn mix(layers: &[&[f32]], scalars: &[f32], gamma: f32) -> Vec<f32> {
    assert_eq!(layers.len(), scalars.len(), "a scalar for each layer");
    let mut mixed = vec![0.0; layers.first().map_or(0, |layer| layer.len())];
    for (layer, weight) in layers.iter().zip(mixture_weights(scalars)) {
        for (sum, number) in mixed.iter_mut().zip(*layer) {
            *sum += gamma * weight * number;
        }
    }
    mixed
}

/// [`mix`] of layers that are each normalized first, by one mean and one variance over all values of the
/// rows that `mask` keeps (section 3.2 of the paper: "layer normalization … before weighting").
///
/// `layers` are `[rows, size]` each, `mask` is `[rows]`.
///
/// # Panics
/// If there is not one scalar a layer.
pub fn mix_normalized(layers: &[&[f32]], mask: &[bool], scalars: &[f32], gamma: f32) -> Vec<f32> {
    let normalized: Vec<Vec<f32>> = layers.iter().map(|layer| standardize(layer, mask)).collect();
    let normalized: Vec<&[f32]> = normalized.iter().map(Vec::as_slice).collect();
    mix(&normalized, scalars, gamma)
}

fn standardize(layer: &[f32], mask: &[bool]) -> Vec<f32> {
    let size = layer.len() / mask.len().max(1);
    let kept = || {
        let rows = layer.chunks_exact(size.max(1)).zip(mask).filter(|(_, kept)| **kept);
        rows.flat_map(|(row, _)| row).map(|number| f64::from(*number))
    };
    let count = kept().count().max(1) as f64;
    let mean = kept().sum::<f64>() / count;
    let variance = kept().map(|number| (number - mean).powi(2)).sum::<f64>() / count;
    let inverse = 1.0 / (variance + EPSILON).sqrt();
    layer.iter().map(|number| ((f64::from(*number) - mean) * inverse) as f32).collect()
}

/// The vectors of all tokens as the combination `choice` of the layers' hidden states (`[tokens, size]` each,
/// the embeddings first), and the size of a vector.
///
/// # Errors
/// [`LecternError::BadRequest`] for a layer that does not exist, or an invalid mixture.
pub fn combine(layers: &[Vec<f32>], size: usize, choice: &Layers) -> Result<(Vec<f32>, usize)> {
    let chosen = |choice: &[i32]| -> Result<Vec<&[f32]>> {
        if choice.is_empty() {
            return Err(LecternError::bad_request(BadRequestReason::NoLayers));
        }
        choice
            .iter()
            .map(|layer| Ok(layers[layer_index(*layer, layers.len())?].as_slice()))
            .collect()
    };
    match choice {
        Layers::One { layer } => Ok((chosen(&[*layer])?[0].to_vec(), size)),
        Layers::Mixture { scalars, gamma } => {
            if scalars.len() != layers.len() {
                let (found, expected) = (scalars.len(), layers.len());
                let reason = BadRequestReason::MixtureLength { found, expected };
                return Err(LecternError::bad_request(reason));
            }
            if !(gamma.is_finite() && scalars.iter().all(|scalar| scalar.is_finite())) {
                return Err(LecternError::bad_request(BadRequestReason::MixtureNotFinite));
            }
            let layers: Vec<&[f32]> = layers.iter().map(Vec::as_slice).collect();
            Ok((mix(&layers, scalars, *gamma), size))
        }
        Layers::Sum { layers: choice } => {
            let chosen = chosen(choice)?;
            let mut sum = vec![0.0; chosen[0].len()];
            for layer in chosen {
                sum.iter_mut().zip(layer).for_each(|(sum, number)| *sum += number);
            }
            Ok((sum, size))
        }
        Layers::Concatenation { layers: choice } => {
            let chosen = chosen(choice)?;
            let tokens = chosen[0].len() / size.max(1);
            let mut rows = Vec::with_capacity(tokens * size * chosen.len());
            for token in 0..tokens {
                for layer in &chosen {
                    rows.extend_from_slice(&layer[token * size..(token + 1) * size]);
                }
            }
            Ok((rows, size * chosen.len()))
        }
    }
}

/// The index of a layer among `count`; negative ones count from the end.
fn layer_index(layer: i32, count: usize) -> Result<usize> {
    let index = if layer < 0 { layer.saturating_add_unsigned(count as u32) } else { layer };
    let found = usize::try_from(index).ok().filter(|index| *index < count);
    found.ok_or_else(|| {
        let last = count.saturating_sub(1);
        LecternError::bad_request(BadRequestReason::NoSuchLayer { layer, last })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Vec<Vec<f32>> {
        vec![vec![1.0, 2.0, 3.0, 4.0], vec![10.0, 20.0, 30.0, 40.0], vec![0.5, 0.5, 0.5, 0.5]]
    }

    #[test]
    fn a_far_larger_scalar_takes_all() {
        assert_eq!(mixture_weights(&[50.0, -50.0, 0.0])[0], 1.0);
        let equal = mixture_weights(&[7.0; 4]);
        assert!(equal.iter().all(|weight| (weight - 0.25).abs() < 1e-7));
    }

    #[test]
    fn layers_are_chosen_from_both_ends() {
        let one = |layer| combine(&three(), 2, &Layers::One { layer }).map(|(rows, _)| rows[0]);
        assert_eq!([one(0).unwrap(), one(-1).unwrap(), one(-3).unwrap()], [1.0, 0.5, 1.0]);
        assert!(one(3).is_err() && one(-4).is_err() && one(i32::MIN).is_err());
    }

    #[test]
    fn a_concatenation_keeps_each_token_together() {
        let choice = Layers::Concatenation { layers: vec![0, 2] };
        let (rows, size) = combine(&three(), 2, &choice).unwrap();
        assert_eq!((rows, size), (vec![1.0, 2.0, 0.5, 0.5, 3.0, 4.0, 0.5, 0.5], 4));
        let (sum, _) = combine(&three(), 2, &Layers::Sum { layers: vec![0, 1] }).unwrap();
        assert_eq!(sum, [11.0, 22.0, 33.0, 44.0]);
    }

    #[test]
    fn an_invalid_mixture_is_refused() {
        let mixture = |scalars| {
            combine(&three(), 2, &Layers::Mixture { scalars, gamma: 1.0 }).map(|(rows, _)| rows)
        };
        assert!(mixture(vec![0.0; 2]).is_err());
        assert!(mixture(vec![0.0, f32::NAN, 0.0]).is_err());
        assert!((mixture(vec![0.0; 3]).unwrap()[0] - 11.5 / 3.0).abs() < 1e-6);
        assert!(combine(&three(), 2, &Layers::Sum { layers: Vec::new() }).is_err());
    }
}
