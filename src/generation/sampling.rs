//! The choice of the next token, in transformers' order: repetition penalty, temperature, top-k, top-p, min-p.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wide::f32x4;

use crate::protocol::GenerateOptions;

/// Temperatures below this count as 0, their limit: only logits that differ in their last digits would share the
/// probability there, and further down 1 / temperature is beyond the floats.
const LOWEST_TEMPERATURE: f32 = 1e-6;

/// Whether the most probable token is always chosen at this temperature.
fn is_greedy(temperature: f32) -> bool {
    temperature < LOWEST_TEMPERATURE
}

/// Chooses tokens. The same seed and the same logits give the same tokens.
#[derive(Debug, Clone)]
pub struct Sampler {
    options: GenerateOptions,
    random: ChaCha8Rng,
}

impl Sampler {
    /// A sampler for these options; `seed` is used where they name none.
    pub fn new(options: &GenerateOptions, seed: u32) -> Self {
        let seed = options.seed.unwrap_or(seed);
        Self { options: options.clone(), random: ChaCha8Rng::seed_from_u64(u64::from(seed)) }
    }

    /// Chooses the next token after `previous`.
    pub fn choose(&mut self, logits: &[f32], previous: &[u32]) -> u32 {
        if is_greedy(self.options.temperature) {
            let penalized = penalize(logits, previous, self.options.repetition_penalty);
            return highest(&penalized) as u32;
        }
        let probabilities = distribution(logits, previous, &self.options);
        // 24 random bits fill a float's precision: uniform in [0, 1).
        let uniform = (self.random.next_u32() >> 8) as f64 / f64::from(1 << 24);
        let mut rest = uniform * probabilities.iter().map(|p| f64::from(*p)).sum::<f64>();
        let mut last = 0;
        for (id, &probability) in probabilities.iter().enumerate() {
            if probability > 0.0 {
                last = id;
                rest -= f64::from(probability);
                if rest < 0.0 {
                    break;
                }
            }
        }
        last as u32
    }
}

/// Index of the largest value; of equal ones the first.
fn highest(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

/// Logits of tokens already there are divided by the penalty, multiplied where negative (Keskar et al. 2019).
fn penalize(logits: &[f32], previous: &[u32], penalty: f32) -> Vec<f32> {
    let mut penalized = logits.to_vec();
    if penalty != 1.0 {
        for &id in previous {
            let (logit, original) = (&mut penalized[id as usize], logits[id as usize]);
            *logit = if original < 0.0 { original * penalty } else { original / penalty };
        }
    }
    penalized
}

/// softmax(logits / temperature); at temperature 0 all of it lies on the most probable token.
pub fn probabilities(logits: &[f32], temperature: f32) -> Vec<f32> {
    if is_greedy(temperature) {
        let mut certain = vec![0.0; logits.len()];
        if let Some(probability) = certain.get_mut(highest(logits)) {
            *probability = 1.0;
        }
        return certain;
    }
    let maximum = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let inverse = 1.0 / temperature;
    let mut powers = Vec::with_capacity(logits.len());
    for chunk in logits.chunks(4) {
        let mut four = [f32::MIN; 4];
        four[..chunk.len()].copy_from_slice(chunk);
        let exponents = (f32x4::from(four) - f32x4::splat(maximum)) * f32x4::splat(inverse);
        // Below this the power is 0 in any case, and the approximation leaves its range.
        let power = exponents.max(f32x4::splat(-87.0)).exp().to_array();
        powers.extend_from_slice(&power[..chunk.len()]);
    }
    let sum: f64 = powers.iter().map(|power| f64::from(*power)).sum();
    powers.iter_mut().for_each(|power| *power = (f64::from(*power) / sum) as f32);
    powers
}

/// The distribution the next token is drawn from, over the whole vocabulary.
pub fn distribution(logits: &[f32], previous: &[u32], options: &GenerateOptions) -> Vec<f32> {
    let penalized = penalize(logits, previous, options.repetition_penalty);
    let mut probabilities = probabilities(&penalized, options.temperature);
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    let descending = |probabilities: &[f32], order: &mut [usize]| {
        order.sort_unstable_by(|a, b| {
            probabilities[*b].total_cmp(&probabilities[*a]).then(a.cmp(b))
        });
    };
    let vocabulary = order.len();
    let top_k = if options.top_k == 0 { vocabulary } else { options.top_k.min(vocabulary) };
    if top_k < vocabulary {
        order.select_nth_unstable_by(top_k - 1, |a, b| {
            probabilities[*b].total_cmp(&probabilities[*a]).then(a.cmp(b))
        });
        for &id in &order[top_k..] {
            probabilities[id] = 0.0;
        }
        order.truncate(top_k);
        renormalize(&mut probabilities, &order);
    }
    if options.top_p < 1.0 {
        descending(&probabilities, &mut order);
        let mut sum = 0.0;
        let kept = order.iter().take_while(|id| {
            let before = sum;
            sum += f64::from(probabilities[**id]);
            before < f64::from(options.top_p)
        });
        let kept = kept.count().max(1);
        for &id in &order[kept..] {
            probabilities[id] = 0.0;
        }
        order.truncate(kept);
        renormalize(&mut probabilities, &order);
    }
    if options.min_p > 0.0 {
        let largest = order.iter().map(|id| probabilities[*id]).fold(0.0, f32::max);
        for &id in &order {
            if probabilities[id] < options.min_p * largest {
                probabilities[id] = 0.0;
            }
        }
        renormalize(&mut probabilities, &order);
    }
    probabilities
}

fn renormalize(probabilities: &mut [f32], among: &[usize]) {
    let sum: f64 = among.iter().map(|id| f64::from(probabilities[*id])).sum();
    for &id in among {
        probabilities[id] = (f64::from(probabilities[id]) / sum) as f32;
    }
}

/// The `count` most probable tokens with their probabilities, most probable first.
pub fn candidates(logits: &[f32], probabilities: &[f32], count: usize) -> Vec<(u32, f32)> {
    let count = count.min(logits.len());
    if count == 0 {
        return Vec::new();
    }
    let mut order: Vec<u32> = (0..logits.len() as u32).collect();
    // By logit, so that the order stays where low temperatures round probabilities to 0.
    let by_logit =
        |a: &u32, b: &u32| logits[*b as usize].total_cmp(&logits[*a as usize]).then(a.cmp(b));
    order.select_nth_unstable_by(count - 1, by_logit);
    order.truncate(count);
    order.sort_unstable_by(by_logit);
    order.into_iter().map(|id| (id, probabilities[id as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> GenerateOptions {
        GenerateOptions { temperature: 1.0, top_k: 0, ..GenerateOptions::default() }
    }

    #[test]
    fn a_seed_decides_and_zero_probability_never_comes() {
        let logits = [0.0, 1.0, 2.0, -1.0];
        let options = GenerateOptions { top_k: 2, ..options() };
        let draw = |seed| {
            let mut sampler = Sampler::new(&options, seed);
            (0..50).map(|_| sampler.choose(&logits, &[])).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!(draw(7).iter().all(|id| [1, 2].contains(id)));
    }

    #[test]
    fn draws_follow_the_distribution() {
        let logits = [0.0, 1.0, 2.0];
        let expected = probabilities(&logits, 1.0);
        let mut sampler = Sampler::new(&options(), 3);
        let mut counts = [0u32; 3];
        for _ in 0..20_000 {
            counts[sampler.choose(&logits, &[]) as usize] += 1;
        }
        for (count, probability) in counts.iter().zip(expected) {
            assert!((*count as f32 / 20_000.0 - probability).abs() < 0.015);
        }
    }

    #[test]
    fn temperature_zero_is_greedy() {
        let options = GenerateOptions { temperature: 0.0, ..options() };
        assert_eq!(Sampler::new(&options, 1).choose(&[0.0, 3.0, 3.0], &[]), 1);
        assert_eq!(probabilities(&[0.0, 3.0], 0.0), [0.0, 1.0]);
    }

    #[test]
    fn the_lowest_temperatures_are_greedy_and_give_numbers() {
        let logits = [0.0, 3.0, 2.9, 3.0];
        for temperature in [f32::from_bits(1), 1e-45, 1e-40, 1e-38, 1e-20, 1e-7] {
            assert_eq!(
                probabilities(&logits, temperature),
                [0.0, 1.0, 0.0, 0.0],
                "{temperature:e}"
            );
            let options = GenerateOptions { temperature, ..options() };
            assert_eq!(Sampler::new(&options, 1).choose(&logits, &[]), 1, "{temperature:e}");
        }
        // Above it equal logits share.
        let shared = probabilities(&logits, 1e-5);
        assert!(shared.iter().zip([0.0, 0.5, 0.0, 0.5]).all(|(p, x)| (p - x).abs() < 1e-9));
    }

    #[test]
    fn a_repeated_token_is_penalized_once() {
        let options = GenerateOptions { repetition_penalty: 2.0, ..options() };
        let penalized = distribution(&[2.0, -1.0], &[0, 0, 1], &options);
        assert_eq!(penalized, probabilities(&[1.0, -2.0], 1.0));
    }

    #[test]
    fn candidates_come_most_probable_first() {
        let logits = [1.0, 3.0, 2.0];
        let found = candidates(&logits, &probabilities(&logits, 1.0), 2);
        assert_eq!(found.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(candidates(&[1.0], &[1.0], 5), [(0, 1.0)]);
        assert!(candidates(&[1.0], &[1.0], 0).is_empty());
    }
}
