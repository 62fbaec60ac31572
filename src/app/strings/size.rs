//! The page that counts bytes.

use crate::app::language::numbers;

sentences! {
    size:
    model,
    lectures,
    parameters,
    layers,
    width,
    weights,
    cache_bits,
    context,
    bare_four,
    ladder,
    ladder_hint,
    room,
    room_hint,
    legend_weights,
    legend_cache,
    webassembly,
}

pub fn caches() -> [&'static str; 3] {
    [sentence!(size.caches_1), sentence!(size.caches_2), sentence!(size.caches_3)]
}

pub fn tokens(count: u64) -> String {
    say!(size.tokens, count = count)
}

fn bytes(bytes: f64) -> String {
    numbers::bytes(bytes.round() as u64)
}

/// A number without a fraction of nothing.
fn trimmed(value: f64) -> String {
    numbers::format().trimmed(value, 2)
}

pub fn bytes_and_bits(bytes: f64, bits: f64) -> String {
    say!(size.bytes_and_bits, bytes = self::bytes(bytes), bits = trimmed(bits))
}

pub fn sum(parameters: u64, bits: f64, weight_bytes: f64, cache_bytes: f64) -> String {
    let weights = say!(
        size.weights_sum,
        weights = count(parameters),
        bits = trimmed(bits),
        bytes = bytes(weight_bytes)
    );
    if cache_bytes == 0.0 {
        return weights;
    }
    let (cache, all) = (bytes(cache_bytes), bytes(weight_bytes + cache_bytes));
    say!(size.with_cache, weights = weights, cache = cache, all = all)
}

fn count(parameters: u64) -> String {
    match parameters {
        1_000_000_000.. => say!(size.billion, value = trimmed(parameters as f64 / 1e9)),
        1_000_000.. => say!(size.million, value = trimmed(parameters as f64 / 1e6)),
        _ => parameters.to_string(),
    }
}

pub fn card(name: &str, gigabytes: f64) -> String {
    say!(size.card, name = name, gigabytes = gigabytes)
}

pub fn this_computer(gigabytes: f64) -> String {
    say!(size.this_computer, gigabytes = gigabytes)
}

pub fn fits(left: f64) -> String {
    say!(size.fits, left = bytes(left))
}

pub fn too_much(missing: f64) -> String {
    say!(size.too_much, missing = bytes(missing))
}
