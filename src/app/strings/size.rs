//! The page that counts bytes.

use crate::app::language::{numbers, t};

pub fn caches() -> [&'static str; 3] {
    [t!(size.caches_1), t!(size.caches_2), t!(size.caches_3)]
}

fn bytes(bytes: f64) -> String {
    numbers::bytes(bytes.round() as u64)
}

/// Formats a number without a zero fraction.
fn trimmed(value: f64) -> String {
    numbers::format().trimmed(value, 2)
}

pub fn bytes_and_bits(bytes: f64, bits: f64) -> String {
    t!(size.bytes_and_bits, bytes = self::bytes(bytes), bits = trimmed(bits))
}

pub fn sum(parameters: u64, bits: f64, weight_bytes: f64, cache_bytes: f64) -> String {
    let weights = t!(
        size.weights_sum,
        weights = count(parameters),
        bits = trimmed(bits),
        bytes = bytes(weight_bytes)
    );
    if cache_bytes == 0.0 {
        return weights;
    }
    let (cache, all) = (bytes(cache_bytes), bytes(weight_bytes + cache_bytes));
    t!(size.with_cache, weights = weights, cache = cache, all = all)
}

fn count(parameters: u64) -> String {
    match parameters {
        1_000_000_000.. => t!(size.billion, value = trimmed(parameters as f64 / 1e9)),
        1_000_000.. => t!(size.million, value = trimmed(parameters as f64 / 1e6)),
        _ => parameters.to_string(),
    }
}

pub fn fits(left: f64) -> String {
    t!(size.fits, left = bytes(left))
}

pub fn too_much(missing: f64) -> String {
    t!(size.too_much, missing = bytes(missing))
}
