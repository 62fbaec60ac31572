//! The scheme of most of a model's weights.

use super::Scheme;

/// The scheme of most weights; `None` if those are floats. `matrices` are each matrix's scheme and number of weights.
/// The first one of equal shares counts.
pub fn largest_share(matrices: impl IntoIterator<Item = (Option<Scheme>, u64)>) -> Option<Scheme> {
    let mut shares: Vec<(Option<Scheme>, u64)> = Vec::new();
    for (scheme, weights) in matrices {
        match shares.iter_mut().find(|(known, _)| *known == scheme) {
            Some((_, share)) => *share += weights,
            None => shares.push((scheme, weights)),
        }
    }
    let larger = |best: &(Option<Scheme>, u64), next: &(Option<Scheme>, u64)| next.1 > best.1;
    let most =
        shares.into_iter().reduce(|best, next| if larger(&best, &next) { next } else { best });
    most.and_then(|(scheme, _)| scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_count_and_not_matrices() {
        let (four, eight) = (Some(Scheme::Q4_0), Some(Scheme::Q8_0));
        assert_eq!(largest_share([(four, 10), (eight, 15), (four, 10)]), four);
        assert_eq!(largest_share([(four, 10), (eight, 30), (four, 10)]), eight);
        assert_eq!(largest_share([(four, 10), (None, 30), (four, 10)]), None);
        assert_eq!(largest_share([(four, 10), (eight, 10)]), four);
        assert_eq!(largest_share([]), None);
    }
}
